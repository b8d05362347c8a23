//! With nobody left to ask, what is kept downloads and verifies: through the server, and from its folder alone.

use testkit::{FakeUpstream, GoHome, Module, SumDb};

use super::kept::{assert_same_downloads, file_proxy};
use super::scene::{A, BIG, Folder, MODULES, Mirror, NAME, assert_told, pull, pull_anew};
use crate::node::{Node, get, go};

/// The release that a project asks for, and what it prints.
const RELEASE: &str = "go1.99.0";
const SWITCHED: &str = "this is the other go";

fn toolchain() -> Module {
    Module::toolchain(RELEASE, SWITCHED)
}

/// A server that has kept [`MODULES`] and the toolchain, whose upstreams are gone since, started anew.
struct Scene {
    mirror: Mirror,
    folder: Folder,
    node: Node,
    /// Has downloaded directly.
    direct: GoHome,
}

impl Scene {
    fn new() -> Self {
        let (mut mirror, folder, direct) = (Mirror::new(), Folder::new(), GoHome::fresh());
        mirror.db.add(&toolchain());
        mirror.up.publish(toolchain());
        pull(&direct, &mirror.url(), &mirror.db, &MODULES).success();
        let node = folder.serve(&mirror.url(), &mirror.db);
        pull_anew(&node.url(), &mirror.db, &MODULES).success();
        assert_switches(&GoHome::fresh(), &node.url(), &mirror.db);
        mirror.up.stop();
        assert!(node.stop().success());
        let node = folder.serve(&mirror.url(), &mirror.db);
        Self { mirror, folder, node, direct }
    }

    /// The server and its folder.
    fn proxies(&self) -> [String; 2] {
        [self.node.url(), file_proxy(&self.folder.data())]
    }
}

/// go goes on as the other release; and once more, which verifies what it has (protocol.md H4).
#[track_caller]
fn assert_switches(home: &GoHome, proxy: &str, db: &SumDb) {
    for _ in 0..2 {
        let run = go(home, proxy, &["version"]).sumdb(db.gosumdb()).env("GOTOOLCHAIN", RELEASE);
        assert_eq!(run.run().success().stdout.trim(), SWITCHED);
    }
}

/// Fails without the file `supported` (for the folder alone), and when `Records::ask` does not look at what is kept.
#[test]
fn everything_kept_is_downloaded_and_verified() {
    let scene = Scene::new();
    for proxy in scene.proxies() {
        let home = GoHome::fresh();
        pull(&home, &proxy, &scene.mirror.db, &MODULES).success();
        assert_same_downloads(&home, &scene.direct);
        assert_eq!(home.sumdb_latest(&NAME), Some(scene.mirror.db.head()));
        for query in [BIG, A] {
            pull_anew(&proxy, &scene.mirror.db, &[query]).success();
        }
    }
}

#[test]
fn go_switches_to_a_kept_toolchain() {
    let scene = Scene::new();
    for proxy in scene.proxies() {
        assert_switches(&GoHome::fresh(), &proxy, &scene.mirror.db);
    }
}

/// go wants the record of a toolchain even where it is told to verify nothing (protocol.md H4); so the server asks for it, and gives
/// it, whatever its own GONOSUMDB says. Fails without the exception in `Database::covers`.
#[test]
fn a_toolchain_is_verified_whatever_is_private() {
    let (mirror, folder) = (Mirror::new(), Folder::new());
    mirror.db.add(&toolchain());
    mirror.up.publish(toolchain());
    let node = Node::with(folder.serving(&mirror.url(), &mirror.db).env("GONOSUMDB", "*"));
    let run = go(&GoHome::fresh(), &node.url(), &["version"]).sumdb(mirror.db.gosumdb());
    let run = run.env("GOTOOLCHAIN", RELEASE).env("GONOSUMDB", "*").run();
    assert_eq!(run.success().stdout.trim(), SWITCHED);
}

#[test]
fn a_toolchain_that_the_database_does_not_know_is_not_run() {
    let (mirror, folder) = (Mirror::new(), Folder::new());
    mirror.up.publish(toolchain());
    let node = folder.serve(&mirror.url(), &mirror.db);
    let run = go(&GoHome::fresh(), &node.url(), &["version"]).sumdb(mirror.db.gosumdb());
    assert_told(&run.env("GOTOOLCHAIN", RELEASE).run(), &["nothing vouches for it"]);
}

/// A record is kept of what was downloaded, and of nothing else.
#[test]
fn what_is_not_kept_is_told_with_what_was_tried() {
    let scene = Scene::new();
    let other = "filler.example/m7@v1.0.0";
    let (status, text) = get(&format!("{}/sumdb/{}/lookup/{other}", scene.node.url(), *NAME));
    assert!(status == 502 && text.contains(&scene.mirror.url()), "{status} {text}");
    assert_told(&pull_anew(&scene.node.url(), &scene.mirror.db, &[other]), &[&scene.mirror.url()]);
}

/// A server without any upstream, as behind an air gap.
#[test]
fn no_upstream_is_needed() {
    let scene = Scene::new();
    assert!(scene.node.stop().success());
    let node = scene.folder.serve("off", &scene.mirror.db);
    pull_anew(&node.url(), &scene.mirror.db, &MODULES).success();
    assert_switches(&GoHome::fresh(), &node.url(), &scene.mirror.db);
    let ignorant = FakeUpstream::builder().start();
    assert!(node.stop().success());
    let node = scene.folder.serve(&ignorant.url(), &scene.mirror.db);
    pull_anew(&node.url(), &scene.mirror.db, &MODULES).success();
    assert_eq!(ignorant.requests().len(), 0);
}
