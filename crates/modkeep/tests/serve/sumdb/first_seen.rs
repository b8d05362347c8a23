//! Where no database applies, the content that was seen first is the right one.

use testkit::{FakeUpstream, GoHome};

use super::kept::{artifacts, zips};
use super::scene::{Folder, Mirror, assert_told, module, tampered};
use crate::node::{BINARY, Node, get, go};

const SECRET: &str = "corp.example/plans@v1.0.0";

/// A server, with a database, for one private place.
fn serve(folder: &Folder, place: &FakeUpstream, mirror: &Mirror) -> Node {
    let config = folder.beside("modkeep.toml");
    std::fs::write(&config, format!("[[place]]\nurl = \"{}\"\nprivate = true\n", place.url())).unwrap();
    let serving = folder.serving(&place.url(), &mirror.db).env("GOPRIVATE", "corp.example");
    Node::with(serving.args(["--config".as_ref(), config.as_os_str()]))
}

fn download(node: &Node) -> testkit::GoOutput {
    let run = go(&GoHome::fresh(), &node.url(), &["mod", "download", SECRET]);
    run.env("GONOSUMDB", "corp.example").run()
}

/// `modkeep store rm`, by which an operator lets something be fetched anew.
fn remove(folder: &Folder) {
    let mut rm = assert_cmd::Command::new(BINARY);
    rm.env("GOENV", "off").args(["store", "rm", "--yes", SECRET, "--data"]).arg(folder.data());
    rm.assert().success();
    assert_eq!(artifacts(&folder.data()), [""; 0]);
}

/// Fails without the comparison in `Ledger::witness`.
#[test]
fn another_content_of_the_same_version_is_refused_with_the_way_to_accept_it() {
    let (place, mirror, folder) =
        (FakeUpstream::builder().module(module(SECRET)).start(), Mirror::empty(), Folder::new());
    let node = serve(&folder, &place, &mirror);
    download(&node).success();
    assert!(node.stop().success());
    remove(&folder);

    place.publish(tampered(SECRET));
    let mut node = serve(&folder, &place, &mirror);
    let (old, new) = (module(SECRET).h1(), tampered(SECRET).h1());
    let accept = format!("modkeep store accept corp.example/plans v1.0.0 {new}");
    assert_told(
        &download(&node),
        &["SECURITY: ", "corp.example/plans@v1.0.0", &old, &new, &place.url(), &accept],
    );
    let (status, text) = get(&format!("{}{}", node.url(), module(SECRET).url_path("zip")));
    assert!(status == 502 && text.contains(&accept), "{status} {text}");
    node.process().wait_for_line("SECURITY: a checksum does not match");
    assert!(zips(&folder.data()).is_empty());

    place.publish(module(SECRET));
    download(&node).success();
}

/// Without a database this is so for every module.
#[test]
fn with_gosumdb_off_it_holds_for_public_modules_too() {
    let (place, folder) = (FakeUpstream::builder().module(module(SECRET)).start(), Folder::new());
    let serve = || Node::with(folder.serving(&place.url(), &Mirror::empty().db).env("GOSUMDB", "off"));
    let node = serve();
    download(&node).success();
    assert_eq!(get(&format!("{}/sumdb/sum.golang.org/supported", node.url())).0, 404);
    assert!(node.stop().success());
    remove(&folder);
    place.publish(module(SECRET).raw_mod("module corp.example/plans\n\ngo 1.21\n"));
    assert_told(&download(&serve()), &["SECURITY: ", &module(SECRET).go_mod_h1(), "v1.0.0/go.mod h1:"]);
}
