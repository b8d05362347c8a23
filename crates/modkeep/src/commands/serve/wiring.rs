//! How the rooms are put together. The line in [`source()`] is the architecture diagram.

use std::sync::Arc;

use protocol::{Goproxy, Health, Options, Redirects};
use source::chain::claims::Claims;
use source::chain::policy::{Mode, Policy};
use source::chain::{Chain, Link};
use source::upstream::{HttpClient, HttpOptions, Proxies};
use source::{Checked, MemoryOptions, Remembered, Source, Spool, Upstream};
use store::{DiskStore, cached};

use super::upstreams::{Member, Upstreams};
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::values::Fallback;
use crate::settings::{Settings, table};

/// The file below the data folder that remembers which private place owns which path.
const CLAIMS: &str = ".claims";

/// Everything that the server answers.
pub(super) fn router(
    settings: &Settings,
    source: Arc<dyn Source>,
    redirects: Redirects,
    health: Health,
) -> Result<axum::Router, Failed> {
    let options = Options {
        prefix: settings.get(&table::PATH_PREFIX)?,
        ask_timeout: settings.get(&table::ASK_TIMEOUT)?,
        repeat_for: settings.get(&table::REPEAT_FOR)?,
        unavailable: settings.get(&table::UNAVAILABLE_STATUS)?,
        redirects,
    };
    Ok(protocol::router(Goproxy::new(source, options), health))
}

/// What was just said, else what is kept, else the first upstream that answers; what it answers is checked, kept, and asked for once.
pub(super) fn source(
    settings: &Settings,
    store: &Arc<DiskStore>,
    upstreams: &Upstreams,
    proxies: Proxies,
) -> Result<Arc<dyn Source>, Failed> {
    let client = client(settings, proxies)?;
    let links = upstreams.members.iter().map(|member| link(member, &client, store.spool()));
    let chain = Chain::new(links.collect::<Result<_, _>>()?, policy(settings)?, claims(store)?);
    let kept = cached(store.clone(), chain, settings.get(&table::ASK_TIMEOUT)?);
    let memory = MemoryOptions {
        budget_bytes: settings.get(&table::MEMORY)?,
        repeat_for: settings.get(&table::REPEAT_FOR)?,
    };
    Ok(Arc::new(Remembered::new(kept, memory)))
}

pub(in crate::commands) fn client(settings: &Settings, proxies: Proxies) -> Result<HttpClient, Failed> {
    let options = HttpOptions {
        connect_timeout: settings.get(&table::CONNECT_TIMEOUT)?,
        first_byte_timeout: settings.get(&table::FIRST_BYTE_TIMEOUT)?,
        idle_timeout: settings.get(&table::IDLE_TIMEOUT)?,
        proxies,
        ..HttpOptions::default()
    };
    HttpClient::new(&options).map_err(|error| {
        Failed::new(
            Exit::Unavailable,
            Problem::from_error(&error).advise("install the system's CA certificates"),
        )
    })
}

fn link(member: &Member, client: &HttpClient, spool: Spool) -> Result<Link, Failed> {
    let upstream = Upstream::new(&member.url, client)
        .map_err(|error| Failed::new(Exit::Config, Problem::from_error(&error)))?;
    let origin = upstream.origin().clone();
    let place = Arc::new(Checked::new(upstream, spool));
    Ok(Link { place, origin, then: member.then, private: member.private })
}

fn policy(settings: &Settings) -> Result<Policy, Failed> {
    let mode = match settings.get(&table::FALLBACK)? {
        Fallback::Resilient => Mode::Resilient,
        Fallback::Go => Mode::Go,
    };
    Ok(Policy {
        mode,
        goprivate: settings.get(&table::GOPRIVATE)?,
        gonoproxy: settings.get(&table::GONOPROXY)?,
        gonosumdb: settings.get(&table::GONOSUMDB)?,
    })
}

fn claims(store: &DiskStore) -> Result<Claims, Failed> {
    let path = store.root().join(CLAIMS);
    Claims::in_file(&path).map_err(|error| {
        let problem = Problem::new(format!("cannot open {}", path.display())).because(error.to_string());
        Failed::new(
            Exit::Unavailable,
            problem.advise("make it readable and writable for the user that runs modkeep"),
        )
    })
}
