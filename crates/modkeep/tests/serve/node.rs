//! A running `modkeep serve` on a free port, with a data folder of its own.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use testkit::{GoHome, GoRun, ServerCommand, ServerProcess};

/// The shipped binary.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_modkeep");

/// The server; it is killed when this is dropped.
pub(crate) struct Node {
    process: ServerProcess,
    scheme: &'static str,
    address: String,
}

impl Node {
    /// Starts a server over `upstream` (a list) that keeps things in `data`.
    pub(crate) fn start(upstream: &str, data: &Path) -> Self {
        Self::with(command(data).args(["--upstream", upstream]))
    }

    /// Starts the server of this command.
    pub(crate) fn with(command: ServerCommand) -> Self {
        Self::on("http", command)
    }

    /// Starts the server of this command, which has a certificate.
    pub(crate) fn secure(command: ServerCommand) -> Self {
        Self::on("https", command)
    }

    fn on(scheme: &'static str, command: ServerCommand) -> Self {
        let process = command.start(&format!("listens on {scheme}://{{}}"));
        let address = process.captures()[0].clone();
        Self { process, scheme, address }
    }

    /// What go needs as GOPROXY.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The address alone.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn process(&mut self) -> &mut ServerProcess {
        &mut self.process
    }

    /// The process, for signals.
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.process.terminate()
    }
}

/// `modkeep serve` on a free port, keeping things in `data`.
pub(crate) fn command(data: &Path) -> ServerCommand {
    let data = data.to_str().unwrap();
    ServerCommand::new(BINARY).args(["serve", "--listen", "127.0.0.1:0", "--data", data, "--log", "debug"])
}

/// A run of go in this home through this proxy list.
pub(crate) fn go(home: &GoHome, proxy: &str, args: &[&str]) -> GoRun {
    GoRun::in_home(home).proxy(proxy).build_cache(&build_cache()).args(args.iter().copied())
}

/// One for all tests: the standard library is compiled once, the modules lie elsewhere each time.
fn build_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("gocache")
}

/// A GET through a client that knows nothing of go.
pub(crate) fn get(url: &str) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = reqwest::get(url).await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    })
}
