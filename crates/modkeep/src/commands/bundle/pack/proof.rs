//! Who proves what goes into a bundle: the checksum database of the settings, asked anew in a folder of this run.

use std::sync::Arc;
use std::time::SystemTime;

use gomod::gosumdb::{SumDbSetting, VerifierKey};
use source::sumdb::Database;
use store::DiskStore;

use super::work::Work;
use crate::env::Env;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::{Settings, table};
use crate::wiring::access::Keyring;
use crate::wiring::reach::{self, Reach};
use crate::wiring::{databases, upstreams};

/// The database with its key; `None` with `GOSUMDB=off`.
pub(super) async fn database(
    settings: &Settings,
    env: &Env,
    keyring: &Keyring<'_>,
    work: &Work,
) -> Result<Option<(Arc<Database>, VerifierKey)>, Failed> {
    let SumDbSetting::On(database) = settings.get(&table::GOSUMDB)? else { return Ok(None) };
    let root = work.proofs();
    let store = DiskStore::open(&root, SystemTime::now)
        .map_err(|error| Failed::new(Exit::Unavailable, Problem::from_error(&error)))?;
    let client = reach::client(&reach::http_options(settings, Reach::of(settings, env, keyring)?)?)?;
    let proxies = upstreams::all(None, settings, keyring)?;
    let ways = databases::ways(&database, &proxies, &client, &store.spool())?;
    let shelf = Arc::new(store.shelf(&database.name));
    let opened = databases::open_one(settings, &root, &database, ways, shelf).await?;
    Ok(Some((opened, database.key)))
}
