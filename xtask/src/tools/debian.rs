//! Debian packages that chores need, and how they get onto a machine.

use std::process::Command;

use crate::failure::Failure;
use crate::run;
use crate::tools::in_path;

/// One Debian package, how to tell that it is not needed, and what it is for.
pub(crate) struct Need {
    /// A command that succeeds where the program is there already, from whatever source.
    pub(crate) probe: &'static [&'static str],
    /// The package that is installed when the command fails.
    pub(crate) package: &'static str,
    /// Completes "it is needed to …".
    pub(crate) purpose: &'static str,
}

/// What the tests start besides go and what cargo builds. A test that needs a new program adds a line here.
pub(crate) const FOR_TESTS: &[Need] = &[
    Need {
        probe: &["git", "--version"],
        package: "git",
        purpose: "list the files of this checkout and play upstream repositories",
    },
    Need {
        probe: &["strace", "--version"],
        package: "strace",
        purpose: "record what a store does to a disk, for the tests of power cuts",
    },
    Need {
        probe: &["test", "-x", "/usr/sbin/sshd"],
        package: "openssh-server",
        purpose: "play a forge that is reached by ssh",
    },
    Need {
        probe: &["ssh", "-V"],
        package: "openssh-client",
        purpose: "reach repositories by ssh, as users do",
    },
    Need {
        probe: &["svnserve", "--version"],
        package: "subversion",
        purpose: "play Subversion repositories and read them",
    },
    Need {
        probe: &["hg", "--version"],
        package: "mercurial",
        purpose: "play Mercurial repositories and read them",
    },
    Need {
        probe: &["chromium-headless-shell", "--version"],
        package: "chromium-headless-shell",
        purpose: "look at pages as their readers do",
    },
    Need { probe: &["script", "--version"], package: "bsdutils", purpose: "play a terminal" },
];

/// What fetching a wheel needs (see [`crate::tools::wheel`]).
pub(crate) const FOR_WHEELS: &[Need] = &[
    Need { probe: &["python3", "--version"], package: "python3", purpose: "unpack wheels" },
    Need { probe: &["python3", "-m", "pip", "--version"], package: "python3-pip", purpose: "fetch wheels" },
];

/// What the fuzz targets are compiled with: libFuzzer comes as C++ source with its crate.
pub(crate) const FOR_FUZZ: &[Need] = &[Need {
    probe: &["c++", "--version"],
    package: "g++",
    purpose: "compile libFuzzer for the fuzz targets",
}];

/// What counts instructions.
pub(crate) const FOR_COUNTS: &[Need] = &[Need {
    probe: &["valgrind", "--version"],
    package: "valgrind",
    purpose: "count the instructions of the hot paths",
}];

impl Need {
    fn is_met(&self) -> bool {
        let program = self.probe.first().copied().unwrap_or_default();
        run::succeeds(Command::new(program).args(self.probe.iter().skip(1)))
    }
}

/// Installs those of `needs` that are missing. A machine that has them all is left alone.
pub(crate) fn install<'a>(needs: impl IntoIterator<Item = &'a Need>) -> Result<(), Failure> {
    let missing: Vec<&Need> = needs.into_iter().filter(|need| !need.is_met()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        println!("`{}` does not work here; it is needed to {}", need.probe.join(" "), need.purpose);
    }
    let prefix = privilege().ok_or_else(|| by_hand(&missing))?;
    run::run(&mut apt_get(prefix, &["update"]))?;
    let packages = missing.iter().map(|need| need.package);
    run::run(apt_get(prefix, &["install", "--yes", "--no-install-recommends"]).args(packages))
}

/// The words before `apt-get` that let it install without asking anybody; none if there is no such way.
fn privilege() -> Option<&'static [&'static str]> {
    in_path("apt-get")?;
    let is_root = run::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if is_root {
        return Some(&[]);
    }
    run::succeeds(Command::new("sudo").args(["-n", "true"])).then_some(&["sudo", "-n"])
}

fn apt_get(prefix: &[&str], arguments: &[&str]) -> Command {
    let mut words =
        prefix.iter().chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]).chain(arguments);
    let mut command = Command::new(words.next().copied().unwrap_or("env"));
    command.args(words);
    command
}

/// What to tell somebody on whose machine nothing can be installed from here.
fn by_hand(missing: &[&Need]) -> Failure {
    let packages = missing.iter().map(|need| need.package).collect::<Vec<_>>().join(" ");
    Failure::new(format!(
        "programs are missing and cannot be installed from here: that takes apt-get, and root or a sudo without \
         password. Run `sudo apt-get install {packages}`, or bring them into PATH in your system's way"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_installed_when_all_is_there() {
        assert!(
            install(&[Need { probe: &["sh", "-c", "exit 0"], package: "no-such-package", purpose: "test" }])
                .is_ok()
        );
    }

    #[test]
    fn the_command_to_run_by_hand_is_named() {
        let need = Need { probe: &["sh", "-c", "exit 1"], package: "etcd-server", purpose: "test" };
        assert!(!need.is_met());
        assert!(by_hand(&[&need]).to_string().contains("`sudo apt-get install etcd-server`"));
    }

    #[test]
    fn sudo_stands_before_the_variable() {
        let command = apt_get(&["sudo", "-n"], &["update"]);
        let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
        assert_eq!(words, ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "update"]);
    }
}
