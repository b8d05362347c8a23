//! How the rooms are put together. The line in [`source()`] is the architecture diagram.

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use protocol::{App, Goproxy, Health, Observer, Observers, Options, Redirects};
use server::Metrics;
use source::chain::claims::Claims;
use source::chain::policy::{Mode, Policy};
use source::chain::{Chain, Link};
use source::sumdb::Databases;
use source::upstream::{Authorities, HttpClient, HttpOptions, Proxies};
use source::{
    Checked, Coalesced, MemoryOptions, Remembered, Source, Spool, Steady, Upstream, Verified, Vitals,
};
use store::{Cached, DiskStore, Filling, ScrubCounters, Vouched};
use vcs::Direct;

use super::access::Keyring;
use super::databases::Trust;
use super::direct;
use super::numbers;
use super::proxies;
use super::upstreams::{Member, Upstreams};
use crate::env::Env;
use crate::exit::Exit;
use crate::logging::Log;
use crate::report::{Failed, Problem};
use crate::settings::values::Fallback;
use crate::settings::{Settings, table};

/// The file below the data folder that remembers which private place owns which path.
const CLAIMS: &str = ".claims";

/// How every place is reached.
pub(in crate::commands) struct Reach {
    /// Through whom.
    proxies: Proxies,
    /// Whom to trust besides the system's authorities.
    authorities: Authorities,
}

impl Reach {
    /// What the environment and the settings say.
    pub(in crate::commands) fn of(
        settings: &Settings,
        env: &Env,
        keyring: &Keyring<'_>,
    ) -> Result<Self, Failed> {
        let authorities = keyring.authorities(settings.get(&table::CA_FILE)?.as_deref())?;
        Ok(Self { proxies: proxies::of(env)?, authorities })
    }
}

/// Everything that the server answers.
pub(super) fn app(
    settings: &Settings,
    source: Arc<dyn Source>,
    trust: &Trust,
    scrubbed: &Arc<ScrubCounters>,
    redirects: Redirects,
    health: Health,
    log: &Log,
) -> Result<App, Failed> {
    let metrics = Metrics::new(env!("CARGO_PKG_VERSION"), numbers::watched(trust, scrubbed));
    let options = Options {
        prefix: settings.get(&table::PATH_PREFIX)?,
        databases: trust.databases.iter().map(|database| database.name().clone()).collect(),
        ask_timeout: settings.get(&table::ASK_TIMEOUT)?,
        repeat_for: settings.get(&table::REPEAT_FOR)?,
        unavailable: settings.get(&table::UNAVAILABLE_STATUS)?,
        redirects,
        observers: observers(&metrics, log),
    };
    Ok(App::new(Goproxy::new(source, options), health, pages(metrics)))
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

/// What was just said, else what is kept, else the first upstream that answers; what it answers is checked, verified, kept, and asked
/// for once.
pub(super) fn source(
    settings: &Settings,
    store: &Arc<DiskStore>,
    upstreams: &Upstreams,
    client: &HttpClient,
    direct: Option<Direct>,
    trust: &Trust,
) -> Result<Arc<dyn Source>, Failed> {
    let links = upstreams.members.iter().map(|member| link(member, client, store.spool(), trust));
    let mut links = links.collect::<Result<Vec<_>, _>>()?;
    links.extend(direct.map(|direct| direct::link(direct, store.spool(), trust)));
    let chain = Chain::new(links, policy(settings)?, claims(store)?);
    let vouched = Arc::new(Vouched::new(DiskStore::clone(store), trust.ledger.clone()));
    let once = Coalesced::new(Filling::new(vouched.clone(), chain), settings.get(&table::ASK_TIMEOUT)?);
    let stream_after = Some(settings.get(&table::STREAM_AFTER)?).filter(|after| !after.is_zero());
    let kept = Cached::new(vouched, once.streaming_after(stream_after));
    let memory = MemoryOptions {
        budget_bytes: settings.get(&table::MEMORY)?,
        repeat_for: settings.get(&table::REPEAT_FOR)?,
    };
    Ok(Arc::new(Databases::new(trust.databases.clone(), Remembered::new(kept, memory))))
}

/// How connections are made.
pub(in crate::commands) fn http_options(settings: &Settings, reach: Reach) -> Result<HttpOptions, Failed> {
    let Reach { proxies, authorities } = reach;
    Ok(HttpOptions {
        connect_timeout: settings.get(&table::CONNECT_TIMEOUT)?,
        first_byte_timeout: settings.get(&table::FIRST_BYTE_TIMEOUT)?,
        idle_timeout: settings.get(&table::IDLE_TIMEOUT)?,
        authorities,
        proxies,
        ..HttpOptions::default()
    })
}

pub(in crate::commands) fn client(options: &HttpOptions) -> Result<HttpClient, Failed> {
    HttpClient::new(options).map_err(|error| {
        Failed::new(
            Exit::Unavailable,
            Problem::from_error(&error).advise("install the system's CA certificates"),
        )
    })
}

fn link(member: &Member, client: &HttpClient, spool: Spool, trust: &Trust) -> Result<Link, Failed> {
    let upstream = Upstream::with_access(&member.url, client, member.access.clone())
        .map_err(|error| Failed::new(Exit::Config, Problem::from_error(&error)))?;
    let (origin, authoritative) = (upstream.origin().clone(), member.private || upstream.knows_us());
    let vitals = Vitals::new(origin.clone(), fastrand::f64);
    let checked = Checked::new(upstream, spool).leaving_flaws_to_a_ledger();
    let steady = Steady::new(checked, vitals.clone());
    let place = Arc::new(Verified::new(steady, trust.ledger.clone()));
    let (then, private, vitals) = (member.then, member.private, Some(vitals));
    Ok(Link { place, origin, then, private, authoritative, stands_in: false, vitals })
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
