//! What a server would answer, for a command that wants the user's places behind a folder that keeps what they gave.

use std::sync::Arc;

use gomod::goproxy::{Place, ProxyList};
use gomod::gosumdb::DatabaseName;
use source::Source;
use vcs::Profile;

use super::{open_store, wiring};
use crate::commands::Session;
use crate::report::Failed;
use crate::settings::{Settings, table};
use crate::wiring::access::Keyring;
use crate::wiring::reach::{self, Reach};
use crate::wiring::upstreams::{self, Upstreams};
use crate::wiring::{databases, direct};

/// A source that keeps things in the data folder of `settings`, and the checksum databases that it answers for.
pub(in crate::commands) async fn source(
    settings: &Settings,
    session: &Session<'_>,
) -> Result<(Arc<dyn Source>, Vec<DatabaseName>), Failed> {
    let keyring = Keyring::of_client(session.env, session.files).await?;
    let http = reach::http_options(settings, Reach::of(settings, session.env, &keyring)?)?;
    let (store, client) = (open_store(settings)?, reach::client(&http)?);
    let list: ProxyList = settings.get(&table::UPSTREAM)?;
    let upstreams = Upstreams {
        members: upstreams::all(None, settings, &keyring)?,
        direct: list.members().iter().any(|member| matches!(member.place, Place::Direct)),
        left_out: Vec::new(),
        warnings: Vec::new(),
    };
    let trust = databases::open(settings, &store, &upstreams, &client).await?;
    let direct = || direct::of(settings, session.env, &keyring, http, store.spool(), Profile::User);
    let direct = upstreams.direct.then(direct).transpose()?;
    let modules = wiring::modules(settings, &store, &upstreams, &client, direct, &trust)?;
    let source = wiring::with_databases(modules, &trust);
    Ok((source, trust.databases.iter().map(|database| database.name().clone()).collect()))
}
