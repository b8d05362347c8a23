//! Answers to lookups, data tiles, and all that a client sees of a server that may lie.

use gomod::tlog::{self, Tile, TreeHead};

use super::logs::{as_args, contents, forge, log_size};
use super::{sometimes_changed, sometimes_damaged};
use crate::dice::Dice;
use crate::log;

const SUMS: [&str; 7] = [
    "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=",
    "h1:SN9pIBhQ35d+/yMNgcdkIkispCn91WnylB6u+gpAiQ8=",
    "h1:SN9pIBhQ35d+/yMNgcdkIkispCn91WnylB6u+gpAiQ9=",
    "h1:x",
    "h1:",
    "h2:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=",
    "",
];

const MODULE: [&str; 2] = ["example.test/A/v2", "v2.0.0-rc.1"];

/// A line of a record: mostly one about `MODULE`.
fn line(dice: &mut Dice) -> String {
    let path = if dice.chance(80) {
        MODULE[0]
    } else {
        dice.pick(&["example.test/a/v2", "example.test/!a/v2", "example.test/A"])
    };
    let version = if dice.chance(80) {
        MODULE[1]
    } else {
        dice.pick(&["v2.0.0", "v2.0.0-rc.1+incompatible", "v2.0.0-rc.10"])
    };
    let file = dice.pick(&["", "/go.mod", "", "/go.mod", "/x"]);
    let sum = if dice.chance(70) { dice.pick(&SUMS[..2]) } else { dice.pick(&SUMS) };
    let line = format!("{path} {version}{file} {sum}");
    sometimes_damaged(dice, 5, line)
        + dice.pick(&["\n", "\n", "\n", "\n", "\n", "\n", "\n", "\n", "\n", " \n"])
}

fn record(dice: &mut Dice) -> String {
    let lines = dice.between(0, 4);
    (0..lines).map(|_| line(dice)).collect()
}

/// An answer to a lookup with lines behind its record, the module's path and its version.
pub(crate) fn lookup(dice: &mut Dice) -> Vec<Vec<u8>> {
    let id = dice.pick(&[
        "0",
        "7",
        "66000000",
        "9223372036854775807",
        "7",
        "7",
        "9223372036854775808",
        "-1",
        "+7",
        "007",
        "",
        "x",
    ]);
    let body = format!("{id}\n{}\n{}", record(dice), record(dice));
    let body = sometimes_damaged(dice, 20, body);
    vec![sometimes_changed(dice, 10, body.into_bytes()), MODULE[0].into(), MODULE[1].into()]
}

/// A data tile of some records.
pub(crate) fn data_tile(dice: &mut Dice) -> Vec<u8> {
    let records = dice.between(0, 5);
    let content: String = (0..records).map(|_| record(dice) + "\n").collect();
    let content = sometimes_damaged(dice, 20, content);
    sometimes_changed(dice, 10, content.into_bytes())
}

/// A verifier key, the note of the latest head or nothing, module path, version, the answer to its lookup, and the tiles
/// that prove it, or should. About half of the servers lie, once.
pub(crate) fn client(dice: &mut Dice) -> Vec<Vec<u8>> {
    let latest = if dice.chance(30) { 0 } else { log_size(dice) };
    let size = log_size(dice).max(1);
    let newest = size.max(latest);
    let id = if dice.chance(97) { log_size(dice) % newest } else { newest.min(log::SIZE - 1) };
    let mut tiles = contents(needed(latest, size, id));
    let latest_note =
        if latest == 0 && dice.chance(80) { String::new() } else { log::note(&log::head(latest)) };
    let mut body = answer(id, &log::record(id), &log::head(size));
    if dice.chance(30) {
        body = lie(dice, id, size);
    } else {
        forge(dice, &mut tiles);
    }
    widen(dice, &mut tiles);
    let texts =
        [log::signer().verifier().to_string(), latest_note, log::module(id), log::VERSION.to_owned(), body];
    texts.into_iter().map(String::into_bytes).chain(as_args(tiles)).collect()
}

/// What a client asks for that knows one head and gets another.
fn needed(latest: u64, size: u64, id: u64) -> Vec<Tile> {
    let newest = size.max(latest);
    let mut tiles = tlog::edge(latest);
    tiles.extend(tlog::edge(newest));
    tiles.extend(tlog::consistency_tiles(size.min(latest), newest));
    tiles.extend(tlog::record_tiles(newest, id));
    tiles
}

fn answer(id: u64, record: &str, head: &TreeHead) -> String {
    gomod::gosumdb::format_lookup(id, record, &log::note(head))
}

/// An answer that is wrong.
fn lie(dice: &mut Dice, id: u64, size: u64) -> String {
    let (record, mut head) = (log::record(id), log::head(size));
    match dice.below(7) {
        0 => answer(id, &record.replacen("h1:A", "h1:B", 1), &head),
        1 => answer(id ^ 1, &record, &head),
        2 => {
            head.root = log::head(size - 1).root;
            answer(id, &record, &head)
        }
        3 => {
            head.size -= 1;
            answer(id, &record, &head)
        }
        4 => answer(id, &record, &head).replacen("\n\u{2014}", "more\n\n\u{2014}", 1),
        // Nobody signed what stands behind the record, whatever it looks like.
        5 => gomod::gosumdb::format_lookup(id, &log::record(id ^ 1), &(record + &log::note(&head))),
        _ => sometimes_damaged(dice, 100, answer(id, &record, &head)),
    }
}

/// Replaces some tiles that are not full by what a server has of them that deletes those.
fn widen(dice: &mut Dice, tiles: &mut [(Tile, Vec<u8>)]) {
    for (tile, content) in tiles {
        let full = tile.full();
        let has_full = tlog::in_tree(log::SIZE, full.level(), full.index()) == Some(full);
        if has_full && dice.chance(20) && *content == log::tile(tile) {
            (*tile, *content) = (full, log::tile(&full));
        }
    }
}
