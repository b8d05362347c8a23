//! `modkeep serve`: the private GOPROXY server.
//!
//! * [`wiring`]: how the rooms are put together; that line is the architecture.
//! * [`certificate`]: the certificate that is served with, also when it changes.
//! * [`numbers`]: what is shown at `/metrics` besides requests and attempts.
//! * [`redirects`]: which modules clients are told to fetch elsewhere.
//! * [`chores`]: what is done in the background for what is kept.
//! * [`keeping`]: the same source for other commands.
//! * [`mod@announce`]: what is told at the start.
//! * [`signals`]: when to stop.

mod announce;
mod certificate;
mod chores;
pub(super) mod keeping;
mod numbers;
mod redirects;
mod signals;
mod wiring;

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::Args;
use protocol::Health;
use protocol::listen::{self, Ended, Front, Limits};
use store::{DiskStore, Store};
use tokio::net::TcpListener;
use vcs::Profile;

use crate::commands::Session;
use crate::exit::Exit;
use crate::logging::{self, Log};
use crate::report::{self, Failed, Problem};
use crate::settings::flags::{All, Flags};
use crate::settings::{Settings, table};
use crate::wiring::access::Keyring;
use crate::wiring::reach::{self, Reach};
use crate::wiring::upstreams::{self, Own};
use crate::wiring::{databases, direct};
use announce::Announcement;
use certificate::Certificate;
use signals::Signals;

/// How long the end waits for work on a disk that hangs: what it would have kept was not acknowledged.
const HANGING_MAX: Duration = Duration::from_secs(5);

/// How long a client may take nothing of an answer before its connection is closed.
const WRITE_TIMEOUT: Duration = Duration::from_mins(1);

/// What a second signal comes to.
const STOPPED_AT_ONCE: &str = "stopped at once by a second signal; answers under way, if any, were cut";

/// The arguments of `modkeep serve`: every setting is a flag.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<All>,
}

/// Serves until told to stop.
pub fn run(args: &ServeArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let log = logging::start(&settings, session.env)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let ended = runtime.block_on(serve(&settings, session, &log));
    runtime.shutdown_timeout(HANGING_MAX);
    ended
}

/// Every setting has passed its parser before this begins, so no mistake in one is told with the folder locked already.
async fn serve(settings: &Settings, session: &mut Session<'_>, log: &Log) -> Result<(), Failed> {
    let signals = Signals::install()?;
    let keyring = Keyring::of(session.env, session.files);
    let reach = Reach::of(settings, session.env, &keyring)?;
    let certificate = certificate::load(settings)?;
    let store = open_store(settings)?;
    let listener = bind(settings.get(&table::LISTEN)?).await?;
    let address = listener.local_addr()?;
    let own = Own { address, data: store.root() };
    let upstreams = upstreams::choose(settings, own, &keyring).await?;
    let redirects = redirects::of(settings, own).await?;
    report::write_warnings(&keyring.warnings, session.err)?;
    report::write_warnings(&upstreams.warnings, session.err)?;
    let condition = store.condition();
    let health = Health::watching(move || condition.describe());
    let http = reach::http_options(settings, reach)?;
    let client = reach::client(&http)?;
    let trust = databases::open(settings, &store, &upstreams, &client).await?;
    let profile = Profile::Server { config: settings.get(&table::GIT_CONFIG)? };
    let direct = || direct::of(settings, session.env, &keyring, http, store.spool(), profile);
    let direct = upstreams.direct.then(direct).transpose()?;
    let modules = wiring::modules(settings, &store, &upstreams, &client, direct, &trust)?;
    let (modules, ahead) = wiring::ahead(settings, modules, health.clone(), redirects.clone())?;
    let source = wiring::with_databases(modules, &trust);
    let scrubbed = chores::start(settings, &store, &source)?;
    let watched = numbers::watched(&trust, &scrubbed, ahead.as_ref());
    let answering = wiring::Answering { source, ahead };
    let app = wiring::app(settings, answering, &trust, watched, redirects, health.clone(), log)?;
    let secure = certificate.is_some();
    let told = Announcement { settings, address, secure, data: store.root(), upstreams: &upstreams };
    announce(&told, session.out)?;

    let limits = limits(settings)?;
    let stop = signals.first(health);
    let tls = certificate.as_ref().map(Certificate::tls);
    tokio::select! {
        ended = listen::serve(Front { listener, tls }, app, limits, stop) => tell(ended),
        () = certificate::keep_fresh(certificate) => Ok(()),
        () = signals.second() => Err(Failed::new(Exit::Failure, Problem::new(STOPPED_AT_ONCE))),
    }
}

/// Nobody may be there to read it (`modkeep serve | head -1`), which is no reason not to serve.
fn announce(announcement: &Announcement<'_>, out: &mut dyn Write) -> Result<(), Failed> {
    let mut text = Vec::new();
    announcement.write(&mut text)?;
    if let Err(error) = out.write_all(&text).and_then(|()| out.flush()) {
        let address = announcement.address;
        tracing::warn!(%error, %address, "cannot write to stdout; serving without an announcement");
    }
    Ok(())
}

pub(super) fn open_store(settings: &Settings) -> Result<Arc<DiskStore>, Failed> {
    let root = settings.get(&table::DATA)?;
    let opened = DiskStore::open(&root, SystemTime::now);
    opened.map(Arc::new).map_err(|error| {
        let advice =
            "choose another folder with --data, or make this one writable for the user that runs modkeep";
        Failed::new(Exit::Unavailable, Problem::from_error(&error).advise(advice))
    })
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failed> {
    TcpListener::bind(address).await.map_err(|error| {
        let problem = Problem::new(format!("cannot listen on {address}")).because(error.to_string());
        let advice = "choose another address with --listen; with port 0 a free port is taken";
        Failed::new(Exit::Unavailable, problem.advise(advice))
    })
}

fn limits(settings: &Settings) -> Result<Limits, Failed> {
    Ok(Limits {
        header_timeout: settings.get(&table::HEADER_TIMEOUT)?,
        write_timeout: WRITE_TIMEOUT,
        drain_delay: settings.get(&table::DRAIN_DELAY)?,
        drain_timeout: settings.get(&table::DRAIN_TIMEOUT)?,
        connections_max: listen::make_room(),
    })
}

fn tell(ended: Ended) -> Result<(), Failed> {
    match ended {
        Ended::Drained => {
            tracing::info!("stopped; every answer under way was finished");
            Ok(())
        }
        Ended::Cut => {
            let problem = Problem::new("stopped with answers still under way; they were cut");
            let advice = "give them longer with --drain-timeout";
            Err(Failed::new(Exit::Failure, problem.advise(advice)))
        }
    }
}
