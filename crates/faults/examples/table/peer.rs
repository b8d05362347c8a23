//! Who meets a fault.

use std::fs;
use std::path::Path;

use faults::{Fault, FaultyProxy};
use tempfile::TempDir;
use testkit::{ServerCommand, ServerProcess};
use tokio::runtime::Runtime;

use crate::pull::{Client, Outcome, Project};

/// go with a list of two places, or go in front of a modkeep that has the list.
pub(crate) struct Peer {
    is_modkeep: bool,
    separator: char,
}

impl Peer {
    /// One of `plain-comma`, `plain-pipe`, `modkeep-comma`, `modkeep-pipe`.
    pub(crate) fn named(name: &str) -> Self {
        let (who, separator) = name.split_once('-').unwrap_or((name, ""));
        let separator = match separator {
            "comma" => ',',
            "pipe" => '|',
            _ => panic!("{name}: a peer is plain-comma, plain-pipe, modkeep-comma or modkeep-pipe"),
        };
        assert!(["plain", "modkeep"].contains(&who), "{name}: a peer is plain-… or modkeep-…");
        Self { is_modkeep: who == "modkeep", separator }
    }

    /// For the head of the table.
    pub(crate) fn heading(&self) -> String {
        let (who, what) = (
            if self.is_modkeep { "modkeep" } else { "go alone" },
            if self.separator == ',' { "," } else { "\\|" },
        );
        format!("{who} `{what}`")
    }

    /// Pulls the project through two places of which the first has this fault.
    pub(crate) fn meet(&self, fault: &Fault, binary: &Path, project: &Project) -> Outcome {
        let runtime = Runtime::new().expect("a runtime");
        let bad = runtime.block_on(FaultyProxy::start(fault, &project.upstream())).expect("a broken proxy");
        let list = format!("{}{}{}", bad.url(), self.separator, project.upstream());
        let data = TempDir::new().expect("a folder");
        let authority = bad.ca_pem().map(|pem| {
            let file = data.path().with_extension("pem");
            fs::write(&file, pem).expect("a file for the authority");
            file
        });
        let asks_database = fault.touches.is_of_sumdb();
        if self.is_modkeep {
            let server = serve(binary, &project.gosumdb(), &list, data.path(), authority.as_deref());
            let proxy = format!("http://{}", server.captures()[0]);
            project.pull(Client { proxy: &proxy, authority: None, asks_database })
        } else {
            project.pull(Client { proxy: &list, authority: authority.as_deref(), asks_database })
        }
    }
}

/// The settings are those that it has by itself, but for the authority and the database.
fn serve(binary: &Path, database: &str, list: &str, data: &Path, authority: Option<&Path>) -> ServerProcess {
    let command = ServerCommand::new(binary)
        .env("GOSUMDB", database)
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "error", "--upstream", list])
        .args(["--data".as_ref(), data.as_os_str()]);
    let command = authority
        .into_iter()
        .fold(command, |command, pem| command.args(["--ca-file".as_ref(), pem.as_os_str()]));
    command.start("listens on http://{}")
}
