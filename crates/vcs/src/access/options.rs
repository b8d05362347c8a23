//! How places are reached.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Credential, Profile, SshOptions};
use crate::Hosts;

/// How the places of repositories are reached, of whatever system they are.
#[derive(Debug, Clone)]
pub struct Access {
    /// Whose configuration counts.
    pub profile: Profile,
    /// Protocols besides https and ssh: `http`, `git`, `svn`, `file`.
    pub extra_protocols: Vec<String>,
    /// How ssh is used.
    pub ssh: SshOptions,
    /// Certificate authorities (PEM) for https, in the place of the system's.
    pub ca_file: Option<PathBuf>,
    /// Users and secrets of single hosts, for http and https.
    pub credentials: Vec<Credential>,
    /// How long a transfer may stand still.
    pub stall_time_max: Duration,
    /// What is known of hosts. Clones share it.
    pub hosts: Arc<Hosts>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            profile: Profile::Server { config: None },
            extra_protocols: Vec::new(),
            ssh: SshOptions::default(),
            ca_file: None,
            credentials: Vec::new(),
            stall_time_max: Duration::from_secs(30),
            hosts: Arc::default(),
        }
    }
}

impl Access {
    /// What may be spoken.
    pub(crate) fn protocols(&self) -> impl Iterator<Item = &str> + Clone {
        ["https", "ssh"].into_iter().chain(self.extra_protocols.iter().map(String::as_str))
    }

    /// The whole seconds that a transfer may stand still.
    pub(crate) fn stall_seconds(&self) -> u64 {
        self.stall_time_max.as_secs().max(1)
    }
}
