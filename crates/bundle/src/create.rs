//! Fills a bundle: module files from a source, lists of them, and what proves them.
//!
//! Files are written as they come, module by module; nothing but names is held for all of them.

mod lists;
mod log;
mod proofs;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use gomod::gosumdb::{Sums, VerifierKey};
use gomod::note::SignerKey;
use gomod::{H1, ModulePath, ModuleVersion, Revision};
use source::sumdb::Database;
use source::{Answer, Ask, Ctx, Failure, FailureKind, Source};
use tokio::io::AsyncWrite;

use crate::manifest::{About, DatabaseHead, Id, Manifest};
use crate::{BundleError, Chain, Content, Writer, paths};
use lists::Listed;

/// One module version that is to be in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Which one.
    pub module: ModuleVersion,
    /// Whether its zip is needed; else its go.mod alone, as for most of a module graph.
    pub zip: bool,
}

/// From where a bundle is filled.
#[derive(Debug)]
pub struct Supply<'a> {
    /// Has the files of modules. Its answers are complete and of the right form ([`source::Checked`]).
    pub modules: &'a dyn Source,
    /// Proves them, if a database is to.
    pub database: Option<(Arc<Database>, VerifierKey)>,
    /// What the new bundle builds on: nothing of it is taken again.
    pub earlier: Option<&'a Chain>,
    /// How long one question may take.
    pub patience: Duration,
}

/// A module version that the database was asked about in vain, and why.
#[derive(Debug, Clone)]
pub struct Unproven {
    /// Which one.
    pub module: ModuleVersion,
    /// What the database says.
    pub reason: String,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome<W> {
    /// The output, flushed. Whether it is durable is for the caller.
    pub out: W,
    /// What is in the bundle.
    pub manifest: Manifest,
    /// What it is called.
    pub id: Id,
    /// How many bytes it has.
    pub size: u64,
    /// What is in it without a proof.
    pub unproven: Vec<Unproven>,
}

/// Why no bundle was made. The output holds none then.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// It cannot be written, or would be none.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Something that is to be in it cannot be had.
    #[error("{what}: {failure}")]
    Missing {
        /// What was asked for.
        what: String,
        /// How that failed.
        failure: Failure,
    },
    /// The database has another hash.
    #[error("SECURITY: {module} has the hash {found}, and the checksum database says {expected}")]
    Mismatch {
        /// Which one, with `/go.mod` behind it where that is meant.
        module: String,
        /// The hash of what the source has.
        found: String,
        /// The hash of the database.
        expected: String,
    },
    /// The earlier bundle has another database under the same name.
    #[error("the earlier bundle is about another checksum database named {0}, with another key")]
    OtherDatabase(String),
}

/// Makes a bundle of these module versions, then of `extra` files (a build cache), and signs it. `written` is told of each file's size.
///
/// # Errors
/// See [`CreateError`].
pub async fn create<W: AsyncWrite + Unpin>(
    out: W,
    about: About,
    mut wanted: Vec<Wanted>,
    extra: impl Stream<Item = Result<(String, Content), BundleError>>,
    supply: Supply<'_>,
    signer: &SignerKey,
    written: &mut dyn FnMut(u64),
) -> Result<Outcome<W>, CreateError> {
    wanted.sort();
    let writer = Writer::begin(out, about).await?;
    let mut packing = Packing { writer, supply, unproven: Vec::new(), proven: Vec::new(), written };
    for modules in wanted.chunk_by(|one, other| one.module.path() == other.module.path()) {
        packing.module(modules).await?;
    }
    let databases = packing.proofs().await?;
    let mut extra = std::pin::pin!(extra);
    while let Some(file) = extra.next().await {
        let (path, content) = file?;
        packing.add(&path, content).await?;
    }
    packing.finish(databases, signer).await
}

/// A bundle in the making.
struct Packing<'a, W> {
    writer: Writer<W>,
    supply: Supply<'a>,
    unproven: Vec<Unproven>,
    /// What the database has a record of.
    proven: Vec<ModuleVersion>,
    written: &'a mut dyn FnMut(u64),
}

