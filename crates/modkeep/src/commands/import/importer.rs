//! What becomes of one file: kept already, imported, left out, or refused with the reason.
//!
//! The way in is the one of the server: [`Checked`] looks at it, a ledger judges it, and the store takes what was looked at and nothing
//! else.

use std::sync::Arc;

use gomod::H1;
use source::{
    Answer, Ask, Assurance, Body, Checked, Ctx, Failure, FailureKind, Kind, Lifetime, Origin, Quarantine,
    Source, Vetted,
};
use store::{DiskStore, Store, StoreError};

use super::Asked;
use super::judging::{Cause, Judge, Judged};
use super::place::Place;
use super::questions::{Found, Item};

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It passed the checks and is kept; its size in bytes.
    Imported(u64),
    /// The same is kept already.
    Kept,
    /// The place itself does not count it as finished; why.
    LeftOut(String),
    /// It is not what it should be, or could not be read; why.
    Failed(String),
}

/// What came of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) fate: Fate,
    /// Why it is kept, but not verified.
    pub(super) unverified: Option<Cause>,
    /// What was kept in its place before, and was taken out of use; why.
    pub(super) set_aside: Option<String>,
}

impl From<Fate> for Outcome {
    fn from(fate: Fate) -> Self {
        Self { fate, unverified: None, set_aside: None }
    }
}

/// Takes files in, one at a time and any number beside each other.
pub(super) struct Importer {
    source: Asked,
    checked: Checked<Asked>,
    store: Arc<DiskStore>,
    judge: Judge,
    /// Whether looking at a file costs no more than opening it.
    is_near: bool,
    dry_run: bool,
}

impl Importer {
    /// From `source`, which is at `place`, into `store`, as far as `judge` lets it. A file that takes longer than the judge's patience has failed.
    pub(super) fn new(
        place: &Place,
        source: Asked,
        store: Arc<DiskStore>,
        judge: Judge,
        dry_run: bool,
    ) -> Self {
        let checked = Checked::new(source.clone(), store.spool()).leaving_flaws_to_a_ledger();
        Self { source, checked, store, judge, is_near: place.folder().is_some(), dry_run }
    }

    /// Imports one file. The error is one of the store; whatever is wrong with the file is its fate.
    pub(super) async fn import(&self, found: Found) -> Result<(String, Outcome), StoreError> {
        match found {
            Ok(item) => Ok((item.ask.to_string(), self.outcome_of(&item).await?)),
            Err(problem) => Ok(("the folder".to_owned(), Fate::Failed(problem.to_string()).into())),
        }
    }

    async fn outcome_of(&self, item: &Item) -> Result<Outcome, StoreError> {
        let Some(kept) = self.store.get(&item.ask).await? else { return self.fetch(item, None).await };
        let about = Kept::of(&kept);
        if !self.judge.ledger.wants(&item.ask, kept.assurance) {
            return self.beside(item, about, None).await;
        }
        match self.judge.judge(&item.ask, kept).await {
            Judged::Right(judged) => {
                self.vouch(&item.ask, judged.assurance, judged.h1).await;
                self.beside(item, about, None).await
            }
            Judged::Open(_, cause) => self.beside(item, about, Some(cause)).await,
            Judged::Wrong(failure) if failure.kind() == FailureKind::Mismatch => {
                self.replace(item, &failure).await
            }
            Judged::Wrong(failure) => Ok(Fate::Failed(failure.message().to_owned()).into()),
        }
    }

    /// What cannot be noted is judged again by the server.
    async fn vouch(&self, ask: &Ask, assurance: Assurance, h1: Option<H1>) {
        if !self.dry_run {
            let _ = self.store.vouch(ask, assurance, h1).await;
        }
    }

    /// What is kept is not the right one, and nobody will ever be served it.
    async fn replace(&self, item: &Item, failure: &Failure) -> Result<Outcome, StoreError> {
        if !self.dry_run {
            self.store.reject(&item.ask, failure.message()).await?;
        }
        let outcome = self.fetch(item, None).await?;
        Ok(Outcome { set_aside: Some(failure.message().to_owned()), ..outcome })
    }

    /// The outcome beside a file that is kept and stays, verified or not.
    async fn beside(
        &self,
        item: &Item,
        kept: Kept,
        unverified: Option<Cause>,
    ) -> Result<Outcome, StoreError> {
        if let Some(wrong) = mismatch("what is kept", kept.h1, item.expected) {
            return Ok(wrong.into());
        }
        let outcome = if self.is_settled(item, &kept).await {
            Fate::Kept.into()
        } else {
            self.fetch(item, Some(&kept)).await?
        };
        Ok(Outcome { unverified, ..outcome })
    }

