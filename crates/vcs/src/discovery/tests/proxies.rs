//! Proxies that `mod` tags name, and where they redirect to.

use source::{Ask, Ctx, Source as _, Spool};

use super::*;
use crate::{
    Direct, Environment, GitCache, GitOptions, HgCache, HgOptions, Programs, Repositories, SvnClient,
    SvnOptions,
};

const MODULE: &str = "module a.test/x\nversion v1.0.0\n-- go.mod --\nmodule a.test/x\n";

/// The list of versions of `a.test/x`, as `direct` has it.
async fn list(world: &World) -> Result<String, (FailureKind, String)> {
    let folder = tempfile::tempdir().unwrap();
    let programs = Programs::new(1, Environment::default());
    let place = |system: &str| folder.path().join(system);
    let git = GitCache::new(place("git"), GitOptions::default(), programs.clone());
    let hg = HgCache::new(place("hg"), HgOptions::default(), programs.clone());
    let svn = SvnClient::new(place("svn"), SvnOptions::default(), programs);
    let direct = Direct::new(world.discovery(), Repositories::new(git, hg, svn), Spool::new(folder.path()));
    let ask = Ask::List(ModulePath::parse("a.test/x").unwrap());
    match direct.ask(&ask, &Ctx::within(Duration::from_secs(20))).await {
        Ok(answer) => Ok(String::from_utf8(answer.body.into_bytes(1000).await.unwrap().to_vec()).unwrap()),
        Err(failure) => Err((failure.kind(), failure.to_string())),
    }
}

impl World {
    /// A host that names a proxy, and the proxy.
    fn with_proxy(&mut self) -> (FakeUpstream, FakeUpstream) {
        let (host, proxy) = (self.host("a.test"), self.module_host("proxy.test"));
        self.options.hosts.insert("proxy.test".to_owned(), proxy.address());
        serve(&host, "x", 200, &tag("a.test/x mod https://proxy.test"));
        (host, proxy)
    }

    fn module_host(&self, name: &str) -> FakeUpstream {
        FakeUpstream::builder().text(MODULE).tls_of(&self.authority, &[name, "127.0.0.1"]).start()
    }
}

#[tokio::test]
async fn the_proxy_of_a_tag_is_asked() {
    let mut world = World::new();
    let (_host, proxy) = world.with_proxy();
    assert_eq!(list(&world).await.unwrap().trim(), "v1.0.0");
    let other = world.module_host("other.test");
    world.options.hosts.insert("other.test".to_owned(), other.address());
    proxy.redirect("/a.test/x/@v/list", "https://other.test/a.test/x/@v/list");
    assert_eq!(list(&world).await.unwrap().trim(), "v1.0.0");
    assert_eq!(other.count("/list"), 1);
}

#[tokio::test]
async fn a_proxy_of_a_tag_redirects_to_no_inner_address() {
    let mut world = World::new();
    let (_host, proxy) = world.with_proxy();
    let inner = world.module_host("inner.test");
    world.names.0.insert("inner.test".to_owned(), vec![inner.address().ip()]);
    let port = inner.address().port();
    for place in ["127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1", "inner.test"] {
        proxy.redirect("/a.test/x/@v/list", &format!("https://{place}:{port}/a.test/x/@v/list"));
        let (kind, text) = list(&world).await.unwrap_err();
        assert_eq!(kind, FailureKind::Unavailable, "{place}: {text}");
        assert!(text.contains("no module of strangers"), "{place}: {text}");
    }
    assert_eq!(inner.count(""), 0);
    let world = world.private("a.test");
    assert_eq!(list(&world).await.unwrap().trim(), "v1.0.0", "a private path may lead there");
}

#[tokio::test]
async fn a_tag_names_no_proxy_at_an_inner_address() {
    let mut world = World::new();
    let host = world.host("a.test");
    let inner = world.module_host("inner.test");
    world.names.0.insert("inner.test".to_owned(), vec![inner.address().ip()]);
    let port = inner.address().port();
    for place in ["127.0.0.1", "169.254.169.254", "inner.test"] {
        serve(&host, "x", 200, &tag(&format!("a.test/x mod https://{place}:{port}")));
        assert_eq!(list(&world).await.unwrap_err().0, FailureKind::Refused, "{place}");
    }
    assert_eq!(inner.count(""), 0);
}