impl<W: AsyncWrite + Unpin> Packing<'_, W> {
    /// All wanted versions of one module.
    async fn module(&mut self, wanted: &[Wanted]) -> Result<(), CreateError> {
        let Some(first) = wanted.first() else { return Ok(()) };
        let mut listed = Listed::begin(first.module.path(), self.supply.earlier)?;
        for wanted in wanted {
            let sums = self.sums(&wanted.module).await?;
            self.go_mod(&wanted.module, sums).await?;
            let has_zip = wanted.zip && self.zip(&wanted.module, sums).await?;
            if let Some(info) = self.info(&wanted.module).await?
                && has_zip
            {
                listed.add(wanted.module.version().clone(), info);
            }
        }
        self.lists(first.module.path(), listed).await
    }

    async fn lists(&mut self, path: &ModulePath, listed: Listed) -> Result<(), CreateError> {
        let Some((list, latest)) = listed.into_texts() else { return Ok(()) };
        self.add(&paths::path_of(&Ask::List(path.clone())), Content::text(list)).await?;
        self.add(&paths::path_of(&Ask::Latest(path.clone())), Content { body: latest.into(), h1: None }).await
    }

    /// What the database says about a version, where it may be asked and knows it.
    async fn sums(&mut self, module: &ModuleVersion) -> Result<Sums, CreateError> {
        let Some((database, _)) =
            self.supply.database.as_ref().filter(|(database, _)| database.covers(module))
        else {
            return Ok(Sums::default());
        };
        match database.sums(module, &self.ctx()).await {
            Ok(sums) => {
                self.proven.push(module.clone());
                Ok(sums)
            }
            Err(failure) if failure.kind() == FailureKind::NotFound => {
                self.unproven.push(Unproven { module: module.clone(), reason: failure.message().to_owned() });
                Ok(Sums::default())
            }
            Err(failure) => Err(CreateError::Missing { what: format!("the record of {module}"), failure }),
        }
    }

    async fn go_mod(&mut self, module: &ModuleVersion, sums: Sums) -> Result<(), CreateError> {
        let ask = Ask::Mod(module.clone());
        if self.is_there(&ask) {
            return Ok(());
        }
        let answer = self.ask(&ask).await?;
        hold(answer.h1, sums.go_mod, || format!("{module}/go.mod"))?;
        self.take(&ask, answer).await
    }

    /// Whether there is a zip now.
    async fn zip(&mut self, module: &ModuleVersion, sums: Sums) -> Result<bool, CreateError> {
        let ask = Ask::Zip(module.clone());
        if !self.is_there(&ask) {
            let answer = self.ask(&ask).await?;
            hold(answer.h1, sums.zip, || module.to_string())?;
            self.take(&ask, answer).await?;
        }
        Ok(true)
    }

    /// The `.info`, which a module cache does not have of versions of which only the go.mod was needed.
    async fn info(&mut self, module: &ModuleVersion) -> Result<Option<bytes::Bytes>, CreateError> {
        let Ok(revision) = Revision::parse(module.version().as_str()) else { return Ok(None) };
        let ask = Ask::Info(module.path().clone(), revision);
        if let Some(found) = self.supply.earlier.and_then(|chain| chain.answer(&ask)) {
            return Ok(Some(found.content()?.read()?.into()));
        }
        let answer = match self.ask(&ask).await {
            Err(CreateError::Missing { failure, .. }) if failure.kind() == FailureKind::NotFound => {
                return Ok(None);
            }
            answer => answer?,
        };
        let limit = ask.kind().size_max();
        let bytes = answer
            .body
            .into_bytes(limit)
            .await
            .map_err(|error| BundleError::Io(std::io::Error::other(error)))?;
        self.add(&paths::path_of(&ask), Content { body: bytes.clone().into(), h1: None }).await?;
        Ok(Some(bytes))
    }

    /// Whether it is in this bundle or in an earlier one.
    fn is_there(&self, ask: &Ask) -> bool {
        self.writer.has(&paths::path_of(ask)) || self.supply.earlier.is_some_and(|chain| chain.has(ask))
    }

    async fn ask(&self, ask: &Ask) -> Result<Answer, CreateError> {
        let answer = self.supply.modules.ask(ask, &self.ctx()).await;
        answer.map_err(|failure| CreateError::Missing { what: ask.to_string(), failure })
    }

    async fn take(&mut self, ask: &Ask, answer: Answer) -> Result<(), CreateError> {
        self.add(&paths::path_of(ask), Content { body: answer.body, h1: answer.h1 }).await
    }

    async fn add(&mut self, path: &str, content: Content) -> Result<(), CreateError> {
        let size = self.writer.add(path, content).await?;
        (self.written)(size);
        Ok(())
    }

    fn ctx(&self) -> Ctx {
        Ctx::within(self.supply.patience)
    }

    async fn finish(
        self,
        databases: Vec<DatabaseHead>,
        signer: &SignerKey,
    ) -> Result<Outcome<W>, CreateError> {
        let after = self.supply.earlier.map(|chain| chain.newest().id().clone());
        let unproven = self.unproven;
        let (out, manifest, id, size) = self.writer.finish(databases, after, signer).await?;
        Ok(Outcome { out, manifest, id, size, unproven })
    }
}

/// Compares a hash with the one of the database, where that says one.
fn hold(found: Option<H1>, expected: Option<H1>, module: impl FnOnce() -> String) -> Result<(), CreateError> {
    match (found, expected) {
        (found, Some(expected)) if found != Some(expected) => Err(CreateError::Mismatch {
            module: module(),
            found: found.map_or_else(|| "none".to_owned(), |h1| h1.to_string()),
            expected: expected.to_string(),
        }),
        _ => Ok(()),
    }
}
