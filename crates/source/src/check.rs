//! The decorator that looks at what came back before it counts.
//!
//! A login page with status 200 is the classic way to break a build: go believes it, and no proxy asks the next
//! place. So each place is wrapped in a [`Checked`]: the body is taken in to its end and must be of the form that was
//! asked for; if not, the place is [`Unavailable`](crate::FailureKind::Unavailable) for this question and the next one is
//! asked. Form is all that is looked at here: whether the content is the *right* one is for a checksum to say.

use std::time::Duration;

use gomod::{H1, dirhash};
use tokio::time::Instant;

use crate::arrivals::Exhibit;
use crate::blocks::off_worker;
use crate::body::BodyError;
use crate::form::{self, FormError};
use crate::{Answer, Ask, Assurance, Ctx, Failure, Kind, Origin, Source, Spool, Whole};

/// What is looked at at once, in bytes: reading it takes less than going elsewhere.
const SMALL: u64 = 64 << 10;

/// A place whose answers are complete and of the right form.
#[derive(Debug)]
pub struct Checked<S> {
    inner: S,
    spool: Spool,
    leaves_flaws: bool,
}

impl<S: Source> Checked<S> {
    /// Checks the answers of `inner`, buffering them in `spool`.
    pub fn new(inner: S, spool: Spool) -> Self {
        Self { inner, spool, leaves_flaws: false }
    }

    /// A zip that go would refuse is passed on with its flaw, to be judged by its hash ([`Verified`](crate::Verified)): what a
    /// checksum database has, go shall see and refuse in its own way.
    #[must_use]
    pub fn leaving_flaws_to_a_ledger(self) -> Self {
        Self { leaves_flaws: true, ..self }
    }

    async fn vet(&self, ask: &Ask, ctx: &Ctx, answer: Answer) -> Result<Answer, Flaw> {
        let exhibit = Exhibit::of(ask, ctx, &answer);
        let Answer { body, origin, freshness, trail, .. } = answer;
        let content = self.spool.collect_on_show(body, ask.kind().size_max(), exhibit).await?;
        let sha256 = Some(content.sha256());
        let Looked { h1, flaw } = self.look_at(ask, &content).await?;
        let assurance = if flaw.is_some() { Assurance::RECEIVED } else { Assurance::WELL_FORMED };
        let flaw = flaw.map(|flaw| not_an_answer(&origin, &flaw, Duration::ZERO));
        Ok(Answer { body: content.into(), origin, freshness, trail, h1, sha256, assurance, flaw })
    }

    /// Looks at once at a small text, and elsewhere at what takes time or may have to be read from a disk.
    async fn look_at(&self, ask: &Ask, content: &Whole) -> Result<Looked, Flaw> {
        if ask.kind() != Kind::Zip && content.size() <= SMALL {
            return look(ask, content, self.leaves_flaws);
        }
        let (ask, content, leaves_flaws) = (ask.clone(), content.clone(), self.leaves_flaws);
        let looked = off_worker(move || Ok(look(&ask, &content, leaves_flaws)));
        looked.await.map_err(BodyError::from)?
    }
}

#[async_trait::async_trait]
impl<S: Source> Source for Checked<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let begun = Instant::now();
        let answer = self.inner.ask(ask, ctx).await?;
        let origin = answer.origin.clone();
        let took = || begun.elapsed();
        match tokio::time::timeout_at(ctx.deadline, self.vet(ask, ctx, answer)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(Flaw::Body(BodyError::Failed(failure)))) => Err(failure),
            Ok(Err(Flaw::Body(BodyError::Spool(error)))) => Err(own_failure(&error, took())),
            Ok(Err(flaw)) => Err(not_an_answer(&origin, &flaw, took())),
            Err(_) => Err(Failure::unavailable(&origin, too_slow(took()), took())),
        }
    }
}

/// What came whole and is wrong will be wrong a moment later too, and zips are large: nobody is asked for it again at once.
fn not_an_answer(origin: &Origin, flaw: &Flaw, took: Duration) -> Failure {
    Failure::unavailable(origin, flaw.to_string(), took).permanent()
}

/// That this machine cannot buffer a body is not the place's fault. The path in the error is nobody's business outside.
fn own_failure(error: &std::io::Error, took: Duration) -> Failure {
    tracing::error!(%error, "cannot buffer what was fetched");
    let message =
        format!("this server cannot buffer what it fetched ({}); its disk may be full", error.kind());
    Failure::unavailable(&Origin::new("modkeep"), message, took)
}

fn too_slow(waited: Duration) -> String {
    format!("the answer had not arrived whole after {} s", waited.as_secs())
}

/// Why a complete body is not an answer to the question.
#[derive(Debug, thiserror::Error)]
enum Flaw {
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    Form(FormError),
}

/// What a look at the whole content has shown.
struct Looked {
    h1: Option<H1>,
    /// The reason for which go would refuse a zip that has a hash all the same.
    flaw: Option<Flaw>,
}

/// Runs where it may block: a large zip takes seconds to read and hash.
fn look(ask: &Ask, content: &Whole, leaves_flaws: bool) -> Result<Looked, Flaw> {
    match check_form(ask, content) {
        Ok(h1) => Ok(Looked { h1, flaw: None }),
        Err(flaw @ Flaw::Form(FormError::BadZip(_))) if leaves_flaws => match hash_zip(content) {
            Some(h1) => Ok(Looked { h1: Some(h1), flaw: Some(flaw) }),
            None => Err(flaw),
        },
        Err(flaw) => Err(flaw),
    }
}

fn hash_zip(content: &Whole) -> Option<H1> {
    match content {
        Whole::Memory(bytes) => dirhash::hash_zip(&bytes[..], bytes.len() as u64).ok(),
        Whole::File(file) => dirhash::hash_zip(&**file, file.size()).ok(),
    }
}

fn check_form(ask: &Ask, content: &Whole) -> Result<Option<H1>, Flaw> {
    let checked = match content {
        Whole::Memory(bytes) => form::check(ask, &bytes[..], bytes.len() as u64),
        Whole::File(file) => form::check(ask, &**file, file.size()),
    };
    checked.map_err(|flaw| match flaw {
        FormError::Io(error) => Flaw::Body(error.into()),
        flaw => Flaw::Form(flaw),
    })
}
