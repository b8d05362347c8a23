//! How the rooms are put together. The line in [`modules()`] is the architecture diagram.

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use gomod::ModulePath;
use protocol::{App, Goproxy, Health, Observer, Observers, Options, Redirects};
use server::{Metrics, Watch};
use source::chain::Chain;
use source::chain::claims::Claims;
use source::sumdb::Databases;
use source::upstream::HttpClient;
use source::{Ahead, AheadOptions, Ask, Coalesced, Foresight, MemoryOptions, Remembered, Source, Upgrades};
use store::{Cached, DiskStore, Filling, Vouched};
use vcs::Direct;

use crate::exit::Exit;
use crate::logging::Log;
use crate::report::{Failed, Problem};
use crate::settings::{Settings, table};
use crate::wiring::databases::Trust;
use crate::wiring::upstreams::Upstreams;
use crate::wiring::{direct, places};

/// The file below the data folder that remembers which private place owns which path.
const CLAIMS: &str = ".claims";

/// Who answers, and who is told what will be asked.
pub(super) struct Answering {
    pub(super) source: Arc<dyn Source>,
    pub(super) ahead: Option<LookAhead>,
}

/// Everything that the server answers.
pub(super) fn app(
    settings: &Settings,
    answering: Answering,
    trust: &Trust,
    watched: Vec<Watch>,
    redirects: Redirects,
    health: Health,
    log: &Log,
) -> Result<App, Failed> {
    let metrics = Metrics::new(env!("CARGO_PKG_VERSION"), watched);
    if let Some(ahead) = &answering.ahead {
        let metrics = metrics.clone();
        ahead.tell(move |trail| metrics.asked(trail));
    }
    let options = Options {
        prefix: settings.get(&table::PATH_PREFIX)?,
        hosts: Vec::new(),
        databases: trust.databases.iter().map(|database| database.name().clone()).collect(),
        ask_timeout: settings.get(&table::ASK_TIMEOUT)?,
        repeat_for: settings.get(&table::REPEAT_FOR)?,
        unavailable: settings.get(&table::UNAVAILABLE_STATUS)?,
        redirects,
        observers: observers(&metrics, log),
        foresight: answering.ahead.map(|ahead| ahead as Arc<dyn Foresight>),
    };
    Ok(App::new(Goproxy::new(answering.source, options), health, pages(metrics)))
}

/// Who is told of each request.
fn observers(metrics: &Metrics, log: &Log) -> Observers {
    let metrics: Arc<dyn Observer> = Arc::new(metrics.clone());
    let log = log.of_requests().map(|log| Arc::new(log) as Arc<dyn Observer>);
    Observers::new([metrics].into_iter().chain(log).collect())
}

/// The pages around the modules.
fn pages(metrics: Metrics) -> Router {
    let numbers = move || async move { ([(CONTENT_TYPE, Metrics::CONTENT_TYPE)], metrics.to_text()) };
    Router::new().route("/metrics", get(numbers))
}

/// Who looks ahead of the clients.
pub(super) type LookAhead = Arc<Ahead<Arc<dyn Source>>>;

/// What was just said, else what is kept, else the first upstream that answers; what it answers is checked, verified, kept, and asked
/// for once.
pub(super) fn modules(
    settings: &Settings,
    store: &Arc<DiskStore>,
    upstreams: &Upstreams,
    client: &HttpClient,
    direct: Option<Direct>,
    trust: &Trust,
) -> Result<Arc<dyn Source>, Failed> {
    let links = upstreams.members.iter().map(|member| places::link(member, client, store.spool(), trust));
    let mut links = links.collect::<Result<Vec<_>, _>>()?;
    let maker = direct.as_ref().map(|direct| direct.origin().clone());
    links.extend(direct.map(|direct| direct::link(direct, store.spool(), trust)));
    let chain = Chain::new(links, places::policy(settings)?, claims(store)?);
    let vouched = Arc::new(Vouched::new(DiskStore::clone(store), trust.ledger.clone()));
    let once = Coalesced::new(Filling::new(vouched.clone(), chain), settings.get(&table::ASK_TIMEOUT)?);
    let stream_after = Some(settings.get(&table::STREAM_AFTER)?).filter(|after| !after.is_zero());
    let kept = Cached::new(vouched, once.streaming_after(stream_after));
    let memory = MemoryOptions {
        budget_bytes: settings.get(&table::MEMORY)?,
        repeat_for: settings.get(&table::REPEAT_FOR)?,
    };
    let kept = Remembered::new(kept, memory);
    let ahead = settings.get(&table::REPOSITORY_TAGS_AHEAD)? > 0;
    Ok(match maker.filter(|_| ahead) {
        Some(maker) => Arc::new(Upgrades::new(kept, maker)),
        None => Arc::new(kept),
    })
}

/// The same, with what clients will ask next asked before they do, where that is wanted.
pub(super) fn ahead(
    settings: &Settings,
    modules: Arc<dyn Source>,
    health: Health,
    redirects: Redirects,
) -> Result<(Arc<dyn Source>, Option<LookAhead>), Failed> {
    if !settings.get(&table::LOOK_AHEAD)? {
        return Ok((modules, None));
    }
    let policy = places::policy(settings)?;
    let options = AheadOptions {
        patience: settings.get(&table::ASK_TIMEOUT)?,
        is_private: Box::new(move |module: &ModulePath| policy.is_private(module)),
        is_elsewhere: Box::new(move |ask: &Ask| redirects.lead_away(ask)),
        may_begin: Box::new(move || health.is_well()),
    };
    let ahead = Arc::new(Ahead::new(modules, options));
    Ok((ahead.clone(), Some(ahead)))
}

/// The same, with what checksum databases say.
pub(super) fn with_databases(modules: Arc<dyn Source>, trust: &Trust) -> Arc<dyn Source> {
    Arc::new(Databases::new(trust.databases.clone(), modules))
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
