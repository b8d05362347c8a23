//! What the ledger says of a file, as an import needs to know it: right, wrong, or not to be found out now.
//!
//! A server serves nothing that nobody vouches for. An import behind an air gap must keep it all the same: the server judges it
//! before it serves it.

use std::time::Duration;

use source::{Answer, Ask, Ctx, Failure, FailureKind, Ledger, Retry};

/// What is known of a file.
pub(super) enum Judged {
    /// It is the right one, or nobody has to say so.
    Right(Answer),
    /// Who vouches for it cannot be asked now.
    Open(Answer, Cause),
    /// It is another one, or the one who vouches knows none.
    Wrong(Failure),
}

/// Why something is not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nobody could be asked.
    OutOfReach,
    /// What was said is not proven; what is wrong with it.
    BadProof(String),
}

/// Asks the ledger, for as long as its patience lasts.
pub(super) struct Judge {
    pub(super) ledger: Ledger,
    pub(super) patience: Duration,
}

impl Judge {
    /// Judges a file that was received or is kept.
    pub(super) async fn judge(&self, ask: &Ask, answer: Answer) -> Judged {
        let ctx = Ctx::within(self.patience);
        let expected = match self.ledger.expected(ask, &ctx).await {
            Ok(Some(expected)) => expected,
            Ok(None) => return Judged::Right(answer),
            Err(failure) => return undecided(answer, failure),
        };
        match self.ledger.compare(ask, answer, &expected).await {
            Ok(answer) => Judged::Right(answer),
            Err(failure) => Judged::Wrong(failure),
        }
    }
}

fn undecided(answer: Answer, failure: Failure) -> Judged {
    match (failure.kind(), failure.retry()) {
        (FailureKind::Unavailable, Retry::Useless) => Judged::Wrong(failure),
        (FailureKind::Mismatch, _) => Judged::Open(answer, Cause::BadProof(failure.message().to_owned())),
        // A firewall that refuses says nothing about the file.
        _ => Judged::Open(answer, Cause::OutOfReach),
    }
}
