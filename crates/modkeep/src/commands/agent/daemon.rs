//! The agent itself: the ladder without a project, behind its port, until it is told to end.
//!
//! No go.sum pins anything here. What it gives is verified with the checksum database; go asks that one through the agent too, and
//! holds what it gets to its own go.sum.

use std::sync::Arc;
use std::time::Duration;

use ladder::agent::{Agent, AgentOptions};
use ladder::project::Project;
use protocol::Observers;
use source::Coalesced;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::env::nobody_else;
use super::{holder, status};
use crate::agent::home::Home;
use crate::agent::list;
use crate::agent::running::{Held, Running};
use crate::bundles;
use crate::commands::Session;
use crate::commands::go::{behind, ground};
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::{Settings, table};
use crate::wiring::client::Client;

/// How long the end waits for work that hangs: nothing that counts depends on it.
const HANGING_MAX: Duration = Duration::from_secs(1);

/// Where the agent listens, and how it is known.
pub(super) struct Setup<'a> {
    pub(super) home: &'a Home,
    pub(super) word: String,
    pub(super) settings: Settings,
}

/// Answers until SIGTERM or SIGINT; a second one cuts what is under way.
pub(super) fn run(setup: &Setup<'_>, session: &mut Session<'_>) -> Result<(), Failed> {
    check_list(setup)?;
    let Some(mut held) = Held::take(setup.home)? else { return Err(taken_over()) };
    let client = client(setup, session)?;
    leave_the_folder();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(attend(setup, &client, &mut held, session));
    runtime.shutdown_timeout(HANGING_MAX);
    ended
}

/// The user's list has been freed from the agent. When nobody else was in it, it would ask itself for ever.
fn check_list(setup: &Setup<'_>) -> Result<(), Failed> {
    let upstream = setup.settings.value(&table::UPSTREAM)?;
    if list::names(&upstream.text, &setup.word) { Err(nobody_else()) } else { Ok(()) }
}

/// A daemon keeps no file system from being unmounted. Where it cannot leave, it stays.
fn leave_the_folder() {
    let _ = std::env::set_current_dir("/");
}

fn client(setup: &Setup<'_>, session: &Session<'_>) -> Result<Client, Failed> {
    // It serves whatever project asks.
    let bundles = bundles::stocked(session.env, |_| true);
    let rungs = setup.settings.get(&table::RUNGS)?;
    Ok(Client { rungs, bundles, ..ground::client(&setup.settings, &Project::default(), session)? })
}

async fn attend(
    setup: &Setup<'_>,
    client: &Client,
    held: &mut Held,
    session: &mut Session<'_>,
) -> Result<(), Failed> {
    let mut signals = Signals::install()?;
    let agent = listen(setup, client).await?;
    let running = Running::here(setup.settings.get(&table::AGENT_PORT)?);
    held.tell(&running)?;
    writeln!(session.out, "{}", status::line(&running))?;
    session.out.flush()?;
    tracing::info!(port = running.port, version = running.version, "the agent answers");
    signals.next().await;
    tracing::info!("asked to end; finishing what is under way");
    tokio::select! {
        () = agent.finish() => Ok(()),
        () = signals.next() => Ok(()),
    }
}

async fn listen(setup: &Setup<'_>, client: &Client) -> Result<Agent, Failed> {
    let settings = &setup.settings;
    let (port, ask_timeout) = (settings.get(&table::AGENT_PORT)?, settings.get(&table::ASK_TIMEOUT)?);
    let sumdb = settings.get(&table::GOSUMDB)?;
    let options = AgentOptions {
        port,
        word: Some(setup.word.clone()),
        databases: behind::database(&sumdb).into_iter().map(|database| database.name.clone()).collect(),
        ask_timeout,
        observers: Observers::default(),
    };
    // gopls and a build ask for the same things at the same time.
    let ladder = Coalesced::new(client.ladder().await?, ask_timeout);
    Agent::start(Arc::new(ladder), options).await.map_err(|error| no_port(port, &error))
}

/// The signals that end it.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn install() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn no_port(port: u16, error: &std::io::Error) -> Failed {
    let problem =
        Problem::new(format!("the agent cannot listen on 127.0.0.1:{port}")).because(error.to_string());
    let problem = match holder::of(port).filter(|_| error.kind() == std::io::ErrorKind::AddrInUse) {
        Some(holder) => problem.because(format!("the port is held by {holder}")),
        None => problem,
    };
    let advice = "end what listens there, or set agent-port in your modkeep.toml to another port, and evaluate modkeep agent env anew; \
                  a stranger on the port of your agent may have learnt its address: then delete the file word beside its log, too";
    Failed::new(Exit::Unavailable, problem.advise(advice))
}

/// Somebody else was faster.
fn taken_over() -> Failed {
    Failed::new(
        Exit::Failure,
        Problem::new("the agent runs already").advise("modkeep agent status says where"),
    )
}
