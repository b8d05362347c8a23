//! Getting the peers that modkeep is measured against, as far as this machine lets us.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::tools::{go_program, nginx};

/// A program that modkeep is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Peer {
    /// A server of static files, from the system's packages
    Nginx,
    /// A module proxy in Go, built by go
    Goproxy,
    /// A module proxy in Go, built by go
    Athens,
    /// The go command by itself
    Go,
}

/// The peers that were wanted.
#[derive(Debug, Default)]
pub(super) struct Peers {
    found: Vec<Found>,
    /// Whether go by itself takes part; it is there in any case.
    has_go: bool,
    missing: Vec<String>,
}

#[derive(Debug)]
struct Found {
    peer: Peer,
    program: PathBuf,
    version: String,
}

impl Peers {
    /// Finds, installs or builds the `wanted` ones. One that cannot be had is named, and the others are measured.
    pub(super) fn get(tools: &Path, go: &Path, wanted: &[Peer]) -> Self {
        let mut peers = Self { has_go: wanted.contains(&Peer::Go), ..Self::default() };
        for peer in wanted {
            match peer.get(tools, go) {
                Ok(found) => peers.found.extend(found),
                Err(failure) => peers.missing.push(format!("{peer}: {failure}")),
            }
        }
        peers
    }

    /// The arguments that name them to the driver.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        let pair =
            |found: &Found| [format!("--{}", found.peer).into(), found.program.clone().into_os_string()];
        let without_go = (!self.has_go).then(|| "--without-go".into());
        self.found.iter().flat_map(pair).chain(without_go).collect()
    }

    /// Name and version of each.
    pub(super) fn versions(&self) -> impl Iterator<Item = String> {
        self.found.iter().map(|found| format!("{} {}", found.peer, found.version))
    }

    /// Those that were wanted and could not be had.
    pub(super) fn missing(&self) -> &[String] {
        &self.missing
    }

    /// Who takes part, and why the others do not.
    pub(super) fn told(&self) -> String {
        let go = self.has_go.then(|| "go".to_owned());
        let found = format!("measured against: {}", self.versions().chain(go).collect::<Vec<_>>().join(", "));
        let missing =
            self.missing.iter().map(|why| format!("\nleft out: {why}")).collect::<Vec<_>>().concat();
        found + &missing
    }
}

impl Peer {
    /// Its program; `None` for go, which is there in any case.
    fn get(self, tools: &Path, go: &Path) -> Result<Option<Found>, Failure> {
        let (program, version) = match self {
            Self::Nginx => nginx::find_or_install()?,
            Self::Goproxy => built(&go_program::GOPROXY, tools, go)?,
            Self::Athens => built(&go_program::ATHENS, tools, go)?,
            Self::Go => return Ok(None),
        };
        Ok(Some(Found { peer: self, program, version }))
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nginx => "nginx",
            Self::Goproxy => "goproxy",
            Self::Athens => "athens",
            Self::Go => "go",
        })
    }
}

fn built(program: &go_program::GoProgram, tools: &Path, go: &Path) -> Result<(PathBuf, String), Failure> {
    Ok((program.find_or_build(tools, go)?, program.version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_are_there_become_arguments_and_the_others_are_named() {
        let found = Found { peer: Peer::Nginx, program: "/usr/sbin/nginx".into(), version: "1.22.1".into() };
        let peers = Peers { found: vec![found], has_go: true, missing: vec!["athens: no network".into()] };
        assert_eq!(peers.arguments(), ["--nginx", "/usr/sbin/nginx"]);
        assert_eq!(peers.told(), "measured against: nginx 1.22.1, go\nleft out: athens: no network");
        let without = Peers { has_go: false, ..peers };
        assert_eq!(without.arguments(), ["--nginx", "/usr/sbin/nginx", "--without-go"]);
        assert_eq!(without.told(), "measured against: nginx 1.22.1\nleft out: athens: no network");
    }
}
