//! The database whose proofs go into a bundle, asked with errors that say what for.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gomod::gosumdb::{DatabaseName, VerifierKey};
use gomod::note::Note;
use gomod::tlog::TreeHead;
use source::sumdb::Database;
use source::{Ask, Ctx, Failure, Kind, Origin, Source, SumDbAsk, SumDbPath, Want};

use super::CreateError;
use crate::manifest::DatabaseHead;

/// A database with its key.
pub(super) struct Log {
    database: Arc<Database>,
    key: VerifierKey,
    patience: Duration,
}

/// A head, and the note that says it.
pub(super) struct Head {
    pub(super) tree: TreeHead,
    pub(super) note: String,
}

impl Log {
    pub(super) fn new(database: Arc<Database>, key: VerifierKey, patience: Duration) -> Self {
        Self { database, key, patience }
    }

    pub(super) fn name(&self) -> &DatabaseName {
        self.database.name()
    }

    pub(super) fn key(&self) -> String {
        self.key.to_string()
    }

    /// The question for a part of it.
    pub(super) fn asked(&self, path: SumDbPath) -> Ask {
        Ask::SumDb(SumDbAsk { database: self.name().clone(), path })
    }

    /// The newest head that is known by now: that of the last record that was asked for, or a newer one.
    pub(super) async fn head(&self) -> Result<Head, CreateError> {
        let note = self.fetch(SumDbPath::Latest, Want::KeptOnly).await?;
        let opened = Note::open(&note, std::slice::from_ref(&self.key));
        let opened = opened.map_err(|error| self.failed(&SumDbPath::Latest, &error))?;
        let tree = TreeHead::parse(opened.text()).map_err(|error| self.failed(&SumDbPath::Latest, &error))?;
        Ok(Head { tree, note: String::from_utf8_lossy(&note).into_owned() })
    }

    /// Lets the database go on from a head that was seen before.
    pub(super) async fn take_head(&self, note: &[u8], from: &Origin) -> Result<(), CreateError> {
        let taken = self.database.take_head(note, from, &Ctx::within(self.patience)).await;
        taken.map_err(|failure| CreateError::Missing {
            what: "the tree head of the earlier bundle".to_owned(),
            failure,
        })
    }

    /// Asks for a part of it.
    pub(super) async fn fetch(&self, path: SumDbPath, want: Want) -> Result<Bytes, CreateError> {
        let ctx = Ctx::within(self.patience).wanting(want);
        let missing = |failure| CreateError::Missing { what: self.what(&path), failure };
        let answer = self.database.ask(&self.asked(path.clone()), &ctx).await.map_err(missing)?;
        let body = answer.body.into_bytes(Kind::Lookup.size_max()).await;
        body.map_err(|error| self.failed(&path, &error))
    }

    /// A part of it is not what it should be.
    pub(super) fn failed(&self, path: &SumDbPath, reason: &dyn Display) -> CreateError {
        let origin = Origin::new(self.name().to_string());
        let failure = Failure::unavailable(&origin, reason.to_string(), Duration::ZERO);
        CreateError::Missing { what: self.what(path), failure }
    }

    fn what(&self, path: &SumDbPath) -> String {
        format!("{}/{}", self.name(), path.address())
    }

    /// A head of it, as a manifest has it.
    pub(super) fn described(&self, tree: TreeHead) -> DatabaseHead {
        DatabaseHead {
            name: self.name().to_string(),
            key: self.key(),
            size: tree.size,
            root: tree.root.to_string(),
        }
    }
}
