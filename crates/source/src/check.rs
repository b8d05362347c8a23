//! The decorator that looks at what came back before it counts.
//!
//! A login page with status 200 is the classic way to break a build: go believes it, and no proxy asks the next
//! place. So each place is wrapped in a [`Checked`]: the body is taken in to its end and must be of the form that was
//! asked for; if not, the place is [`Unavailable`](crate::FailureKind::Unavailable) for this question and the next one is
//! asked. Form is all that is looked at here: whether the content is the *right* one is for a checksum to say.

use std::time::Duration;

use gomod::modfile::{GoMod, ParseErrors};
use gomod::zip::{self, ReaderAt};
use gomod::{H1, ModuleVersion, Version, dirhash};
use tokio::time::Instant;

use crate::blocks::off_worker;
use crate::body::BodyError;
use crate::info::{self, InfoFlaw};
use crate::{Answer, Ask, Assurance, Ctx, Failure, Origin, Source, Spool, VersionList, Whole};

/// A place whose answers are complete and of the right form.
#[derive(Debug)]
pub struct Checked<S> {
    inner: S,
    spool: Spool,
}

impl<S: Source> Checked<S> {
    /// Checks the answers of `inner`, buffering them in `spool`.
    pub fn new(inner: S, spool: Spool) -> Self {
        Self { inner, spool }
    }

    async fn vet(&self, ask: &Ask, answer: Answer) -> Result<Answer, Flaw> {
        let Answer { body, origin, freshness, trail, .. } = answer;
        let content = self.spool.collect(body, ask.kind().size_max()).await?;
        let (sha256, assurance) = (Some(content.sha256()), Assurance::WELL_FORMED);
        let h1 = off_worker({
            let (ask, content) = (ask.clone(), content.clone());
            move || Ok(check_form(&ask, &content))
        });
        let h1 = h1.await.map_err(BodyError::from)??;
        Ok(Answer { body: content.into(), origin, freshness, trail, h1, sha256, assurance })
    }
}

#[async_trait::async_trait]
impl<S: Source> Source for Checked<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let begun = Instant::now();
        let answer = self.inner.ask(ask, ctx).await?;
        let origin = answer.origin.clone();
        let took = || begun.elapsed();
        match tokio::time::timeout_at(ctx.deadline, self.vet(ask, answer)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(Flaw::Body(BodyError::Failed(failure)))) => Err(failure),
            Ok(Err(Flaw::Body(BodyError::Spool(error)))) => Err(own_failure(&error, took())),
            Ok(Err(flaw)) => Err(Failure::unavailable(&origin, flaw.to_string(), took())),
            Err(_) => Err(Failure::unavailable(&origin, too_slow(took()), took())),
        }
    }
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
    #[error("the answer is not a version list (a login or error page?)")]
    NotAList,
    #[error("the answer is not valid UTF-8")]
    NotText,
    #[error("the answer is not a module's .info: {0}")]
    NotInfo(#[from] InfoFlaw),
    #[error("the .info is for version {found} instead of {asked}")]
    OtherVersion { asked: String, found: String },
    #[error("the .info names no valid version but {0:?}")]
    NoVersion(String),
    #[error("the go.mod cannot be parsed: {0}")]
    BadGoMod(ParseErrors),
    #[error("the module zip is bad: {0}")]
    BadZip(#[from] zip::ZipError),
    #[error("the temporary file cannot be read back: {0}")]
    Lost(#[from] std::io::Error),
}

/// Runs where it may block: a large zip takes seconds to read and hash.
fn check_form(ask: &Ask, content: &Whole) -> Result<Option<H1>, Flaw> {
    match (ask, content) {
        (Ask::Zip(module), Whole::Memory(bytes)) => {
            check_zip(module, &bytes[..], bytes.len() as u64).map(Some)
        }
        (Ask::Zip(module), Whole::File(file)) => check_zip(module, &**file, file.size()).map(Some),
        (_, Whole::Memory(bytes)) => check_text(ask, bytes),
        (_, Whole::File(file)) => check_text(ask, &file.read()?),
    }
}

fn check_text(ask: &Ask, bytes: &[u8]) -> Result<Option<H1>, Flaw> {
    match ask {
        Ask::List(_) => check_list(bytes).map(|()| None),
        Ask::Latest(_) => check_info(bytes, None).map(|()| None),
        Ask::Info(..) => check_info(bytes, ask.version().as_ref()).map(|()| None),
        Ask::Mod(_) | Ask::Zip(_) => check_mod(bytes).map(Some),
    }
}

fn check_list(bytes: &[u8]) -> Result<(), Flaw> {
    let text = std::str::from_utf8(bytes).map_err(|_| Flaw::NotText)?;
    VersionList::parse(text).map(drop).ok_or(Flaw::NotAList)
}

fn check_info(bytes: &[u8], asked: Option<&ModuleVersion>) -> Result<(), Flaw> {
    let found = info::version_of(bytes)?;
    match asked.map(|asked| asked.version().as_str()) {
        Some(asked) if asked != found => Err(Flaw::OtherVersion { asked: asked.to_owned(), found }),
        None if Version::parse(&found).is_err() => Err(Flaw::NoVersion(found)),
        _ => Ok(()),
    }
}

/// go's lenient parser skips directives that it does not know, so that to it a web page is a go.mod. What has no module
/// line, as some toolchains have none, must therefore please the strict one.
fn check_mod(bytes: &[u8]) -> Result<H1, Flaw> {
    let lenient = GoMod::parse_lax(bytes).map_err(Flaw::BadGoMod)?;
    if lenient.module.is_none() {
        GoMod::parse(bytes).map_err(Flaw::BadGoMod)?;
    }
    Ok(dirhash::hash_go_mod(bytes))
}

fn check_zip<R: ReaderAt>(module: &ModuleVersion, content: R, size: u64) -> Result<H1, Flaw> {
    zip::check(module, &content, size)?;
    Ok(dirhash::hash_zip(&content, size)?)
}
