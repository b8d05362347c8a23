//! What discovery finds.

use gomod::repository::Vcs;

/// Where a module is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// A repository.
    Repository(Root),
    /// A module proxy, named by a `mod` tag. It is asked for the whole path (protocol.md E9). The tag is a stranger's word:
    /// [`super::Discovery::check_reach`] has to agree before the proxy is asked.
    Proxy {
        /// The beginning of the paths that the tag is about.
        prefix: String,
        /// The base URL of the proxy.
        url: String,
        /// As [`Root::is_private`].
        is_private: bool,
    },
}

/// A repository and the ways to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The import path of its root; the module path is this one or below it.
    pub root: String,
    /// Its system.
    pub vcs: Vcs,
    /// Its URL as discovery gave it: `Origin.URL`.
    pub url: String,
    /// What to try, in this order; never empty.
    pub ways: Vec<Route>,
    /// The folder in the repository that stands for the root; mostly empty.
    pub subdir: String,
    /// Whether GOPRIVATE matches the module path, so that hosts of the inner network may be asked.
    pub is_private: bool,
    /// Whether GOINSECURE matches the module path, so that certificates need not be checked.
    pub is_insecure: bool,
}

/// A URL to try.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// The URL, after rewriting.
    pub url: String,
    /// Whether the operator named it, by a rule or by rewriting. If not, [`super::Discovery::check_reach`] has to agree before
    /// a program connects to it.
    pub is_vouched: bool,
    /// As [`Root::is_private`].
    pub is_private: bool,
}

impl Route {
    /// A URL that the operator named.
    pub fn vouched(url: impl Into<String>) -> Self {
        Self { url: url.into(), is_vouched: true, is_private: false }
    }
}
