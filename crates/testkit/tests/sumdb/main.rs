//! The checksum database as its callers see it: true answers, moving heads, and what exactly each lie changes.
#![allow(clippy::expect_used, reason = "the helpers of a test stop it as the test itself would")]

mod lies;
mod truth;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use testkit::{Module, SumDb};

const NAME: &str = "localhost.localdev/sumdb";
const LOOKUP: &str = "lookup/example.com/a@v1.0.0";

fn a() -> Module {
    Module::new("example.com/a", "v1.0.0").file("go.mod", "module example.com/a\n")
}

/// A database with `before` fillers, the module `a()`, and `after` fillers.
fn database(before: u64, after: u64) -> SumDb {
    let db = SumDb::new(NAME);
    db.fill(before);
    assert_eq!(db.add(&a()), before);
    db.fill(after);
    db
}

fn bytes(db: &SumDb, path: &str) -> Vec<u8> {
    let reply = db.answer(path);
    assert_eq!(reply.status, 200, "{path}");
    reply.body.to_vec()
}

fn text(db: &SumDb, path: &str) -> String {
    String::from_utf8(bytes(db, path)).expect("a text")
}

fn status(db: &SumDb, path: &str) -> u16 {
    db.answer(path).status.as_u16()
}

/// The size and the root of a head.
fn tree(head: &str) -> (usize, Vec<u8>) {
    let lines: Vec<_> = head.lines().collect();
    assert_eq!(lines[0], "go.sum database tree");
    (lines[1].parse().expect("a size"), STANDARD.decode(lines[2]).expect("a root"))
}

/// The head in the answer to a lookup.
fn head_of(answer: &str) -> &str {
    &answer[answer.find("go.sum database tree").expect("a head")..]
}

fn leaf(record: &str) -> Vec<u8> {
    Sha256::digest([&[0], record.as_bytes()].concat()).to_vec()
}

/// The hash over these, as RFC 6962 makes it.
fn tree_hash(hashes: &[Vec<u8>]) -> Vec<u8> {
    if let [one] = hashes {
        return one.clone();
    }
    let left = hashes.len().next_power_of_two() / 2;
    let (left, right) = hashes.split_at(left);
    Sha256::digest([&[1][..], &tree_hash(left), &tree_hash(right)].concat()).to_vec()
}

fn hashes(tile: &[u8]) -> Vec<Vec<u8>> {
    tile.chunks(32).map(<[u8]>::to_vec).collect()
}
