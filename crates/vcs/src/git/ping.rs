//! Whether there is a repository at a URL, asked by git, as go asks.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::time::Instant;

use super::GitOptions;
use super::command::{Git, REMOTE};
use crate::RepoError;
use crate::access::{Complaint, Way, credential_of};
use crate::discovery::{Ping, Route};
use crate::exec::{ExecError, Programs};

/// No repository at all: the configuration of one that lies around has no say.
const NOWHERE: &str = "/dev/null";

/// git, for one question about a URL.
#[derive(Debug, Clone)]
pub struct GitPing(Git);

impl GitPing {
    /// Asks as repositories are asked that are opened with these options.
    pub fn new(options: GitOptions, programs: Programs) -> Self {
        Self(Git { programs, options: Arc::new(options) })
    }

    fn told(&self, error: &ExecError, way: &Way) -> RepoError {
        let has_credential = credential_of(&self.0.options.access.credentials, way).is_some();
        match error {
            ExecError::Failed { .. } | ExecError::Deadline { .. } => {
                Complaint::of(error).into_error(way, has_credential)
            }
            _ => RepoError::unavailable(error.to_string()),
        }
    }
}

#[async_trait::async_trait]
impl Ping for GitPing {
    async fn ping(&self, route: &Route, addresses: &[IpAddr], deadline: Instant) -> Result<(), RepoError> {
        let way = Way::parse(route, self.0.options.access.protocols())?;
        let call = self.0.network(Path::new(NOWHERE), &way);
        let call = call.args(["ls-remote", "-q", "--end-of-options", REMOTE, "HEAD"]);
        let call = match way.resolved_to(addresses) {
            Some(pin) => call.config("http.curloptResolve", pin),
            None => call,
        };
        self.0.run(call, deadline).await.map(drop).map_err(|error| self.told(&error, &way))
    }
}
