//! What becomes of one file: kept already, imported, left out, or refused with the reason.
//!
//! The way in is the one of the server: [`Checked`] looks at it, and the store takes what was looked at and nothing else.

use std::sync::Arc;
use std::time::Duration;

use gomod::H1;
use source::{Answer, Ask, Checked, Ctx, Failure, FailureKind, Kind, Lifetime, Origin, Source, Vetted};
use store::{DiskStore, Store, StoreError};

use super::Asked;
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

/// Takes files in, one at a time and any number beside each other.
pub(super) struct Importer {
    source: Asked,
    checked: Checked<Asked>,
    store: Arc<DiskStore>,
    patience: Duration,
    /// Whether looking at a file costs no more than opening it.
    is_near: bool,
    dry_run: bool,
}

impl Importer {
    /// From `source`, which is at `place`, into `store`. A file that takes longer than `patience` has failed.
    pub(super) fn new(
        place: &Place,
        source: Asked,
        store: Arc<DiskStore>,
        patience: Duration,
        dry_run: bool,
    ) -> Self {
        let checked = Checked::new(source.clone(), store.spool());
        Self { source, checked, store, patience, is_near: place.folder().is_some(), dry_run }
    }

    /// Imports one file. The error is one of the store; whatever is wrong with the file is its fate.
    pub(super) async fn import(&self, found: Found) -> Result<(String, Fate), StoreError> {
        match found {
            Ok(item) => Ok((item.ask.to_string(), self.fate_of(&item).await?)),
            Err(problem) => Ok(("the folder".to_owned(), Fate::Failed(problem.to_string()))),
        }
    }

    async fn fate_of(&self, item: &Item) -> Result<Fate, StoreError> {
        let kept = self.store.get(&item.ask).await?.map(Kept::from);
        if let Some(kept) = &kept {
            if let Some(wrong) = mismatch("what is kept", kept.h1, item.expected) {
                return Ok(wrong);
            }
            if self.is_settled(item, kept).await {
                return Ok(Fate::Kept);
            }
        }
        let answer = match self.checked.ask(&item.ask, &Ctx::within(self.patience)).await {
            Ok(answer) => answer,
            Err(failure) => return Ok(self.told(&failure)),
        };
        if let Some(wrong) = mismatch("the content", answer.h1, item.expected) {
            return Ok(wrong);
        }
        match kept {
            Some(kept) if kept.h1 == answer.h1 => Ok(Fate::Kept),
            Some(kept) => Ok(contradicts(&kept, &answer)),
            None => self.keep(&item.ask, answer).await,
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
        let there = self.source.ask(&item.ask, &Ctx::within(self.patience)).await;
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

impl From<Answer> for Kept {
    fn from(answer: Answer) -> Self {
        Self { h1: answer.h1, size: answer.body.size(), origin: answer.origin }
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
