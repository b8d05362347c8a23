//! What the test and the server's thread share.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::rule::Rule;
use super::{GitRequest, HttpsFault};

/// How long a test waits for something to happen on the server.
const DEADLINE: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(super) struct State {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    repos: Vec<Served>,
    pages: Vec<(String, String)>,
    protected: Vec<(String, String)>,
    rules: Vec<Rule>,
    requests: Vec<GitRequest>,
}

/// A repository and where it is served.
#[derive(Clone, Debug)]
pub(super) struct Served {
    path: String,
    pub(super) folder: PathBuf,
    pub(super) is_dumb: bool,
}

impl Served {
    /// What stands behind the repository's path in a request for it.
    fn rest<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(self.path.as_str())?;
        let rest = rest.strip_prefix(".git").unwrap_or(rest);
        rest.starts_with('/').then_some(rest)
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add_repo(&self, path: &str, folder: &Path) {
        self.add(Served { path: path.to_owned(), folder: folder.to_owned(), is_dumb: false });
    }

    pub(super) fn add_dumb_repo(&self, path: &str, folder: &Path) {
        self.add(Served { path: path.to_owned(), folder: folder.to_owned(), is_dumb: true });
    }

    fn add(&self, served: Served) {
        self.remove_repo(&served.path);
        self.lock().repos.push(served);
    }

    pub(super) fn remove_repo(&self, path: &str) {
        self.lock().repos.retain(|served| served.path != path);
    }

    pub(super) fn protect(&self, path: &str, user: &str, password: &str) {
        let expected = format!("Basic {}", BASE64.encode(format!("{user}:{password}")));
        self.lock().protected.push((path.to_owned(), expected));
    }

    pub(super) fn add_page(&self, path: &str, html: &str) {
        self.lock().pages.insert(0, (path.to_owned(), html.to_owned()));
    }

    pub(super) fn add_rule(&self, rule: Rule) {
        self.lock().rules.insert(0, rule);
    }

    pub(super) fn heal(&self) {
        self.lock().rules.clear();
    }

    pub(super) fn requests(&self) -> Vec<GitRequest> {
        self.lock().requests.clone()
    }

    /// Notes a request and gives it a number.
    pub(super) fn begin(&self, request: GitRequest) -> usize {
        let mut inner = self.lock();
        inner.requests.push(request);
        self.changed.notify_all();
        inner.requests.len() - 1
    }

    /// Changes what is known of the request of this number.
    pub(super) fn note(&self, number: usize, change: impl FnOnce(&mut GitRequest)) {
        if let Some(request) = self.lock().requests.get_mut(number) {
            change(request);
        }
        self.changed.notify_all();
    }

    pub(super) fn wait_until(&self, is_met: impl Fn(&[GitRequest]) -> bool) {
        let waited = self.changed.wait_timeout_while(self.lock(), DEADLINE, |inner| !is_met(&inner.requests));
        let (inner, result) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!result.timed_out(), "waited {DEADLINE:?} in vain: {:#?}", inner.requests);
    }

    pub(super) fn fault(&self, path_and_query: &str) -> Option<HttpsFault> {
        self.lock().rules.iter_mut().find_map(|rule| rule.apply(path_and_query))
    }

    pub(super) fn page(&self, path: &str) -> Option<String> {
        self.lock().pages.iter().find(|(known, _)| known == path).map(|(_, html)| html.clone())
    }

    /// Whether these credentials, if any, open this path.
    pub(super) fn is_open(&self, path: &str, credentials: Option<&str>) -> bool {
        let inner = self.lock();
        let mut keys = inner.protected.iter().filter(|(prefix, _)| path.starts_with(prefix.as_str()));
        keys.all(|(_, expected)| credentials == Some(expected))
    }

    /// The repository that a path leads into, and what stands behind its own path.
    pub(super) fn repo<'a>(&self, path: &'a str) -> Option<(Served, &'a str)> {
        self.lock().repos.iter().find_map(|served| Some((served.clone(), served.rest(path)?)))
    }
}
