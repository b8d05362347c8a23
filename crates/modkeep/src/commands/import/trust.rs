//! Who vouches for what is imported: the same as in a server with these settings, and the place itself as one more way to the
//! checksum database.
//!
//! Nothing is believed of the place that is not proven. But what it has of the proofs is as good as what the database sends, and
//! the only thing there is behind an air gap.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gomod::ModuleVersion;
use gomod::gosumdb::{SumDb, SumDbSetting};
use source::sumdb::{Database, Shelf, Way};
use source::upstream::HttpClient;
use source::{FirstSeen, Ledger, Sighting, Subject, Upstream};
use store::DiskStore;
use store::disk::{FirstSeenLog, shelf_of};
use url::Url;

use super::heads;
use super::place::Place;
use crate::report::Failed;
use crate::settings::{Settings, table};
use crate::wiring::access::Keyring;
use crate::wiring::databases;
use crate::wiring::upstreams;

/// What it takes to know who vouches.
pub(super) struct Opening<'a> {
    pub(super) settings: &'a Settings,
    pub(super) place: &'a Place,
    pub(super) store: &'a DiskStore,
    pub(super) client: &'a HttpClient,
    pub(super) keyring: &'a Keyring<'a>,
    /// Whether nothing may be kept.
    pub(super) dry_run: bool,
}

impl Opening<'_> {
    /// The ledger that every file is held to.
    pub(super) async fn ledger(&self) -> Result<Ledger, Failed> {
        let database = match self.settings.get(&table::GOSUMDB)? {
            SumDbSetting::On(database) => Some(self.database(&database).await?),
            SumDbSetting::Off => None,
        };
        let log = databases::first_seen(self.store.root())?;
        let seen: Arc<dyn FirstSeen> = if self.dry_run { Arc::new(Recalled(log)) } else { Arc::new(log) };
        Ok(Ledger::new(database, seen, SystemTime::now))
    }

    async fn database(&self, database: &SumDb) -> Result<Arc<Database>, Failed> {
        let folder = self.place.proofs();
        let mut ways = Vec::new();
        if let Some(folder) = folder {
            ways.push(self.way_over(folder)?);
        }
        let from = ways.first().map(|way: &Way| way.origin.clone());
        let proxies = upstreams::all(self.place.proxy_url(), self.settings, self.keyring)?;
        ways.extend(databases::ways(database, &proxies, self.client, &self.store.spool())?);
        let kept = self.shelf(database);
        let opened = databases::open_one(self.settings, self.store.root(), database, ways, kept).await?;
        if let (Some(folder), Some(from)) = (folder, from) {
            let patience: Duration = self.settings.get(&table::ASK_TIMEOUT)?;
            heads::take_newest(&opened, database, folder, &from, patience).await;
        }
        Ok(opened)
    }

    /// What a look finds out is not kept.
    fn shelf(&self, database: &SumDb) -> Arc<dyn Shelf> {
        if self.dry_run {
            Arc::new(shelf_of(self.store.root(), &database.name))
        } else {
            Arc::new(self.store.shelf(&database.name))
        }
    }

    /// A folder is asked for each thing without being asked first whether it has any: a module cache has no word for that
    /// (protocol.md G9, G12).
    fn way_over(&self, folder: &Path) -> Result<Way, Failed> {
        let url = Url::from_file_path(folder).map_err(|()| super::place::unknown(folder))?;
        let files = Upstream::new(url.as_str(), self.client).map_err(databases::unusable)?;
        Ok(databases::way(files, &self.store.spool(), |steady| Arc::new(steady)))
    }
}

/// What was seen first, with nothing added to it.
#[derive(Debug)]
struct Recalled(FirstSeenLog);

#[async_trait::async_trait]
impl FirstSeen for Recalled {
    async fn witness(
        &self,
        module: &ModuleVersion,
        subject: Subject,
        seen: Sighting,
    ) -> std::io::Result<Sighting> {
        Ok(self.0.recall(module, subject).await?.unwrap_or(seen))
    }

    async fn recall(&self, module: &ModuleVersion, subject: Subject) -> std::io::Result<Option<Sighting>> {
        self.0.recall(module, subject).await
    }
}
