//! What the configuration of git of the user and of the system says about connections. That of a project has no say.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use vcs::Rewrite;

use crate::env::Env;

/// How long git may take to read its configuration.
const TIME_MAX: Duration = Duration::from_secs(2);

/// More than anybody has written down, in bytes.
const BYTES_MAX: u64 = 1 << 20;

/// The settings that are asked for, as an extended regular expression.
const ASKED: &str = r"^(core\.sshcommand|http\.proxy|url\..*\.insteadof)$";

/// The settings that count here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct GitConfig {
    /// Whether it says how git is to run ssh.
    pub(super) has_ssh_command: bool,
    /// Whether git goes through an HTTP proxy.
    pub(super) has_proxy: bool,
    /// What git puts in the place of the beginnings of URLs. A base need not be a URL.
    pub(super) rewrites: Vec<Rewrite>,
}

impl GitConfig {
    /// Asks git, and blocks for a moment. Nothing is known where git is not there or does not answer in time.
    pub(super) fn of_user(env: &Env) -> Self {
        let mut git = Command::new("git");
        git.args(["config", "--null", "--get-regexp", ASKED]).current_dir("/").env_clear();
        let git = git
            .envs(env.variables())
            .env_remove("GIT_DIR")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        git.spawn().map(|git| Self::read(&said(git))).unwrap_or_default()
    }

    /// Reads what `git config --null` writes: a name, a line feed, a value and a zero byte for each.
    fn read(text: &str) -> Self {
        let mut config = Self::default();
        for (name, value) in text.split('\0').filter_map(|entry| entry.split_once('\n')) {
            let base = name.strip_prefix("url.").and_then(|name| name.strip_suffix(".insteadof"));
            match (name, base) {
                (_, Some(base)) => config.rewrites.push(rewrite(base, value)),
                ("core.sshcommand", _) => config.has_ssh_command = true,
                // Of several the last one counts.
                ("http.proxy", _) => config.has_proxy = !value.is_empty(),
                _ => {}
            }
        }
        config
    }
}

fn rewrite(base: &str, instead_of: &str) -> Rewrite {
    Rewrite { base: base.to_owned(), instead_of: instead_of.to_owned() }
}

/// What it writes until its end; nothing when it takes too long.
fn said(mut git: Child) -> String {
    let (done, text) = mpsc::channel();
    if let Some(out) = git.stdout.take() {
        thread::spawn(move || {
            let mut text = Vec::new();
            let read = out.take(BYTES_MAX).read_to_end(&mut text);
            // Nobody may be waiting any more.
            let _ = read.map(|_| done.send(text));
        });
    }
    let text = text.recv_timeout(TIME_MAX).unwrap_or_default();
    // It has ended, or is of no use; and there is nobody else to tell.
    let _ = git.kill().and_then(|()| git.wait());
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_writes_is_read() {
        let text = "core.sshcommand\nssh -v\0http.proxy\nhttp://p.example\0url.git@a.example:.insteadof\nhttps://a.example/\0\
                    url.https://b.example/.x/.insteadof\nb:\0http.proxy\n\0";
        let rewrites =
            vec![rewrite("git@a.example:", "https://a.example/"), rewrite("https://b.example/.x/", "b:")];
        assert_eq!(GitConfig::read(text), GitConfig { has_ssh_command: true, has_proxy: false, rewrites });
        assert!(GitConfig::read("http.proxy\nhttp://p.example\0").has_proxy);
        assert_eq!(GitConfig::read(""), GitConfig::default());
    }
}
