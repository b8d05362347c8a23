//! Where a module's repository is (protocol.md E).
//!
//! * [`options`]: what the operator and go's settings say; [`located`]: what is found.
//! * [`pages`], [`dynamic`]: asking the host of a path, and what its go-import tags mean.
//! * [`ping`]: paths that name their system, such as `host.example/x.git`; [`by_git`]: the same asked by the user's own git.
//! * [`ways`], [`url_text`]: from a repository's URL to those that may be tried.
//! * [`client`], [`guard`], [`address`]: requests that a stranger cannot lead astray; [`scout`]: the same for git.
//! * [`answers`], [`shelf`]: what is kept, in memory and on disk.
//!
//! Where this is stricter than go: a host that cannot be asked is "could not find out", where go says that there is no such
//! module; repositories over `http` and `git` need GOINSECURE; and no word of a stranger leads to inner addresses.

mod address;
mod answers;
mod by_git;
mod client;
mod dynamic;
mod guard;
mod located;
mod options;
mod pages;
mod ping;
mod scout;
mod shelf;
#[cfg(test)]
mod tests;
mod url_text;
mod ways;

use std::sync::Arc;

use gomod::ModulePath;
use gomod::repository::imports::Target;
use gomod::repository::{GoVcs, Known, KnownPlace, Vcs, well_known};
use source::upstream::HttpClient;
use tokio::time::Instant;

pub use located::{Located, Root, Route};
pub use options::{DiscoveryOptions, OwnGit, Ping, RepositoryRule, Rewrite, Way};

use crate::{Hosts, Job, Probe, RepoError};
use answers::{Lifetimes, Question};
use client::{Reach, Web};
use guard::{Lookup, Resolver, SystemLookup};
use pages::Pages;
use ping::Pings;
use scout::Scout;
use shelf::Shelf;

/// Finds repositories. Each host is asked for each path once at a time, whoever wants to know; what it says is kept.
#[derive(Debug)]
pub struct Discovery {
    options: DiscoveryOptions,
    web: Arc<Web>,
    pages: Pages,
    pings: Pings,
    /// For the proxies of public and of private paths.
    proxy_clients: [HttpClient; 2],
}

impl Discovery {
    /// A discovery that knows nothing yet, but what an earlier one left in the folder.
    ///
    /// # Errors
    /// No usable certificate store, or a proxy that is not a URL.
    pub fn new(options: DiscoveryOptions) -> Result<Self, reqwest::Error> {
        Self::with_lookup(options, Arc::new(SystemLookup))
    }

    fn with_lookup(options: DiscoveryOptions, lookup: Arc<dyn Lookup>) -> Result<Self, reqwest::Error> {
        let web = Arc::new(Web::new(&options, lookup)?);
        let lifetimes = Lifetimes { good: options.lifetime, failure: options.failure_lifetime };
        let pages = Pages::new(web.clone(), lifetimes, Shelf::new(options.folder.clone()));
        let pings = Pings::new(web.clone(), lifetimes, options.clone());
        let proxy_client = |is_private| {
            HttpClient::bounded(&options.http, Arc::new(Resolver { guard: web.guard.clone(), is_private }))
        };
        let proxy_clients = [proxy_client(false)?, proxy_client(true)?];
        Ok(Self { options, web, pages, pings, proxy_clients })
    }

    /// Finds where a module comes from: by the operator's rules, by what go knows, else by asking its host.
    ///
    /// # Errors
    /// `NotFound` where go finds no repository, in its words (protocol.md E13). `Refused` where the host says no, or a rule
    /// about addresses, schemes and sizes that go does not have. `Unavailable` when the host cannot be asked.
    pub async fn locate(&self, path: &ModulePath, job: &Job) -> Result<Located, RepoError> {
        let path = path.as_str();
        if let Some(rule) = self.rule(path) {
            return Ok(Located::Repository(self.by_rule(rule, path)));
        }
        match well_known(path) {
            Err(error) => Err(RepoError::not_found(error.to_string())),
            Ok(Some(known)) => self.at_known(path, known, job.deadline).await,
            Ok(None) => self.at_tag(path, job.deadline).await.map_err(|error| unrecognized(path, &error)),
        }
    }

    /// The repository at an address that somebody else than the operator and the path's host has named, under the rules that hold for
    /// hosts: GOVCS, schemes, and addresses.
    ///
    /// # Errors
    /// `NotFound` when GOVCS forbids its system, `Refused` for an address that no program may be given.
    pub(crate) fn named(
        &self,
        path: &ModulePath,
        root: &str,
        vcs: Vcs,
        place: (&str, String),
    ) -> Result<Located, RepoError> {
        let (url, subdir) = place;
        self.check_govcs(root, vcs)?;
        self.repository(path.as_str(), root.to_owned(), vcs, url.to_owned(), subdir)
    }

