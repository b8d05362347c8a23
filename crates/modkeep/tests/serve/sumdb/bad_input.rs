//! What nobody can answer is refused at once, and no upstream hears of it.

use super::scene::{A, Folder, Mirror, NAME, pull_anew};
use crate::node::{BINARY, Node, get};

#[test]
fn a_gosumdb_that_go_would_not_take_is_told_at_the_start() {
    let folder = Folder::new();
    let key = Mirror::empty().db.gosumdb();
    for (value, words) in [
        ("sum.example.org", "only sum.golang.org can be given without its key"),
        (&key.replace("/sumdb+", "/other+"), "the hash of the verifier key should be"),
        (&key[..key.len() - 8], "verifier key"),
        (&format!("{key} https://a.example extra"), "it takes a name or key, and an optional URL"),
        (&format!("{key} word"), "the URL in GOSUMDB is malformed"),
        (" off", "GOSUMDB"),
    ] {
        for from_flag in [false, true] {
            let mut serve = assert_cmd::Command::new(BINARY);
            serve.env("GOENV", "off").args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.data());
            let serve =
                if from_flag { serve.args(["--gosumdb", value]) } else { serve.env("GOSUMDB", value) };
            let (source, code) = if from_flag { ("--gosumdb", 64) } else { ("GOSUMDB", 78) };
            let refused = serve.assert().code(code);
            let told = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
            assert!(told.contains(words) && told.contains(source), "{value:?}: {told}");
        }
    }
    assert!(!folder.data().exists(), "nothing was begun");
}

/// Each path below `sumdb/` gets this status, with words that say why, and nobody is asked.
fn refused(paths: &[&str], status: u16, words: &str) {
    let (mirror, folder) = (Mirror::new(), Folder::new());
    let node = folder.serve(&mirror.url(), &mirror.db);
    pull_anew(&node.url(), &mirror.db, &[A]).success();
    mirror.up.reset_log();
    for path in paths {
        let path = path.replace("NAME", &NAME);
        let (got, text) = get(&format!("{}/sumdb/{path}", node.url()));
        assert!(got == status && text.contains(words), "{path}: {got} {text}");
    }
    assert_eq!(mirror.up.requests().len(), 0);
}

#[test]
fn another_database_is_not_found() {
    let paths = [
        "sum.golang.org/supported",
        "sum.golang.org/lookup/example.com/a@v1.0.0",
        "NAMES/supported",
        "x/NAME/latest",
    ];
    refused(&paths, 404, "not found: ");
}

#[test]
fn tiles_that_cannot_be_are_bad_requests() {
    refused(
        &[
            "NAME/tile/8/0/0",
            "NAME/tile/8/0/0000",
            "NAME/tile/8/0/x000/001",
            "NAME/tile/8/0/001/000",
            "NAME/tile/8/0/000.p/0",
            "NAME/tile/8/0/000.p/256",
            "NAME/tile/8/0/000.p/01",
            "NAME/tile/8/0/000.p/+1",
            "NAME/tile/8/64/000",
            "NAME/tile/8/00/000",
            "NAME/tile/8/-1/000",
            "NAME/tile/9/0/000",
            "NAME/tile/1/0/000",
            "NAME/tile/8/0/x999/x999/x999/x999/x999/x999/x999/999",
            "NAME/tile/8/0/",
            "NAME/tile/8/data/1",
            "NAME/tile/",
        ],
        400,
        "bad request: ",
    );
}

#[test]
fn lookups_that_cannot_be_are_bad_requests() {
    refused(
        &[
            "NAME/lookup/",
            "NAME/lookup/example.com/a",
            "NAME/lookup/example.com/A@v1.0.0",
            "NAME/lookup/example.com/!A@v1.0.0",
            "NAME/lookup/example.com/a!@v1.0.0",
            "NAME/lookup/example.com/a@v1.0.0/go.mod",
            "NAME/lookup/example.com/a@v1.0.0-RC1",
            "NAME/lookup/example.com/a@v1.0",
            "NAME/lookup/example.com/a@main",
            "NAME/lookup/example.com/a@v2.0.0",
            "NAME/lookup/example.com/a@v1.0.0@v1.0.0",
            "NAME/lookup/example.com/%C3%A4@v1.0.0",
            "NAME/Latest",
            "NAME/",
            "NAME/supported/",
        ],
        400,
        "bad request: ",
    );
}

/// A tile that the tree does not have yet may be there by now, so that a newer head is asked for: one question for all who ask at
/// once, none for what is there, and none for what no tree can have.
#[test]
fn a_tile_beyond_the_tree_is_not_found() {
    let (mirror, folder) = (Mirror::new(), Folder::new());
    let node: Node = folder.serve(&mirror.url(), &mirror.db);
    pull_anew(&node.url(), &mirror.db, &[A]).success();
    mirror.up.reset_log();
    for tile in ["tile/8/0/x999/x999/999", "tile/8/0/009.p/5"] {
        let (status, text) = get(&format!("{}/sumdb/{}/{tile}", node.url(), *NAME));
        assert!(status == 404 && text.contains("1502 records"), "{status} {text}");
    }
    let asked: Vec<String> = mirror.up.requests().iter().map(|recorded| recorded.path.clone()).collect();
    assert_eq!(asked, [format!("/sumdb/{}/latest", *NAME)]);
}
