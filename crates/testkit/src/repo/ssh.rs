//! `SshServer`: repositories over ssh, with a host key and a user key made for it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::inetd::Inetd;
use super::shelf::Shelf;

/// Where the server of Debian lies; it must be called by its full path, and is not on everybody's PATH.
const SSHD: &str = "/usr/sbin/sshd";

/// A folder that an sshd of root wants, which init scripts make otherwise.
const SEPARATION: &str = "/run/sshd";

/// An sshd on loopback for the current user. It gives no shell, only reading of what it serves, by git, Mercurial and
/// Subversion.
#[derive(Debug)]
pub struct SshServer {
    inetd: Inetd,
    shelf: Shelf,
    user: String,
}

impl Default for SshServer {
    fn default() -> Self {
        Self::start()
    }
}

impl SshServer {
    /// One that serves nothing yet and lets [`SshServer::key_file`] in.
    pub fn start() -> Self {
        let (shelf, user) = (Shelf::new(), user());
        for key in ["host_key", "key"] {
            make_key(&shelf.file(key));
        }
        fs::copy(shelf.file("key.pub"), shelf.file("authorized_keys")).expect("a file");
        write_script(&shelf);
        fs::write(shelf.file("sshd_config"), server_config(&shelf)).expect("a file");
        prepare_separation();
        let config = shelf.file("sshd_config");
        let sshd = move || {
            let mut command = Command::new(SSHD);
            command.arg("-i").arg("-f").arg(&config);
            command
        };
        let server = Self { inetd: Inetd::start(sshd), shelf, user };
        server.trust_host();
        fs::write(server.config_file(), server.client_config()).expect("a file");
        server
    }

    /// Serves a repository of any kind at this path, which begins with `/`.
    pub fn serve(&self, path: &str, repo: &Path) {
        self.shelf.put(path, repo);
    }

    /// The URL of a path, with user and port.
    pub fn url(&self, path: &str) -> String {
        format!("ssh://{}@127.0.0.1:{}{path}", self.user, self.port())
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.inetd.port()
    }

    /// The name of the user that it lets in.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The private key that it lets in.
    pub fn key_file(&self) -> PathBuf {
        self.shelf.file("key")
    }

    /// A file that names its host key, as ssh keeps it.
    pub fn known_hosts_file(&self) -> PathBuf {
        self.shelf.file("known_hosts")
    }

    /// A configuration for `ssh -F` with the key and the known host, and nothing of the user's. It sends every host name
    /// here.
    pub fn config_file(&self) -> PathBuf {
        self.shelf.file("ssh_config")
    }

    /// A value for `GIT_SSH_COMMAND`.
    pub fn ssh_command(&self) -> String {
        format!("ssh -F {}", self.config_file().display())
    }

    /// From now on lets nobody in.
    pub fn refuse_key(&self) {
        fs::write(self.shelf.file("authorized_keys"), "").expect("a file");
    }

    /// From now on has another host key, which nobody knows.
    pub fn change_host_key(&self) {
        for name in ["host_key", "host_key.pub"] {
            fs::remove_file(self.shelf.file(name)).expect("a key");
        }
        make_key(&self.shelf.file("host_key"));
    }

    /// Writes the present host key to [`SshServer::known_hosts_file`].
    pub fn trust_host(&self) {
        let key = fs::read_to_string(self.shelf.file("host_key.pub")).expect("a key");
        let line = format!("[127.0.0.1]:{} {key}", self.port());
        fs::write(self.known_hosts_file(), line).expect("a file");
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.inetd.connections()
    }

    fn client_config(&self) -> String {
        format!(
            "Host *\n HostName 127.0.0.1\n Port {}\n User {}\n IdentityFile {}\n IdentitiesOnly yes\n IdentityAgent none\n \
             UserKnownHostsFile {}\n GlobalKnownHostsFile /dev/null\n StrictHostKeyChecking yes\n BatchMode yes\n \
             CheckHostIP no\n HostKeyAlias [127.0.0.1]:{}\n",
            self.port(),
            self.user,
            self.key_file().display(),
            self.known_hosts_file().display(),
            self.port(),
        )
    }
}

fn user() -> String {
    let output = Command::new("id").arg("-un").output().expect("id can be started");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn make_key(file: &Path) {
    let mut command = Command::new("ssh-keygen");
    let status = command.args(["-q", "-t", "ed25519", "-N", "", "-C", "testkit", "-f"]).arg(file).status();
    assert!(status.expect("ssh-keygen can be started").success(), "no key at {}", file.display());
}

/// Needed by root alone; others have neither the need nor the right.
fn prepare_separation() {
    if rustix::process::geteuid().is_root() {
        fs::create_dir_all(SEPARATION).expect("sshd of root wants this folder");
    }
}

fn server_config(shelf: &Shelf) -> String {
    let file = |name| shelf.file(name).display().to_string();
    format!(
        "HostKey {}\nAuthorizedKeysFile {}\nForceCommand {}\nStrictModes no\nUsePAM no\nPidFile none\nUseDNS no\n\
         PermitRootLogin prohibit-password\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
         DisableForwarding yes\nPermitTTY no\nPermitUserRC no\nAcceptEnv GIT_PROTOCOL\nPrintMotd no\nLoginGraceTime 20\n",
        file("host_key"),
        file("authorized_keys"),
        file("command"),
    )
}

/// What runs instead of what the client wants to run.
fn write_script(shelf: &Shelf) {
    let path = std::env::var("PATH").unwrap_or_default();
    let script = format!(
        r#"#!/bin/sh
export PATH='{path}' GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HGRCPATH= HOME=/nonexistent
cd '{root}' || exit 1
wanted=$SSH_ORIGINAL_COMMAND
inner() {{ inner=${{wanted#"$1"}}; inner=${{inner%"$2"}}; inner=${{inner#/}}; }}
case $wanted in
    "git-upload-pack '"*"'") inner "git-upload-pack '" "'"; exec git-upload-pack "./$inner" ;;
    "git upload-pack '"*"'") inner "git upload-pack '" "'"; exec git-upload-pack "./$inner" ;;
    "hg -R "*" serve --stdio") inner "hg -R " " serve --stdio"; exec hg -R "./$inner" serve --stdio ;;
    "svnserve -t") exec svnserve -t -r . ;;
esac
echo "testkit does not run: $wanted" >&2
exit 1
"#,
        root = shelf.root().display(),
    );
    fs::write(shelf.file("command"), script).expect("a file");
    fs::set_permissions(shelf.file("command"), fs::Permissions::from_mode(0o700)).expect("a mode");
}
