//! Discovery against hosts on loopback.

mod basics;
mod go;
mod hostile;
mod outages;
mod proxies;

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use gomod::ModulePath;
use gomod::glob::PrefixPatterns;
use source::FailureKind;
use source::upstream::Authorities;
use testkit::{Authority, FakeUpstream, Reply};
use tokio::time::Instant;

use super::guard::Lookup;
use super::*;

/// Hosts with one authority, and what a discovery is told.
struct World {
    authority: Authority,
    names: Names,
    options: DiscoveryOptions,
}

/// A name server of our own.
#[derive(Debug, Clone, Default)]
struct Names(HashMap<String, Vec<IpAddr>>);

impl Lookup for Names {
    fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.0.get(host).cloned().ok_or_else(|| io::Error::other("no such host"))
    }
}

impl World {
    fn new() -> Self {
        let authority = Authority::new();
        let mut options = DiscoveryOptions::default();
        options.http.authorities = Authorities::from_pem(authority.pem().as_bytes()).unwrap();
        Self { authority, names: Names::default(), options }
    }

    /// A host that is found, and vouched for.
    fn host(&mut self, name: &str) -> FakeUpstream {
        let upstream = FakeUpstream::builder().tls_of(&self.authority, &[name]).start();
        self.options.hosts.insert(name.to_owned(), upstream.address());
        upstream
    }

    /// A host without TLS.
    fn plain_host(&mut self, name: &str) -> FakeUpstream {
        let upstream = FakeUpstream::builder().start();
        self.options.hosts.insert(name.to_owned(), upstream.address());
        upstream
    }

    /// A host of the inner network that anybody's name server may name, on a port to be given.
    fn inner_host(&mut self, name: &str) -> FakeUpstream {
        let upstream = FakeUpstream::builder().tls_of(&self.authority, &[name, "127.0.0.1"]).start();
        self.names.0.insert(name.to_owned(), vec![upstream.address().ip()]);
        upstream
    }

    fn private(mut self, patterns: &str) -> Self {
        self.options.private = PrefixPatterns::parse(patterns);
        self
    }

    fn insecure(mut self, patterns: &str) -> Self {
        self.options.insecure = PrefixPatterns::parse(patterns);
        self
    }

    fn discovery(&self) -> Discovery {
        Discovery::with_lookup(self.options.clone(), Arc::new(self.names.clone())).unwrap()
    }

    /// One question to a fresh discovery.
    async fn locate(&self, path: &str) -> Result<Located, RepoError> {
        locate(&self.discovery(), path).await
    }

    async fn refusal(&self, path: &str) -> (FailureKind, String) {
        let error = self.locate(path).await.unwrap_err();
        (error.kind, error.message)
    }
}

async fn locate(discovery: &Discovery, path: &str) -> Result<Located, RepoError> {
    discovery.locate(&ModulePath::parse(path).unwrap(), &job(Duration::from_secs(30))).await
}

fn job(patience: Duration) -> Job {
    let now = Instant::now();
    Job { deadline: now + patience, not_before: now }
}

/// Root, URL and folder of a repository, or prefix and URL of a proxy.
fn told(located: &Located) -> String {
    match located {
        Located::Repository(root) => format!("{} {} {} {}", root.root, root.vcs, root.url, root.subdir),
        Located::Proxy { prefix, url, .. } => format!("{prefix} mod {url}"),
    }
}

fn tag(content: &str) -> String {
    format!("<meta name=\"go-import\" content=\"{content}\">\n")
}

/// Answers `?go-get=1` at a path, given without the slash at its beginning, with a page.
fn serve(host: &FakeUpstream, path: &'static str, status: u16, page: &str) {
    let reply = Reply::new(status, "text/html", page.to_owned());
    host.on(move |request| {
        let is_it = request.path.strip_prefix('/') == Some(path) && request.raw_path.ends_with("?go-get=1");
        is_it.then(|| reply.clone().into())
    });
}
