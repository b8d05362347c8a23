//! A network in which nothing but loopback is up, for one command: what cannot be reached there was not needed.
//!
//! Linux gives any user such a network together with a user namespace of their own. The programs `unshare` and `ip` make it, since
//! it takes system calls between the fork and the exec of the command.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::{getgid, getuid};

/// Sets loopback up, gives the command its own user back, and becomes it.
const SCRIPT: &str = "\"$1\" link set lo up && shift && exec \"$@\"";

/// How such networks are made here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Isolation {
    unshare: PathBuf,
    ip: PathBuf,
}

/// Why there is no such network here.
#[derive(Debug, thiserror::Error)]
pub enum NoIsolation {
    /// A program is missing.
    #[error("the program {0} is not in PATH; it comes with util-linux (unshare) and iproute2 (ip)")]
    Missing(&'static str),
    /// The system refuses, as in many containers.
    #[error("this system gives no network namespace to this user: {0}")]
    Refused(String),
    /// It gave one in which there is more than loopback.
    #[error("the network namespace holds {0}")]
    Open(String),
}

impl Isolation {
    /// Looks for the programs in `path` (the value of PATH) and the folders of administrators, and tries them once.
    ///
    /// # Errors
    /// What is missing, or what the system said.
    pub fn find(path: &OsStr) -> Result<Self, NoIsolation> {
        let isolation = Self { unshare: program("unshare", path)?, ip: program("ip", path)? };
        isolation.prove()?;
        Ok(isolation)
    }

    /// The program and arguments that run `command` there.
    pub fn around(&self, command: &Path, args: &[OsString]) -> (PathBuf, Vec<OsString>) {
        let user = format!("--map-user={}", getuid().as_raw());
        let group = format!("--map-group={}", getgid().as_raw());
        let outer = ["--user", "--map-root-user", "--net", "--", "/bin/sh", "-c", SCRIPT, "sh"];
        let mut all: Vec<OsString> = outer.into_iter().map(Into::into).collect();
        all.extend([self.ip.clone().into_os_string(), self.unshare.clone().into_os_string()]);
        all.extend(["--user".into(), user.into(), group.into(), "--".into(), command.into()]);
        all.extend(args.iter().cloned());
        (self.unshare.clone(), all)
    }

    /// Looks at the network from within.
    fn prove(&self) -> Result<(), NoIsolation> {
        let (program, args) = self.around(Path::new("/bin/cat"), &["/proc/self/net/dev".into()]);
        let output = Command::new(program).args(args).stdin(Stdio::null()).output();
        let output = output.map_err(|error| NoIsolation::Refused(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(NoIsolation::Refused(said.lines().last().unwrap_or("it says nothing").to_owned()));
        }
        match strangers(&String::from_utf8_lossy(&output.stdout)) {
            others if others.is_empty() => Ok(()),
            others => Err(NoIsolation::Open(others.join(", "))),
        }
    }
}

/// The interfaces in `/proc/net/dev` that carry anything anywhere: not loopback, and not the idle ends of tunnels that kernels put into
/// every namespace.
fn strangers(devices: &str) -> Vec<String> {
    const IDLE: [&str; 9] =
        ["lo", "sit0", "tunl0", "ip6tnl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0"];
    let names = devices.lines().filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned()));
    names.filter(|name| !IDLE.contains(&name.as_str()) && name != "ip6gre0").collect()
}

fn program(name: &'static str, path: &OsStr) -> Result<PathBuf, NoIsolation> {
    let administrators = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let folders = std::env::split_paths(path).chain(administrators);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file()).ok_or(NoIsolation::Missing(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reaches_nobody_is_passed_over() {
        let head = "Inter-|   Receive\n face |bytes    packets\n";
        assert!(strangers(&format!("{head}    lo: 0 0\n  sit0: 0 0\n")).is_empty());
        assert_eq!(strangers(&format!("{head}    lo: 0 0\n  eth0: 12 3\n")), ["eth0"]);
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = program("modkeep-has-no-such-program", OsStr::new("/nowhere")).unwrap_err();
        assert!(error.to_string().contains("util-linux"), "{error}");
    }
}
