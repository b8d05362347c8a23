//! The command by which hosts are reached over ssh.

use std::path::{Path, PathBuf};

/// How ssh is used. The user's own configuration decides instead in [`Profile::User`](super::Profile::User), except for the
/// deadline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SshOptions {
    /// The private key. Without one, ssh looks at its usual places.
    pub key_file: Option<PathBuf>,
    /// The keys of hosts. Without one, ssh looks at its usual places. A host that is in none is refused.
    pub known_hosts_file: Option<PathBuf>,
    /// Whether the agent behind `SSH_AUTH_SOCK` may be asked.
    pub with_agent: bool,
    /// Whether the user's git has a command of its own for ssh (`core.sshCommand`), which counts then in the place of ours.
    pub is_configured: bool,
}

/// How long the connection may take, in seconds.
const CONNECT_SECONDS: u64 = 10;

/// How often a silent host is asked for a sign of life before it counts as dead.
const SIGNS_OF_LIFE: u64 = 2;

/// The user's own ssh, which asks nothing: as go runs it.
pub(crate) fn of_user() -> String {
    format!("ssh -o BatchMode=yes -o ConnectTimeout={CONNECT_SECONDS} -o ControlMaster=no")
}

/// A server's ssh: no configuration file, no questions, unknown hosts refused, nothing forwarded.
pub(crate) fn of_server(options: &SshOptions, stall_seconds: u64) -> String {
    let mut command = String::from("ssh -F none");
    let mut set = |option: String| {
        command.push_str(" -o ");
        command.push_str(&quoted(&option));
    };
    for fixed in ["BatchMode=yes", "StrictHostKeyChecking=yes", "ForwardAgent=no", "ClearAllForwardings=yes"]
    {
        set(fixed.into());
    }
    set(format!("ConnectTimeout={CONNECT_SECONDS}"));
    set(format!("ServerAliveInterval={}", stall_seconds.div_ceil(SIGNS_OF_LIFE).max(1)));
    set(format!("ServerAliveCountMax={SIGNS_OF_LIFE}"));
    if let Some(file) = &options.known_hosts_file {
        set(format!("UserKnownHostsFile={}", in_option(file)));
        set("GlobalKnownHostsFile=none".into());
    }
    if let Some(file) = &options.key_file {
        set(format!("IdentityFile={}", in_option(file)));
        set("IdentitiesOnly=yes".into());
    }
    if !options.with_agent {
        set("IdentityAgent=none".into());
    }
    command
}

/// A path in a setting of ssh, which splits at spaces and expands `%`.
fn in_option(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('%', "%%"))
}

/// A word for the shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_one_word() {
        let options = SshOptions { key_file: Some("/it's here/k".into()), ..SshOptions::default() };
        let command = of_server(&options, 30);
        assert!(command.contains(r#"-o 'IdentityFile="/it'\''s here/k"'"#), "{command}");
        assert!(command.contains("-o 'IdentityAgent=none'"), "{command}");
        assert!(command.contains("-o 'ServerAliveInterval=15'"), "{command}");
    }
}
