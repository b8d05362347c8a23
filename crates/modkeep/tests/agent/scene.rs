//! A user with a project, an agent on a port of its own, and the places that have what the project needs.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};

use serde_json::Value;
use testkit::{GoHome, GoOutput, GoRun};

use crate::common::write_project;
pub(crate) use crate::common::{
    BINARY, DEPENDENCY, NOBODY, dependency, knows, repository, upstream, with_git,
};

/// Lets the shell do what a user's does: evaluate what the agent prints.
pub(crate) const EVAL: &str = "eval \"$(\"$MODKEEP\" agent env)\" && ";

/// The ports of this run begin somewhere of its own, below those that the system gives to connections.
const PORT_MIN: u16 = 12_000;
const PORTS: u16 = 18_000;
static NEXT: AtomicU16 = AtomicU16::new(0);

/// A user. Dropped, the agent is ended.
pub(crate) struct User {
    pub(crate) home: GoHome,
    pub(crate) project: PathBuf,
    pub(crate) port: u16,
}

impl User {
    /// A user with a project whose go.sum holds the dependency.
    pub(crate) fn new() -> Self {
        let home = GoHome::fresh();
        let project = home.project("main");
        write_project(&project);
        fs::create_dir_all(home.path().join("config/modkeep")).unwrap();
        Self { home, project, port: free_port() }
    }

    /// The user's settings file.
    pub(crate) fn settings(&self, text: &str) {
        fs::write(self.home.path().join("config/modkeep/modkeep.toml"), text).unwrap();
    }

    /// `modkeep agent` with these arguments, where GOPROXY is `list`.
    pub(crate) fn agent(&self, list: &str, args: &[&str]) -> GoRun {
        let first = ["agent"].iter().chain(args).copied();
        self.run(list).under(Path::new(BINARY), first)
    }

    /// A script of the user's shell in the project, where GOPROXY is `list`.
    pub(crate) fn shell(&self, list: &str, script: &str) -> GoRun {
        self.run(list).env("MODKEEP", BINARY).under(Path::new("/bin/sh"), ["-c", script])
    }

    /// A build by plain go behind the agent, with an empty module cache.
    pub(crate) fn build(&self, list: &str) -> GoOutput {
        self.home.clear_module_cache();
        self.shell(list, &format!("{EVAL} go build -o \"$HOME/main\" .")).run()
    }

    /// The address of the agent.
    pub(crate) fn url(&self) -> String {
        let printed = self.agent(NOBODY, &["env", "--json"]).run().success().stdout;
        let printed: Value = serde_json::from_str(&printed).unwrap();
        let list = printed["GOPROXY"].as_str().unwrap();
        list.strip_suffix(&format!("|{NOBODY}")).unwrap().to_owned()
    }

    /// Ends the agent as a power cut would.
    pub(crate) fn kill(&self) {
        let pid = self.running()["pid"].to_string();
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        let lock = fs::File::open(self.state("running")).unwrap();
        lock.lock_shared().unwrap();
    }

    /// What the agent says of itself.
    pub(crate) fn running(&self) -> Value {
        serde_json::from_slice(&fs::read(self.state("running")).unwrap()).unwrap()
    }

    /// A file of the agent.
    pub(crate) fn state(&self, name: &str) -> PathBuf {
        self.home.path().join("state/modkeep/agent").join(name)
    }

    fn run(&self, list: &str) -> GoRun {
        let folder = |name: &str| self.home.path().join(name);
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-build");
        let run = GoRun::in_home(&self.home).dir(&self.project).build_cache(&built).proxy(list);
        run.env("MODKEEP_AGENT_PORT", self.port.to_string())
            .env("XDG_STATE_HOME", folder("state"))
            .env("XDG_CONFIG_HOME", folder("config"))
            .env("XDG_CACHE_HOME", folder("cache"))
            .env("XDG_DATA_HOME", folder("data"))
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let mut stop = Command::new(BINARY);
        // A test that has failed is told already.
        let _ = stop.args(["agent", "stop"]).env("XDG_STATE_HOME", self.home.path().join("state")).output();
    }
}

/// A port that is free, and that no other test of this run gets.
fn free_port() -> u16 {
    let begin = u16::try_from(std::process::id() % u32::from(PORTS)).unwrap();
    let candidates = (0..PORTS).map(|_| PORT_MIN + (begin + NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS);
    candidates.into_iter().find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}
