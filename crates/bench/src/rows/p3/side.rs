//! Who downloads, and how.

use std::path::Path;
use std::thread;
use std::time::Duration;

use testkit::far::Traffic;
use testkit::{FarProxy, GoHome, GoRun};

use super::tree::Tree;
use crate::peers::{Place, Setup};
use crate::plan::Plan;
use crate::proc;
use crate::server::Server;

/// How long a download may take.
const PATIENCE: Duration = Duration::from_mins(15);

/// How long nothing may have come to the upstream until nothing more will: longer than the longest silence in a row.
const QUIET: Duration = Duration::from_secs(3);

/// How often that is waited for.
const QUIET_MAX: usize = 20;

/// A way to the modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Side {
    /// Plain go through `modkeep serve`
    Serve,
    /// `modkeep go` with the upstream
    Client,
    /// `modkeep go` through `modkeep serve`
    Both,
    /// Plain go with the upstream
    Go,
    /// Plain go through goproxy
    Goproxy,
    /// Plain go through Athens
    Athens,
    /// Plain go with the upstream's files at hand
    Files,
}

/// What a download came to.
#[derive(Debug)]
pub(super) struct Outcome {
    /// How long it took, or why it failed.
    pub(super) seconds: Result<f64, String>,
    /// What the upstream was asked meanwhile, and afterwards: who looks ahead may still be at it when go is done.
    pub(super) traffic: Traffic,
    /// Processor seconds of the go command, and of `modkeep go` where it runs go.
    pub(super) client_cpu: f64,
    /// Processor seconds of the server, where there is one, from its start.
    pub(super) server_cpu: Option<f64>,
}

/// What it takes to let a side download.
pub(super) struct Field<'a> {
    pub(super) plan: &'a Plan,
    pub(super) tree: &'a Tree,
    pub(super) far: &'a FarProxy,
}

impl Side {
    /// Its name in the tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Serve => "modkeep serve",
            Self::Client => "modkeep go",
            Self::Both => "modkeep go through modkeep serve",
            Self::Go => "go alone",
            Self::Goproxy => "goproxy",
            Self::Athens => "Athens",
            Self::Files => "file://",
        }
    }

    /// Whether it fetches from the upstream, and not from its files.
    pub(super) fn asks_upstream(self) -> bool {
        self != Self::Files
    }

    /// Whether go has a server between itself and the upstream.
    pub(super) fn has_server(self) -> bool {
        matches!(self, Self::Serve | Self::Both | Self::Goproxy | Self::Athens)
    }
}

impl Field<'_> {
    /// The sides that were asked for, as far as their programs are there.
    pub(super) fn sides(&self) -> Vec<Side> {
        let plan = self.plan;
        let is_there = |side: &Side| match side {
            Side::Goproxy => plan.goproxy.is_some(),
            Side::Athens => plan.athens.is_some(),
            Side::Go => !plan.without_go,
            Side::Serve | Side::Client | Side::Both | Side::Files => true,
        };
        let is_wanted = |side: &Side| plan.sides.is_empty() || plan.sides.contains(side);
        let all = <Side as clap::ValueEnum>::value_variants().iter().copied();
        all.filter(|side| is_there(side) && is_wanted(side)).collect()
    }

    /// One download with nothing kept anywhere. What the turn before wrote is on the disk before the clock starts.
    pub(super) fn download(&self, side: Side, threads: usize) -> Outcome {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = self.server(side, folder.path());
        let proxy = match &server {
            Some(server) => format!("http://{}", server.address),
            None if side == Side::Files => format!("file://{}", self.tree.downloads().display()),
            None => self.far.url(),
        };
        let home = GoHome::fresh();
        let project = home.project("main");
        self.tree.write_project(&project);
        let run = GoRun::in_home(&home).dir(&project).proxy(proxy).env("GOMAXPROCS", threads.to_string());
        let run = match side {
            Side::Client | Side::Both => run.under(&self.plan.modkeep, ["go"]),
            _ => run,
        };
        rustix::fs::sync();
        self.far.begin();
        let before = proc::ended_cpu_seconds();
        let seconds = seconds(&run.deadline(PATIENCE).args(["mod", "download"]));
        let client_cpu = proc::ended_cpu_seconds() - before;
        let traffic = if server.is_some() { self.settled() } else { self.far.traffic() };
        Outcome { seconds, traffic, client_cpu, server_cpu: server.as_ref().map(Server::cpu_seconds) }
    }

    /// What the upstream was asked, once nobody asks it any more.
    fn settled(&self) -> Traffic {
        let mut seen = self.far.traffic();
        for _ in 0..QUIET_MAX {
            thread::sleep(QUIET);
            let now = self.far.traffic();
            if now == seen {
                break;
            }
            seen = now;
        }
        seen
    }

    /// The server of a side that has one, with nothing kept.
    fn server(&self, side: Side, folder: &Path) -> Option<Server> {
        let made = |name: &str| {
            let path = folder.join(name);
            std::fs::create_dir(&path).expect("a folder");
            path
        };
        let setup = Setup {
            place: Place::Free,
            data: made("data"),
            scratch: made("scratch"),
            upstream: self.far.url(),
        };
        match side {
            Side::Serve | Side::Both => Some(setup.modkeep(&self.plan.modkeep)),
            Side::Goproxy => {
                self.plan.goproxy.as_deref().map(|program| setup.goproxy(program, &self.plan.go))
            }
            Side::Athens => self.plan.athens.as_deref().map(|program| setup.athens(program, &self.plan.go)),
            Side::Client | Side::Go | Side::Files => None,
        }
    }
}

fn seconds(run: &GoRun) -> Result<f64, String> {
    match run.run_in_time() {
        Some(output) if output.status.success() => Ok(output.elapsed.as_secs_f64()),
        Some(output) => {
            eprintln!("{output}");
            Err(output.stderr.lines().last().unwrap_or("failed without a word").to_owned())
        }
        None => Err(format!("not done after {} s", PATIENCE.as_secs())),
    }
}
