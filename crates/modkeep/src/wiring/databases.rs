//! Who vouches for what is served: the checksum databases, and how they are reached.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use gomod::gosumdb::{SumDb, SumDbSetting};
use source::sumdb::{Database, DatabaseOptions, Mirroring, Shelf, Way};
use source::upstream::{HttpClient, UpstreamError};
use source::{Checked, Ledger, Source, Spool, Steady, Upstream, Vitals};
use store::DiskStore;
use store::disk::FirstSeenLog;

use super::upstreams::{Member, Upstreams};
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::{Settings, table};

/// Who vouches for what.
pub(crate) struct Trust {
    /// The one that hashes are verified with.
    pub(crate) ledger: Arc<Ledger>,
    /// All that are answered for.
    pub(crate) databases: Vec<Arc<Database>>,
}

/// Opens the databases that the settings name. Nobody is asked yet.
pub(crate) async fn open(
    settings: &Settings,
    store: &DiskStore,
    upstreams: &Upstreams,
    client: &HttpClient,
) -> Result<Trust, Failed> {
    let (mut databases, mut first) = (Vec::new(), None);
    if let SumDbSetting::On(database) = settings.get(&table::GOSUMDB)? {
        let opened = open_shelved(settings, store, upstreams, client, &database).await?;
        first = Some(opened.clone());
        databases.push(opened);
    }
    for mirrored in settings.get(&table::SUMDB_MIRRORS)? {
        is_no_other(&databases, &mirrored)?;
        if databases.iter().all(|known: &Arc<Database>| *known.name() != mirrored.name) {
            databases.push(open_shelved(settings, store, upstreams, client, &mirrored).await?);
        }
    }
    let seen = Arc::new(first_seen(store.root())?);
    let ledger = Ledger::new(first, seen, SystemTime::now).with_quarantine(Arc::new(store.clone()));
    Ok(Trust { ledger: Arc::new(ledger), databases })
}

/// Two logs under one name must never be mixed (protocol.md G27).
fn is_no_other(known: &[Arc<Database>], mirrored: &SumDb) -> Result<(), Failed> {
    let contradicts =
        |known: &Arc<Database>| *known.name() == mirrored.name && known.key_hash() != mirrored.key.hash();
    if !known.iter().any(contradicts) {
        return Ok(());
    }
    let problem =
        Problem::new(format!("the checksum database {} is given with two different keys", mirrored.name));
    let advice = "take one of them out of --gosumdb or --sumdb-mirrors";
    Err(Failed::new(Exit::Config, problem.advise(advice)))
}

/// The record of what was seen first in the data folder `root`.
pub(crate) fn first_seen(root: &Path) -> Result<FirstSeenLog, Failed> {
    FirstSeenLog::open(root).map_err(|error| {
        let problem = Problem::new(format!("cannot use the data folder {}", root.display()));
        Failed::new(Exit::Unavailable, problem.because(error.to_string()))
    })
}

async fn open_shelved(
    settings: &Settings,
    store: &DiskStore,
    upstreams: &Upstreams,
    client: &HttpClient,
    database: &SumDb,
) -> Result<Arc<Database>, Failed> {
    let ways = ways(database, &upstreams.members, client, &store.spool())?;
    open_one(settings, store.root(), database, ways, Arc::new(store.shelf(&database.name))).await
}

/// Opens one database, whose `shelf` lies in the data folder `root`.
pub(crate) async fn open_one(
    settings: &Settings,
    root: &Path,
    database: &SumDb,
    ways: Vec<Way>,
    shelf: Arc<dyn Shelf>,
) -> Result<Arc<Database>, Failed> {
    let options = DatabaseOptions {
        key: database.key.clone(),
        name: database.name.clone(),
        ways,
        shelf,
        private: settings.get(&table::GONOSUMDB)?,
        gonoproxy: settings.get(&table::GONOPROXY)?,
        patience: settings.get(&table::ASK_TIMEOUT)?,
    };
    match Database::open(options).await {
        Ok(opened) => Ok(Arc::new(opened)),
        Err(error) => Err(cannot_open(root, database, &error)),
    }
}

fn cannot_open(root: &Path, database: &SumDb, error: &std::io::Error) -> Failed {
    let folder = root.join("sumdb").join(database.name.as_str());
    let problem =
        Problem::new(format!("cannot go on with the checksum database kept in {}", folder.display()));
    let advice = "make the file latest in it readable, if that is the reason, or bring it back from a copy of the folder; only if \
                  the key has changed on purpose, move the folder away: it remembers what was seen, so that nobody can go back";
    Failed::new(Exit::Config, problem.because(error.to_string()).advise(advice))
}

/// Whom to ask: the proxies, which may mirror it, then its own host; that one alone where GOSUMDB gives its address
/// (protocol.md G7, G9).
pub(crate) fn ways(
    database: &SumDb,
    proxies: &[Member],
    client: &HttpClient,
    spool: &Spool,
) -> Result<Vec<Way>, Failed> {
    let own = Upstream::of_database(database.url().as_str(), client).map_err(unusable)?;
    let mut ways = Vec::new();
    if database.explicit_url.is_none() {
        for member in proxies {
            let proxy =
                Upstream::with_access(&member.url, client, member.access.clone()).map_err(unusable)?;
            let origin = proxy.origin().clone();
            let way = way(proxy, spool, |steady| Arc::new(Mirroring::new(steady, origin)));
            ways.push(Way { private: member.private, ..way });
        }
    }
    ways.push(way(own, spool, |steady| Arc::new(steady)));
    Ok(ways)
}

/// A place that may hear of all that the database may hear of, with vital signs of its own: that its mirror of a database is broken says nothing about its modules.
pub(crate) fn way(
    place: Upstream,
    spool: &Spool,
    dressed: impl FnOnce(Steady<Checked<Upstream>>) -> Arc<dyn Source>,
) -> Way {
    let origin = place.origin().clone();
    let vitals = Vitals::new(origin.clone(), fastrand::f64);
    let steady = Steady::new(Checked::new(place, spool.clone()), vitals.clone());
    Way { place: dressed(steady), origin, private: true, vitals }
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
pub(crate) fn unusable(error: UpstreamError) -> Failed {
    Failed::new(Exit::Config, Problem::from_error(&error))
}
