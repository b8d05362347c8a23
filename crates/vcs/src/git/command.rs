//! Calls of git: with which environment and which settings.
//!
//! Settings go through the environment, where nobody else of the machine can read them and no text can turn into an option.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use tokio::time::Instant;

use super::{GitOptions, credentials};
use crate::access::{Profile, Way, ssh};
use crate::exec::{Call, Environment, ExecError, Output, Programs};

/// The name of the remote in every command. Only the environment of the command says where it is.
pub(super) const REMOTE: &str = "origin";

/// Variables that say which repository git is to work on, or make it talkative.
const LOCAL_VARIABLES: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CEILING_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CURL_VERBOSE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_TRACE",
    "GIT_TRACE_CURL",
    "GIT_TRACE_PACKET",
    "GIT_WORK_TREE",
];

/// Everybody's way to git.
#[derive(Debug, Clone)]
pub(super) struct Git {
    pub(super) programs: Programs,
    pub(super) options: Arc<GitOptions>,
}

/// A call of git that is being put together.
#[derive(Debug)]
pub(super) struct GitCall {
    call: Call,
    settings: Vec<(String, OsString)>,
    /// How many settings the user's environment has already.
    settings_before: usize,
}

impl Git {
    /// A call that may ask the remote by this way.
    pub(super) fn network(&self, store: &Path, way: &Way) -> GitCall {
        let call = match &self.options.access.profile {
            Profile::Server { config } => self.of_server(GitCall::new(store), config.as_deref()),
            Profile::User => self.of_user(GitCall::new(store)),
        };
        let call = credentials::lend(call, &self.options.access.credentials, way);
        self.transfer(call).config(&format!("remote.{REMOTE}.url"), way.url())
    }

    fn of_server(&self, call: GitCall, config: Option<&Path>) -> GitCall {
        let mut call = call.hermetic();
        if let Some(file) = config {
            call = call.env("GIT_CONFIG_GLOBAL", file);
        }
        if self.options.access.ssh.with_agent {
            call = call.with(|call| call.inherit("SSH_AUTH_SOCK"));
        }
        let ssh = ssh::of_server(&self.options.access.ssh, self.options.access.stall_seconds());
        let protocols: Vec<_> = self.options.access.protocols().collect();
        call.env("GIT_ALLOW_PROTOCOL", protocols.join(":"))
            .env("GIT_SSH_COMMAND", ssh)
            .env("GIT_SSH_VARIANT", "ssh")
            // A redirect is looked at by us before it is followed.
            .config("http.followRedirects", "false")
    }

    fn of_user(&self, call: GitCall) -> GitCall {
        let environment = self.programs.environment();
        let mut call = call.with(|call| call.inherit_all_but(LOCAL_VARIABLES));
        call.settings_before = settings_in(environment);
        if environment.get("GCM_INTERACTIVE").is_none() {
            call = call.env("GCM_INTERACTIVE", "never");
        }
        let is_set = ["GIT_SSH", "GIT_SSH_COMMAND"].iter().any(|name| environment.get(name).is_some());
        if !is_set && !self.options.access.ssh.is_configured {
            call = call.env("GIT_SSH_COMMAND", ssh::of_user());
        }
        if environment.get("GIT_ALLOW_PROTOCOL").is_none() {
            let protocols: Vec<_> = self.options.access.protocols().collect();
            call = call.env("GIT_ALLOW_PROTOCOL", protocols.join(":"));
        }
        call
    }

    /// What every transfer is held to.
    fn transfer(&self, mut call: GitCall) -> GitCall {
        if let Some(file) = &self.options.access.ca_file {
            call = call.env("GIT_SSL_CAINFO", file);
        }
        let stall = self.options.access.stall_seconds().to_string();
        call.config("http.lowSpeedLimit", "1000")
            .config("http.lowSpeedTime", stall)
            .config("protocol.version", "2")
            .config("fetch.recurseSubmodules", "false")
            // One pack for each fetch, never thousands of files.
            .config("fetch.unpackLimit", "1")
            .config("transfer.unpackLimit", "1")
            .config("fetch.writeCommitGraph", "false")
            .config("gc.auto", "0")
            .config("maintenance.auto", "false")
            // What a crash of the machine damages is fetched again.
            .config("core.fsync", "none")
            // Larger objects are not held in memory as a whole while they come in.
            .config("core.bigFileThreshold", "32m")
    }

    /// Runs a call to its end.
    pub(super) async fn run(&self, call: GitCall, deadline: Instant) -> Result<Output, ExecError> {
        self.programs.run(call.into_call(), deadline).await
    }
}

impl GitCall {
    /// A call that reads a store, by nobody's configuration and without any network.
    pub(super) fn reading(store: &Path) -> Self {
        Self::new(store).hermetic().env("GIT_ALLOW_PROTOCOL", "")
    }

    fn new(store: &Path) -> Self {
        let call = Call::new("git").env("GIT_DIR", store).env("GIT_TERMINAL_PROMPT", "0");
        let call = call
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_LITERAL_PATHSPECS", "1");
        Self { call, settings: Vec::new(), settings_before: 0 }.config("core.hooksPath", "/dev/null")
    }

    /// Shuts out every configuration and attribute of the machine.
    fn hermetic(self) -> Self {
        self.env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GCM_INTERACTIVE", "never")
            .config("core.attributesFile", "/dev/null")
    }

    /// Changes the call itself.
    pub(super) fn with(self, change: impl FnOnce(Call) -> Call) -> Self {
        Self { call: change(self.call), ..self }
    }

    /// More arguments.
    pub(super) fn args<T: Into<OsString>>(self, args: impl IntoIterator<Item = T>) -> Self {
        self.with(|call| call.args(args))
    }

    /// A variable.
    pub(super) fn env(self, name: &str, value: impl Into<OsString>) -> Self {
        self.with(|call| call.env(name, value))
    }

    /// A setting of git. The same name may be set more than once where git takes lists.
    pub(super) fn config(mut self, key: &str, value: impl Into<OsString>) -> Self {
        self.settings.push((key.to_owned(), value.into()));
        self
    }

    /// The call as it is run.
    pub(super) fn into_call(self) -> Call {
        let count = self.settings_before + self.settings.len();
        let numbered = self.settings.into_iter().zip(self.settings_before..);
        numbered.fold(self.call.env("GIT_CONFIG_COUNT", count.to_string()), |call, ((key, value), at)| {
            call.env(format!("GIT_CONFIG_KEY_{at}"), key).env(format!("GIT_CONFIG_VALUE_{at}"), value)
        })
    }
}

/// How many settings an environment has.
fn settings_in(environment: &Environment) -> usize {
    let count = environment.get("GIT_CONFIG_COUNT").and_then(|count| count.to_str()?.parse().ok());
    count.filter(|count| *count <= 10_000).unwrap_or(0)
}