    /// Whether a program may connect to this route, looked up now: right before it is started.
    ///
    /// The program has to be kept from following redirects to other hosts.
    ///
    /// # Errors
    /// `Refused` when its host has an address that this root may not lead to, `Unavailable` when that cannot be found out.
    pub async fn check_reach(&self, route: &Route, job: &Job) -> Result<(), RepoError> {
        if route.is_vouched {
            return Ok(());
        }
        let url = url_text::parse(&route.url).map_err(RepoError::refused)?;
        self.web.guard.check(&url, route.is_private, job.deadline).await.map(drop)
    }

    /// Asks proxies that `mod` tags name, with the same rules about addresses, also for where they redirect to.
    pub(crate) fn proxy_client(&self, is_private: bool) -> &HttpClient {
        &self.proxy_clients[usize::from(is_private)]
    }

    /// What is known of hosts that were waited for in vain.
    pub fn known_hosts(&self) -> &Arc<Hosts> {
        &self.options.known_hosts
    }

    /// A web client with the same rules about addresses, for git.
    pub fn probe(&self) -> Arc<dyn Probe> {
        Arc::new(Scout::new(self.web.clone()))
    }

    fn rule(&self, path: &str) -> Option<&RepositoryRule> {
        let is_about = |rule: &&RepositoryRule| {
            path.strip_prefix(&rule.prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.options.repositories.iter().filter(is_about).max_by_key(|rule| rule.prefix.len())
    }

    fn by_rule(&self, rule: &RepositoryRule, path: &str) -> Root {
        let Reach { is_private, is_insecure } = self.reach(path);
        let (root, subdir) = rule.placed(path);
        Root {
            root,
            vcs: rule.vcs,
            url: rule.url.clone(),
            ways: ways::vouched(&rule.url, &self.options),
            subdir,
            is_private,
            is_insecure,
        }
    }

    fn reach(&self, path: &str) -> Reach {
        let is_private = self.options.private.matches(path);
        Reach { is_private, is_insecure: self.options.insecure.matches(path) }
    }

    async fn at_known(&self, path: &str, known: Known, deadline: Instant) -> Result<Located, RepoError> {
        let Known { root, vcs, place } = known;
        self.check_govcs(&root, vcs)?;
        let url = match place {
            KnownPlace::Url(url) => url,
            KnownPlace::Unschemed(place) => {
                let question = Question { path: root.clone(), reach: self.reach(path) };
                self.pings.url(vcs, &place, &question, deadline).await?
            }
        };
        self.repository(path, root, vcs, url, String::new())
    }

    async fn at_tag(&self, path: &str, deadline: Instant) -> Result<Located, RepoError> {
        let reach = self.reach(path);
        let (tag, target) = dynamic::find(&self.pages, path, reach, deadline).await?;
        match target {
            Target::Proxy => {
                ways::check_proxy(&tag.url, reach)?;
                Ok(Located::Proxy { prefix: tag.prefix, url: tag.url, is_private: reach.is_private })
            }
            Target::Repository(vcs) => {
                self.check_govcs(&tag.prefix, vcs)?;
                self.repository(path, tag.prefix, vcs, tag.url, tag.subdir)
            }
        }
    }

    fn check_govcs(&self, root: &str, vcs: Vcs) -> Result<(), RepoError> {
        let is_private = self.options.private.matches(root);
        if self.options.govcs.allows(root, vcs, is_private) {
            return Ok(());
        }
        Err(RepoError::not_found(GoVcs::refusal(root, vcs, is_private)))
    }

    fn repository(
        &self,
        path: &str,
        root: String,
        vcs: Vcs,
        url: String,
        subdir: String,
    ) -> Result<Located, RepoError> {
        let reach = self.reach(path);
        let ways = ways::discovered(&url, vcs, reach, &self.options)?;
        let Reach { is_private, is_insecure } = reach;
        Ok(Located::Repository(Root { root, vcs, url, ways, subdir, is_private, is_insecure }))
    }
}

/// The same failure as go tells it.
fn unrecognized(path: &str, error: &RepoError) -> RepoError {
    let message = format!("unrecognized import path {path:?}: {}", error.message);
    RepoError { message, ..error.clone() }
}
