//! What discovery is told: rules of the operator, go's settings, and limits.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gomod::glob::PrefixPatterns;
use gomod::path::split_path_version;
use gomod::repository::{GoVcs, Vcs};
use source::upstream::{HttpOptions, Netrc};
use tokio::time::Instant;

use super::located::Route;
use crate::{Hosts, RepoError};

/// What discovery is told. The default is what go does without any setting, with ssh not available.
#[derive(Debug, Clone)]
pub struct DiscoveryOptions {
    /// The operator's own table. The rule with the longest prefix wins, is asked before anything else, and needs no network.
    /// GOVCS and the rules about addresses do not apply to it.
    pub repositories: Vec<RepositoryRule>,
    /// What to put in place of the beginnings of URLs. The longest that fits wins.
    pub rewrites: Vec<Rewrite>,
    /// GOPRIVATE: these paths may lead to hosts of the inner network.
    pub private: PrefixPatterns,
    /// GOINSECURE: for these paths plain `http` and certificates of anybody will do.
    pub insecure: PrefixPatterns,
    /// GOVCS.
    pub govcs: GoVcs,
    /// Which ways to a repository to try, in this order.
    pub order: Vec<Way>,
    /// Whether there is an ssh that could be tried for a repository whose host named an `https` URL.
    pub ssh_available: bool,
    /// How long what a host said counts as fresh.
    pub lifetime: Duration,
    /// How long a failure is told again without asking, and how long what is kept is served before a host that is down is
    /// asked again.
    pub failure_lifetime: Duration,
    /// The whole time for one page with its redirects.
    pub page_timeout: Duration,
    /// Where to keep what hosts said, so that after a restart it can be served while a host is down.
    pub folder: Option<PathBuf>,
    /// How to make connections.
    pub http: HttpOptions,
    /// Credentials for the hosts that are asked (protocol.md B26).
    pub netrc: Netrc,
    /// Addresses of hosts, instead of those that DNS has. The operator vouches for them: they may be of any network. A port
    /// takes the place of the one that belongs to the scheme.
    pub hosts: HashMap<String, SocketAddr>,
    /// What the user's own configuration of git does, where it counts.
    pub own_git: OwnGit,
    /// What is known of hosts that were waited for in vain.
    pub known_hosts: Arc<Hosts>,
}

/// What a user's own configuration of git does to connections (protocol.md E12). The default is that none counts.
#[derive(Debug, Clone, Default)]
pub struct OwnGit {
    /// Beginnings of URLs that git puts others in the place of (`url.BASE.insteadOf`). It is given such a URL as it is, and the user has
    /// vouched for where it leads.
    pub instead_of: Vec<String>,
    /// Whether git goes through an HTTP proxy (`http.proxy`), which looks names up then.
    pub has_proxy: bool,
    /// Finds the scheme of paths like `x.git` as go does, by git. Without it a web client of ours does.
    pub ping: Option<Arc<dyn Ping>>,
}

impl OwnGit {
    /// Whether git puts another URL in the place of this one.
    pub(super) fn rewrites(&self, url: &str) -> bool {
        self.instead_of.iter().any(|beginning| url.starts_with(beginning))
    }
}

/// Asks whether there is a repository at a URL (protocol.md E3).
#[async_trait::async_trait]
pub trait Ping: fmt::Debug + Send + Sync {
    /// Whether a repository can be read there. The connection is held to these addresses, unless there are none.
    ///
    /// # Errors
    /// `NotFound` when the place knows no such repository, `Refused` when it may not be read, `Unavailable` when the place could not be asked
    /// until the deadline.
    async fn ping(&self, route: &Route, addresses: &[IpAddr], deadline: Instant) -> Result<(), RepoError>;
}

impl Default for DiscoveryOptions {
    /// Answers are fresh for an hour, failures are told for a minute, and a page may take 30 s.
    fn default() -> Self {
        Self {
            repositories: Vec::new(),
            rewrites: Vec::new(),
            private: PrefixPatterns::default(),
            insecure: PrefixPatterns::default(),
            govcs: GoVcs::default(),
            order: vec![Way::Ssh, Way::Https],
            ssh_available: false,
            lifetime: Duration::from_hours(1),
            failure_lifetime: Duration::from_mins(1),
            page_timeout: Duration::from_secs(30),
            folder: None,
            http: HttpOptions::default(),
            netrc: Netrc::default(),
            hosts: HashMap::new(),
            own_git: OwnGit::default(),
            known_hosts: Arc::default(),
        }
    }
}

/// Where the operator says that a repository is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryRule {
    /// The import path of its root; the rule is about this path and those below it.
    pub prefix: String,
    /// Its system.
    pub vcs: Vcs,
    /// Its URL; of any scheme, `file` too.
    pub url: String,
    /// The folder in it that stands for the prefix; mostly empty.
    pub subdir: String,
}

impl RepositoryRule {
    /// The import path and the folder of a module that the rule is about: what is below the prefix is below its folder. With go-import
    /// tags it is the other way round, as in go: there the folder comes last.
    pub(super) fn placed(&self, path: &str) -> (String, String) {
        let stem = split_path_version(path).map_or(path, |(stem, _)| stem);
        let below = stem.strip_prefix(&self.prefix).map(|below| below.trim_start_matches('/'));
        match below {
            Some(below) if !below.is_empty() && !self.subdir.is_empty() => {
                (stem.to_owned(), format!("{}/{below}", self.subdir))
            }
            _ => (self.prefix.clone(), self.subdir.clone()),
        }
    }
}

/// A URL that begins with `instead_of` is used with `base` in its place, as git's `url.BASE.insteadOf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// What to use.
    pub base: String,
    /// Instead of what.
    pub instead_of: String,
}

/// A way to a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// With the keys of ssh.
    Ssh,
    /// Over HTTP, with credentials or without.
    Https,
}
