//! What was kept before a database applied, or was put into the folder by somebody, is judged when it is first asked for.
//!
//! Each test fails without `Vouched` around the store (`wiring::source`).

use std::fs;

use testkit::{FakeUpstream, GoHome};

use super::kept::{assert_serves_by_itself, zips};
use super::scene::{A, Folder, MODULES, Mirror, assert_told, module, pull, pull_anew, tampered};
use crate::node::{Node, get, go};

/// A folder in which a tampered module was kept while nothing was verified.
fn tampered_before(mirror: &Mirror) -> Folder {
    let (bad, folder) = (FakeUpstream::builder().module(tampered(A)).start(), Folder::new());
    let node = Node::with(folder.serving(&bad.url(), &mirror.db).env("GOSUMDB", "off"));
    go(&GoHome::fresh(), &node.url(), &["mod", "download", A]).run().success();
    assert!(node.stop().success());
    assert!(!zips(&folder.data()).is_empty());
    folder
}

#[test]
fn what_was_kept_without_a_database_is_replaced_where_the_database_contradicts() {
    let mirror = Mirror::new();
    let folder = tampered_before(&mirror);
    let node = folder.serve(&mirror.url(), &mirror.db);
    let (home, direct) = (GoHome::fresh(), GoHome::fresh());
    pull(&home, &node.url(), &mirror.db, &MODULES).success();
    pull(&direct, &mirror.url(), &mirror.db, &MODULES).success();
    assert_eq!(home.downloads(), direct.downloads());
    assert_serves_by_itself(&folder.data(), &mirror.db);
}

/// Nobody can say whether it is right, so it is not served. What is right is, as soon as somebody can; and from then on, always.
#[test]
fn what_nobody_vouches_for_is_not_served() {
    let mut mirror = Mirror::new();
    let folder = Folder::new();
    let node = Node::with(folder.serving(&mirror.url(), &mirror.db).env("GOSUMDB", "off"));
    go(&GoHome::fresh(), &node.url(), &["mod", "download", A]).run().success();
    assert!(node.stop().success());

    mirror.up.stop();
    let node = folder.serve(&mirror.url(), &mirror.db);
    let zip = format!("{}{}", node.url(), module(A).url_path("zip"));
    assert_eq!(get(&zip).0, 502);
    assert_told(&pull_anew(&node.url(), &mirror.db, &[A]), &["nothing vouches for example.com/a@v1.0.0"]);
    mirror.up.restart();
    mirror.up.reset_log();
    pull_anew(&node.url(), &mirror.db, &[A]).success();
    assert_eq!(mirror.up.count(".zip"), 0, "what is kept is right, as it turned out");
    assert!(node.stop().success());
    mirror.up.stop();
    let node = folder.serve(&mirror.url(), &mirror.db);
    pull_anew(&node.url(), &mirror.db, &[A]).success();
}

#[test]
fn what_a_stranger_puts_into_the_folder_is_judged() {
    let (mirror, folder) = (Mirror::new(), Folder::new());
    let of_a = folder.data().join("example.com/a/@v");
    fs::create_dir_all(&of_a).unwrap();
    fs::write(of_a.join("v1.0.0.zip"), tampered(A).zip()).unwrap();
    fs::write(of_a.join("v1.0.0.mod"), module(A).mod_file()).unwrap();
    let mut node = folder.serve(&mirror.url(), &mirror.db);
    pull_anew(&node.url(), &mirror.db, &[A]).success();
    node.process().wait_for_line("SECURITY");
    assert_eq!(mirror.up.count("v1.0.0.mod"), 0, "the .mod was right");
    assert_eq!(fs::read(of_a.join("v1.0.0.zip")).unwrap(), module(A).zip());
}
