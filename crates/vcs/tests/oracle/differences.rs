//! Where this crate and go differ, with the reason. Each row must occur, or it goes.

use crate::answer::{Answer, Kind};
use crate::shop::{Ask, Question};

/// One known difference.
pub(crate) struct Difference {
    /// Why it is so.
    pub(crate) reason: &'static str,
    /// Whether this is it: the question, go's answer, ours.
    pub(crate) is_it: fn(&Ask, &Answer, &Answer) -> bool,
}

/// What differs by intent.
pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        reason: "go refuses a module that wants a newer go than itself; a server has no go (protocol.md C11)",
        is_it: |_, go, ours| zip_refused(go) == Some("newer go") && zip_refused(ours).is_none(),
    },
    Difference {
        reason: "a revision with a slash cannot be asked of a proxy (protocol.md A13)",
        is_it: |ask, _, ours| asks_with(ask, '/') && refused(ours) == Some("form of the revision"),
    },
    Difference {
        reason: "what Mercurial shows where there is no commit is none; go finds it, and then can make no zip of it",
        is_it: |_, go, ours| is_null_commit(go) && refused(ours).is_some(),
    },
    Difference {
        reason: "go asks Mercurial for the base of a pseudo-version in a language in which a `+` in a tag is a sign",
        is_it: |ask, go, _| {
            ask.module.ends_with("/versions.hg")
                && asks_for(ask, "default")
                && refused(go) == Some("unknown revision")
        },
    },
];

fn refused(answer: &Answer) -> Option<&'static str> {
    match answer {
        Answer::Refused(Kind::Known(kind)) => Some(kind),
        _ => None,
    }
}

fn zip_refused(answer: &Answer) -> Option<&'static str> {
    match answer {
        Answer::Found(found) => found.zip.as_ref().err().map(Kind::name),
        _ => None,
    }
}

fn is_null_commit(answer: &Answer) -> bool {
    matches!(answer, Answer::Found(found) if found.version.ends_with("-000000000000") && found.zip.is_err())
}

fn asks_for(ask: &Ask, version: &str) -> bool {
    ask.question == Question::Version(version.to_owned())
}

fn asks_with(ask: &Ask, sign: char) -> bool {
    matches!(&ask.question, Question::Version(version) if version.contains(sign))
}
