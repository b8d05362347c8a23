//! A good day: every way to a database that there is.

use std::path::Path;

use testkit::{FakeUpstream, GoHome, ServerCommand, SumDb};

use super::kept::{assert_same_downloads, assert_serves_by_itself, assert_true};
use super::scene::{A, BIG, Folder, MODULES, Mirror, NAME, assert_told, module, pull, pull_anew};
use crate::node::{Node, command, get};

#[test]
fn a_mirror_is_asked_and_all_that_it_says_is_kept_and_served() {
    let (mirror, data, home) = (Mirror::new(), Folder::new(), GoHome::fresh());
    let node = data.serve(&mirror.url(), &mirror.db);
    pull(&home, &node.url(), &mirror.db, &MODULES).success();
    assert_eq!(home.sumdb_latest(&NAME), Some(mirror.db.head()));
    let direct = GoHome::fresh();
    pull(&direct, &mirror.url(), &mirror.db, &MODULES).success();
    assert_same_downloads(&home, &direct);
    assert_true(&data.data(), &mirror.db);
    mirror.up.reset_log();
    pull_anew(&node.url(), &mirror.db, &MODULES).success();
    assert_eq!(mirror.asked(""), 0, "what was said once");
    assert!(node.stop().success());
    assert_serves_by_itself(&data.data(), &mirror.db);
}

#[test]
fn every_endpoint_of_a_name_with_a_path_is_answered() {
    let (mirror, data) = (Mirror::new(), Folder::new());
    let node = Node::with(data.serving(&mirror.url(), &mirror.db).args(["--path-prefix", "/go"]));
    let root = format!("{}/sumdb/{}", node.url(), *NAME);
    pull_anew(&node.url(), &mirror.db, &[A]).success();
    for path in [
        "supported",
        "latest",
        "lookup/example.com/a@v1.0.0",
        "lookup/example.com/%21big/v2@v2.0.0-%21r%21c1",
    ] {
        assert_eq!(get(&format!("{root}/{path}")).0, 200, "{path}");
    }
    assert_eq!(get(&format!("{root}/latest")).1, mirror.db.head());
    for path in ["tile/8/data/003", "tile/8/data/005.p/222", "tile/8/data/005.p/3"] {
        let records = mirror.db.answer(path).body;
        assert_eq!(
            get(&format!("{root}/{path}")),
            (200, String::from_utf8(records.into()).unwrap()),
            "{path}"
        );
    }
}

/// A database at its own host, which speaks TLS below a path, and an upstream that is no mirror of it.
struct OwnHost {
    host: FakeUpstream,
    proxy: FakeUpstream,
    db: SumDb,
    folder: tempfile::TempDir,
}

impl OwnHost {
    /// `root`: where the database has its root; its name says `/sumdb`.
    fn new(root: &str) -> Self {
        let (host, proxy) =
            (FakeUpstream::builder().tls().start(), FakeUpstream::builder().module(module(A)).start());
        let db = SumDb::new(&format!("{}/sumdb", host.address()));
        db.fill(300);
        db.add(&module(A));
        db.host_on(&host, root);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), host.ca_pem()).unwrap();
        Self { host, proxy, db, folder }
    }

    fn serving(&self, gosumdb: &str) -> ServerCommand {
        command(&self.data()).args(["--upstream", &self.proxy.url()]).env("GOSUMDB", gosumdb)
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn ca(&self) -> std::path::PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// go verifies through the server alone: it does not trust the host's certificate itself.
    fn assert_verifies(&self, node: &Node) {
        pull_anew(&node.url(), &self.db, &[A]).success();
        assert_true(&self.data(), &self.db);
    }
}

#[test]
fn its_own_host_is_asked_where_no_upstream_mirrors_it() {
    let scene = OwnHost::new("/sumdb");
    let refused = Node::with(scene.serving(&scene.db.gosumdb()));
    pull_anew(&refused.url(), &scene.db, &[A]).failure();
    assert_eq!(scene.host.requests().len(), 0, "nobody vouches for its certificate");
    assert!(refused.stop().success());
    scene.proxy.reset_log();

    let node = Node::with(scene.serving(&scene.db.gosumdb()).args([Path::new("--ca-file"), &scene.ca()]));
    scene.assert_verifies(&node);
    assert_eq!(scene.proxy.count("/supported"), 1, "asked whether it mirrors, and believed that it does not");
    assert!(node.stop().success());
}

#[test]
fn its_own_host_is_trusted_by_the_file_of_the_environment() {
    let scene = OwnHost::new("/sumdb");
    let node = Node::with(scene.serving(&scene.db.gosumdb()).env("SSL_CERT_FILE", scene.ca()));
    scene.assert_verifies(&node);
}

/// The name of one is the beginning of the other's. Fails when the first that fits is taken for what is asked, in `route::sumdb`.
#[test]
fn a_second_database_is_answered_for_and_vouches_for_nothing() {
    let (mirror, folder) = (Mirror::new(), Folder::new());
    let inner = SumDb::new(&format!("{}/inner", *NAME));
    inner.add(&module(A));
    inner.mirror_on(&mirror.up);
    let serving = folder.serving(&mirror.url(), &mirror.db);
    let node = Node::with(serving.args(["--sumdb-mirrors", &inner.gosumdb()]));
    for db in [&inner, &mirror.db] {
        let home = GoHome::fresh();
        pull(&home, &node.url(), db, &[A]).success();
        assert_eq!(home.sumdb_latest(db.name()), Some(db.head()));
    }
    assert_told(&pull_anew(&node.url(), &inner, &[BIG]), &["404 Not Found"]);
    pull_anew(&node.url(), &mirror.db, &[BIG]).success();
}

#[test]
fn an_address_in_gosumdb_is_asked_past_the_proxies() {
    let scene = OwnHost::new("/else/where");
    scene.db.mirror_on(&scene.proxy);
    let gosumdb = format!("{} {}/else/where", scene.db.gosumdb(), scene.host.url());
    let node = Node::with(scene.serving(&gosumdb).args([Path::new("--ca-file"), &scene.ca()]));
    scene.assert_verifies(&node);
    let asked = |path: &str| scene.proxy.requests().iter().any(|recorded| recorded.path.contains(path));
    assert!(!asked("/sumdb/") && asked("/example.com/a/"));
    assert!(scene.host.requests().iter().all(|recorded| recorded.path.starts_with("/else/where/")));
}