    async fn fetch(&self, item: &Item, kept: Option<&Kept>) -> Result<Outcome, StoreError> {
        let answer = match self.checked.ask(&item.ask, &Ctx::within(self.judge.patience)).await {
            Ok(answer) => answer,
            Err(failure) => return Ok(self.told(&failure).into()),
        };
        if let Some(wrong) = mismatch("the content", answer.h1, item.expected) {
            return Ok(wrong.into());
        }
        match kept {
            Some(kept) if kept.h1 == answer.h1 => Ok(Fate::Kept.into()),
            Some(kept) => Ok(contradicts(kept, &answer).into()),
            None => self.take(&item.ask, answer).await,
        }
    }

    /// Keeps what nothing is known against.
    async fn take(&self, ask: &Ask, answer: Answer) -> Result<Outcome, StoreError> {
        let received = answer.body.share();
        match self.judge.judge(ask, answer).await {
            Judged::Right(answer) => Ok(self.keep(ask, answer).await?.into()),
            Judged::Open(Answer { flaw: Some(flaw), .. }, _) => Ok(self.told(&flaw).into()),
            Judged::Open(answer, cause) => {
                let fate = self.keep(ask, answer).await?;
                Ok(Outcome { unverified: Some(cause), ..fate.into() })
            }
            Judged::Wrong(failure) => {
                if failure.kind() == FailureKind::Mismatch {
                    self.put_away(ask, received).await;
                }
                Ok(self.told(&failure).into())
            }
        }
    }

    /// What a proxy has sent in place of the right bytes is kept for people to look at; in a folder it lies anyway.
    async fn put_away(&self, ask: &Ask, received: Option<Body>) {
        if let (false, false, Some(Ok(content))) =
            (self.is_near, self.dry_run, received.map(Body::into_whole))
        {
            self.store.put_away(ask, content).await;
        }
    }

    /// Whether what is kept makes another look needless. It does where it has the hash that is expected. Else a zip is told by its size and a text by its bytes, where the place is a
    /// folder; of a proxy nothing is fetched that is kept. What may change is the server's to renew.
    async fn is_settled(&self, item: &Item, kept: &Kept) -> bool {
        if item.expected.is_some() && item.expected == kept.h1 {
            return true;
        }
        if !self.is_near || item.ask.lifetime() == Lifetime::Mutable || item.ask.kind() == Kind::Info {
            return true;
        }
        let there = self.source.ask(&item.ask, &Ctx::within(self.judge.patience)).await;
        let size = there.ok().and_then(|answer| answer.body.size());
        item.ask.kind() == Kind::Zip && size.is_some() && size == kept.size
    }

    /// A folder that has no such file after all has left it out itself; a proxy that was asked for one by name has failed.
    fn told(&self, failure: &Failure) -> Fate {
        let message = failure.message().to_owned();
        if self.is_near && failure.kind() == FailureKind::NotFound {
            return Fate::LeftOut(message);
        }
        Fate::Failed(format!("{}: {message}", failure.kind()))
    }

    async fn keep(&self, ask: &Ask, answer: Answer) -> Result<Fate, StoreError> {
        match Vetted::from_answer(answer) {
            Ok(artifact) => {
                if !self.dry_run {
                    self.store.put(ask, &artifact).await?;
                }
                Ok(Fate::Imported(artifact.content().size()))
            }
            Err(_) => Ok(Fate::Failed("it was not checked".to_owned())),
        }
    }
}

/// What is known of a file that is kept.
struct Kept {
    h1: Option<H1>,
    size: Option<u64>,
    origin: Origin,
}

impl Kept {
    fn of(answer: &Answer) -> Self {
        Self { h1: answer.h1, size: answer.body.size(), origin: answer.origin.clone() }
    }
}

/// The fate of a file whose hash is not the one of the list.
fn mismatch(what: &str, found: Option<H1>, expected: Option<H1>) -> Option<Fate> {
    let (found, expected) = found.zip(expected).filter(|(found, expected)| found != expected)?;
    Some(Fate::Failed(format!("checksum mismatch: {what} has {found}, expected is {expected}")))
}

/// Another content under the same name: one of the two is not what the world has, and only a person can say which.
fn contradicts(kept: &Kept, answer: &Answer) -> Fate {
    let hash = |h1: Option<H1>| h1.map_or_else(|| "no hash".to_owned(), |h1| h1.to_string());
    Fate::Failed(format!(
        "it has {}, but {} is kept, from {}; what is kept stays",
        hash(answer.h1),
        hash(kept.h1),
        kept.origin
    ))
}
