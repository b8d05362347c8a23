//! The tree grows between two fills: whoever has seen one of its heads goes on from there, also with nobody left to ask
//! (protocol.md G22 to G24), and nobody is led back (G27).

use testkit::{GoHome, Lie};

use super::kept::{assert_true, file_proxy};
use super::scene::{A, BIG, Folder, Mirror, NAME, pull, pull_anew};
use crate::node::{Node, get};

const LAST: &str = "example.com/last@v0.1.0";

/// One module for each head.
const QUERIES: [&str; 3] = [A, BIG, LAST];

/// Goes that have seen one head and no other, all alike: with their module caches, and without; for the server, and for its
/// folder alone.
struct Clients([GoHome; 4]);

impl Clients {
    fn that_pull(query: &str, proxy: &str, mirror: &Mirror) -> Self {
        let clients = Self([(); 4].map(|()| GoHome::fresh()));
        for home in &clients.0 {
            pull(home, proxy, &mirror.db, &[query]).success();
            assert_eq!(home.sumdb_latest(&NAME), Some(mirror.db.head()));
        }
        clients.0[..2].iter().for_each(GoHome::clear_module_cache);
        clients
    }

    /// Each downloads everything, and knows the newest head then.
    #[track_caller]
    fn assert_go_on(&self, proxies: &[String; 2], mirror: &Mirror) {
        for (home, proxy) in self.0.iter().zip(proxies.iter().cycle()) {
            pull(home, proxy, &mirror.db, &QUERIES).success();
            assert_eq!(home.sumdb_latest(&NAME), Some(mirror.db.head()));
        }
    }
}

/// Three heads, with so many records of others before each. Then the upstream goes, and the server starts anew.
fn three_heads(fillers: [u64; 3]) {
    let (mut mirror, folder) = (Mirror::empty(), Folder::new());
    let node = folder.serve(&mirror.url(), &mirror.db);
    let clients = fillers.into_iter().zip(QUERIES).map(|(count, query)| {
        mirror.db.fill(count);
        mirror.publish(query);
        Clients::that_pull(query, &node.url(), &mirror)
    });
    let clients: Vec<Clients> = clients.collect();
    assert_true(&folder.data(), &mirror.db);
    mirror.up.stop();
    assert!(node.stop().success());
    let node = folder.serve(&mirror.url(), &mirror.db);
    let proxies = [node.url(), file_proxy(&folder.data())];
    for proxy in &proxies {
        pull_anew(proxy, &mirror.db, &QUERIES).success();
        for query in QUERIES {
            pull_anew(proxy, &mirror.db, &[query]).success();
        }
    }
    for clients in clients {
        clients.assert_go_on(&proxies, &mirror);
    }
}

#[test]
fn within_one_tile() {
    three_heads([1000, 5, 7]);
}

#[test]
fn from_the_first_record_on() {
    three_heads([0, 0, 0]);
}

#[test]
fn over_borders_of_tiles() {
    three_heads([250, 10, 300]);
    three_heads([1100, 900, 1300]);
}

/// Sizes of 256, 512 and 1024: there is no tile at the lowest level of the edge.
#[test]
fn from_border_to_border() {
    three_heads([255, 255, 511]);
}

/// Over the border where there is one level more: sizes of 65 530, 65 537 and 131 073.
#[test]
fn over_a_border_of_levels() {
    three_heads([65_529, 6, 65_535]);
}

#[test]
fn with_seventy_thousand_records() {
    three_heads([70_000, 300, 1]);
    three_heads([300, 70_000, 70_000]);
}

/// The address of the newest head at a server.
fn latest(node: &Node) -> (u16, String) {
    get(&format!("{}/sumdb/{}/latest", node.url(), *NAME))
}

/// The mirror forgets what it knew, in every way; the server does not, whether it goes on or starts anew. Fails when `Engine::start`
/// does not go on from the head that is kept.
#[test]
fn no_head_is_taken_back() {
    let (mut mirror, folder) = (Mirror::new(), Folder::new());
    let node = folder.serve(&mirror.url(), &mirror.db);
    pull_anew(&node.url(), &mirror.db, &[A, BIG]).success();
    let head = mirror.db.head();
    assert_eq!(latest(&node), (200, head.clone()));
    assert!(node.stop().success());
    for lie in [Some(Lie::OldTree(1100)), Some(Lie::Rollback(1100)), None] {
        match lie {
            Some(lie) => mirror.db.lie(lie),
            None => mirror.up.stop(),
        }
        let node = folder.serve(&mirror.url(), &mirror.db);
        assert_eq!(latest(&node), (200, head.clone()));
        let home = GoHome::fresh();
        pull(&home, &node.url(), &mirror.db, &[A]).success();
        assert_eq!(home.sumdb_latest(&NAME), Some(head.clone()), "the record comes with it");
        assert!(node.stop().success());
        mirror.db.clear_lies();
    }
}

/// The file of the head is damaged or gone: its copy is as good.
#[test]
fn a_damaged_head_is_not_the_end_of_it() {
    let (mirror, folder) = (Mirror::new(), Folder::new());
    let node = folder.serve(&mirror.url(), &mirror.db);
    pull_anew(&node.url(), &mirror.db, &[A]).success();
    assert!(node.stop().success());
    let files =
        ["latest", ".latest"].map(|name| super::kept::folder_of(&folder.data(), &mirror.db).join(name));
    mirror.db.lie(Lie::OldTree(1100));
    for file in &files {
        std::fs::write(file, "not a head\n").unwrap();
        let node = folder.serve(&mirror.url(), &mirror.db);
        assert_eq!(latest(&node), (200, mirror.db.head_at(1502)));
        assert!(node.stop().success());
        std::fs::write(file, mirror.db.head_at(1502)).unwrap();
    }
}
