//! Clients that have seen a newer head somewhere else (protocol.md G25).

use testkit::GoHome;

use super::scene::{A, BIG, Folder, MODULES, Mirror, NAME, assert_told, pull, pull_anew};
use crate::node::Node;

/// A server that knows 1502 records, and a go that has seen 2202 elsewhere and has lost its module cache.
struct Scene {
    mirror: Mirror,
    elsewhere: Mirror,
    node: Node,
    ahead: GoHome,
    _folder: Folder,
}

impl Scene {
    fn new() -> Self {
        let (mirror, elsewhere, folder) = (Mirror::new(), Mirror::new(), Folder::new());
        let node = folder.serve(&mirror.url(), &mirror.db);
        pull_anew(&node.url(), &mirror.db, &MODULES).success();
        elsewhere.db.fill(700);
        let ahead = GoHome::fresh();
        pull(&ahead, &elsewhere.url(), &elsewhere.db, &[A]).success();
        ahead.clear_module_cache();
        Self { mirror, elsewhere, node, ahead, _folder: folder }
    }

    /// A newer head is looked for every two seconds at most, so that a client may have to come again.
    fn pull_in_the_end(&self) {
        let begun = std::time::Instant::now();
        while !self.pull().status.success() {
            assert!(begun.elapsed() < std::time::Duration::from_secs(30), "the newer tree is not found");
        }
    }

    fn pull(&self) -> testkit::GoOutput {
        pull(&self.ahead, &self.node.url(), &self.mirror.db, &[BIG])
    }
}

#[test]
fn offline_go_is_told_what_to_do_and_online_it_goes_on() {
    let mut scene = Scene::new();
    scene.mirror.up.stop();
    let words = [
        "this go command has seen a newer tree of",
        "let this server reach the database once",
        "1502 records",
    ];
    assert_told(&scene.pull(), &words);
    scene.mirror.db.fill(700);
    scene.mirror.up.restart();
    scene.pull_in_the_end();
    assert_eq!(scene.ahead.sumdb_latest(&NAME), Some(scene.elsewhere.db.head()));
}

/// Further than the client: whatever is between is there too.
#[test]
fn a_mirror_that_has_gone_further_will_do() {
    let scene = Scene::new();
    scene.mirror.db.fill(70_000);
    scene.pull().success();
}

/// The upstream can be asked, and is behind as well.
#[test]
fn a_mirror_that_is_behind_is_told_as_what_it_is() {
    let scene = Scene::new();
    let told = scene.pull();
    assert_told(&told, &["has 1502 records", "has to wait until the upstreams of this server have it too"]);
    scene.mirror.db.fill(700);
    scene.pull_in_the_end();
}
