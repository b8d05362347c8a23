//! The scheme of a path like `x.git`, found by the user's own git, in go's order (protocol.md E3): so what the user has told git about
//! hosts, proxies and passwords counts here too.

use std::time::Duration;

use gomod::repository::Vcs;
use source::FailureKind;
use tokio::time::Instant;

use super::client::Reach;
use super::guard::Guard;
use super::options::{DiscoveryOptions, Ping, Way};
use super::ping::NO_SCHEME;
use super::{url_text, ways};
use crate::RepoError;

/// How long one scheme is waited for while there is another one: a port that swallows connections must not take all of the time.
const PATIENCE: Duration = Duration::from_secs(10);

/// A place, a host and a path, that is asked about.
pub(super) struct Asked<'a> {
    pub(super) place: &'a str,
    pub(super) reach: Reach,
    pub(super) options: &'a DiscoveryOptions,
}

impl Asked<'_> {
    /// The first scheme by which git can read the repository.
    ///
    /// # Errors
    /// `NotFound` when the host knows no such repository, else the gravest thing that a scheme has come to.
    pub(super) async fn scheme(
        &self,
        ping: &dyn Ping,
        guard: &Guard,
        deadline: Instant,
    ) -> Result<&'static str, RepoError> {
        let schemes: Vec<_> =
            Vcs::Git.schemes(self.reach.is_insecure).filter(|it| self.is_wanted(it)).collect();
        let mut failed: Option<RepoError> = None;
        for (at, scheme) in schemes.iter().enumerate() {
            let is_last = at + 1 == schemes.len();
            let until = if is_last { deadline } else { deadline.min(Instant::now() + PATIENCE) };
            match self.ask(scheme, ping, guard, until).await {
                Ok(()) => return Ok(scheme),
                Err(_) if failed.is_some() && self.says_nothing(scheme) => {}
                Err(error) => failed = Some(error.after(failed)),
            }
        }
        Err(failed.map_or_else(|| RepoError::not_found(NO_SCHEME), told))
    }

    async fn ask(
        &self,
        scheme: &str,
        ping: &dyn Ping,
        guard: &Guard,
        until: Instant,
    ) -> Result<(), RepoError> {
        let url = format!("{scheme}://{}", self.place);
        let parsed = url_text::parse(&url).map_err(RepoError::not_found)?;
        let route = ways::named(url, Vcs::Git, self.reach, self.options);
        let addresses =
            if route.is_vouched { Vec::new() } else { guard.check(&parsed, route.is_private, until).await? };
        let host = self.place.split('/').next().unwrap_or_default();
        let asking = self.options.known_hosts.begin(&format!("{scheme}://{host}"))?;
        let answer = ping.ping(&route, &addresses, until).await;
        asking.ended(&answer);
        answer
    }

    /// Whether the settings let this scheme be used.
    fn is_wanted(&self, scheme: &str) -> bool {
        let way = if scheme.ends_with("ssh") { Way::Ssh } else { Way::Https };
        self.options.order.contains(&way)
    }

    /// Whether the failure of this scheme tells nothing: nobody has given ssh a key.
    fn says_nothing(&self, scheme: &str) -> bool {
        scheme.ends_with("ssh") && !self.options.ssh_available
    }
}

/// In go's words, where there is none.
fn told(error: RepoError) -> RepoError {
    match error.kind {
        FailureKind::NotFound => RepoError::not_found(format!("{NO_SCHEME}: {}", error.message)),
        _ => error,
    }
}
