//! `GitHttps`: repositories over https as a forge serves them, and whatever can go wrong there.

mod answer;
mod cgi;
mod rule;
mod serve;
mod state;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::GitRepo;
use crate::listening::Listening;
use crate::upstream::Authority;
use crate::upstream::tls::make_acceptor;
pub use rule::HttpsFault;
use rule::Rule;
use state::State;

/// What the certificate is for unless a test says otherwise.
const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];

/// A server of git's smart HTTP protocol with a certificate of an authority that nobody trusts who was not told to.
///
/// ```no_run
/// # use testkit::repo::{GitHttps, GitRepo, HttpsFault};
/// # let repo = GitRepo::create(|_| {});
/// let server = GitHttps::start();
/// server.serve("/ex/repo", &repo);
/// server.fault("git-upload-pack", HttpsFault::StallAfter(100));
/// // git -c http.sslCAInfo=… clone https://localhost:PORT/ex/repo
/// # let _ = (server.url("/ex/repo"), server.ca_file());
/// ```
///
/// Dropping it ends every process that it started.
#[derive(Debug)]
pub struct GitHttps {
    listening: Listening,
    state: Arc<State>,
    folder: TempDir,
}

/// One request that came, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// The host that was asked for, without the port.
    pub host: String,
    /// The path, as it came.
    pub path: String,
    /// The query, without `?`.
    pub query: String,
    /// Whether it carried credentials.
    pub has_credentials: bool,
    /// The status of the answer, 0 while there is none.
    pub status: u16,
    /// How many bytes of body it has brought so far.
    pub received_bytes: u64,
    /// How many bytes of body the answer has handed to the connection so far.
    pub sent_bytes: u64,
}

impl GitRequest {
    /// Whether it asks for objects, or with version 2 of the protocol also for references.
    pub fn is_upload_pack(&self) -> bool {
        self.method == "POST" && self.path.ends_with("/git-upload-pack")
    }
}

impl Default for GitHttps {
    fn default() -> Self {
        Self::start()
    }
}

impl GitHttps {
    /// A server for `localhost` and `127.0.0.1`.
    pub fn start() -> Self {
        Self::start_for(&NAMES)
    }

    /// A server with a certificate for these host names.
    pub fn start_for(names: &[&str]) -> Self {
        let authority = Authority::new();
        let issued = authority.issue(names);
        Self::start_with(&authority, &issued)
    }

    /// A server whose certificate expired long ago.
    pub fn start_expired() -> Self {
        let authority = Authority::new();
        let issued = authority.issue_expired(&NAMES);
        Self::start_with(&authority, &issued)
    }

    fn start_with(authority: &Authority, issued: &crate::Issued) -> Self {
        let folder = TempDir::with_prefix("testkit-https-").expect("a temporary folder");
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).expect("a file");
        let acceptor = make_acceptor(issued, None);
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let listening =
            Listening::start(move |stream| serve::connection(stream, acceptor.clone(), Arc::clone(&shared)));
        Self { listening, state, folder }
    }

    /// Serves a repository at this path, which begins with `/`; with `.git` behind it, too.
    pub fn serve(&self, path: &str, repo: &GitRepo) {
        self.state.add_repo(path, repo.path());
    }

    /// Serves a repository as files alone, the way of servers that know nothing of git: no filter, no shallow fetch.
    pub fn serve_dumb(&self, path: &str, repo: &GitRepo) {
        self.state.add_dumb_repo(path, repo.path());
    }

    /// No longer serves what is at this path.
    pub fn remove(&self, path: &str) {
        self.state.remove_repo(path);
    }

    /// Answers 401 below this path unless these credentials are given.
    pub fn protect(&self, path: &str, user: &str, password: &str) {
        self.state.protect(path, user, password);
    }

    /// Answers requests for this path with `?go-get=1` with this page, whatever repository is there.
    pub fn page(&self, path: &str, html: &str) {
        self.state.add_page(path, html);
    }

    /// Lets this happen to each request whose URL, from the path on, contains `pattern`. Newer faults go first.
    pub fn fault(&self, pattern: &str, fault: HttpsFault) {
        self.state.add_rule(Rule::new(pattern, fault, None));
    }

    /// The same for the first so many of such requests.
    pub fn fault_first(&self, pattern: &str, times: usize, fault: HttpsFault) {
        self.state.add_rule(Rule::new(pattern, fault, Some(times)));
    }

    /// Lets everything be well again.
    pub fn heal(&self) {
        self.state.heal();
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port())
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.listening.address().port()
    }

    /// A file with the certificate of its authority, in PEM.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A folder for files of the test that go with the server.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Every request since the start, oldest first.
    pub fn requests(&self) -> Vec<GitRequest> {
        self.state.requests()
    }

    /// How many requests had a URL that, from the path on, contains `pattern`.
    pub fn count(&self, pattern: &str) -> usize {
        self.requests()
            .iter()
            .filter(|request| format!("{}?{}", request.path, request.query).contains(pattern))
            .count()
    }

    /// How many requests asked for objects (with version 2 of the protocol, also for references).
    pub fn upload_packs(&self) -> usize {
        self.requests().iter().filter(|request| request.is_upload_pack()).count()
    }

    /// How many bytes all answers had so far.
    pub fn sent_bytes(&self) -> u64 {
        self.requests().iter().map(|request| request.sent_bytes).sum()
    }

    /// Waits until a request whose URL contains `pattern` has handed out at least so many bytes; stops the test after 30
    /// seconds.
    pub fn wait_for_bytes(&self, pattern: &str, bytes: u64) {
        self.state.wait_until(|requests| {
            requests.iter().any(|request| request.path.contains(pattern) && request.sent_bytes >= bytes)
        });
    }
}
