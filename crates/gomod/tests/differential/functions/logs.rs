//! Trees, tiles and records.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gomod::gosumdb::{Lookup, split_records};
use gomod::tlog::{self, ProvenTree, Tile, TilePath, TreeHead};
use gomod::{H1, ModuleVersion};
use serde_json::{Value, json};

use super::Function;
use crate::grammar::{logs, lookups};
use crate::hits::Hits;
use crate::question::{Answer, Args};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "tree_head",
        inputs: 800,
        generate: |dice| Args::of([logs::tree_head(dice)]),
        ours: tree_head,
    },
    Function {
        name: "tile_path",
        inputs: 2000,
        generate: |dice| Args::of([logs::tile_path(dice)]),
        ours: tile_path,
    },
    Function {
        name: "arithmetic",
        inputs: 1500,
        generate: |dice| Args(logs::arithmetic(dice)),
        ours: |args, _| Ok(arithmetic(args)),
    },
    Function { name: "proof", inputs: 500, generate: |dice| Args(logs::proof(dice)), ours: proof },
    Function { name: "lookup", inputs: 1500, generate: |dice| Args(lookups::lookup(dice)), ours: lookup },
    Function {
        name: "records",
        inputs: 800,
        generate: |dice| Args::of([lookups::data_tile(dice)]),
        ours: records,
    },
];

fn tree_head(args: &Args, hits: &mut Hits) -> Answer {
    let head = TreeHead::parse(args.text(0)).map_err(|error| {
        hits.note("TreeHeadError", &error);
        Value::Null
    })?;
    Ok(json!([head.size.to_string(), head.root.to_string(), head.to_text()]))
}

fn tile_path(args: &Args, hits: &mut Hits) -> Answer {
    let path = TilePath::parse(args.text(0)).map_err(|error| {
        hits.note("TilePathError", &error);
        Value::Null
    })?;
    let (level, index, width) = match path {
        TilePath::Hashes(tile) => (i32::from(tile.level()), tile.index(), tile.width()),
        TilePath::Data(tile) => (-1, tile.index(), tile.width()),
    };
    Ok(json!([8, level, index.to_string(), width, path.path()]))
}

fn number(args: &Args, at: usize) -> u64 {
    args.text(at).parse().expect("the generator makes numbers")
}

/// Which tiles are needed for the root, a record, the root of a smaller tree, and an entry of a tile.
fn arithmetic(args: &Args) -> Value {
    let [size, old, id, level, place] = [0, 1, 2, 3, 4].map(|at| number(args, at));
    let level = u8::try_from(level).expect("a level");
    let first_of = |place: u64| tlog::in_tree(size, level, place / 256);
    let width = u16::try_from(place % 256 + 1).expect("a width");
    let above =
        first_of(place).and_then(|tile| tile.with_width(width)).map(|tile| tlog::tile_tiles(size, tile));
    json!([
        with_edge(size, (size > 0).then(Vec::new)),
        with_edge(size, (id < size).then(|| tlog::record_tiles(size, id))),
        with_edge(size, (1..=size).contains(&old).then(|| tlog::consistency_tiles(old, size))),
        with_edge(size, above.filter(|tiles| !tiles.is_empty())),
    ])
}

/// The paths of these tiles and of the edge, sorted; null for what no tile can help with.
fn with_edge(size: u64, tiles: Option<Vec<Tile>>) -> Value {
    let paths = tiles.map(|tiles| {
        let mut paths: Vec<String> = tiles.iter().chain(&tlog::edge(size)).map(Tile::path).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    });
    json!(paths)
}

/// The root of a smaller tree and the hash of a record, each null when it cannot be proven.
fn proof(args: &Args, _: &mut Hits) -> Answer {
    let head =
        TreeHead { size: number(args, 0), root: args.text(1).parse().expect("the generator makes hashes") };
    let tiles = args.0[4..].as_chunks().0.iter().map(|[path, content]| (hashes(path), content.as_slice()));
    let (tree, _) = ProvenTree::prove(head, tiles);
    let root = tree.root_of(number(args, 2)).map(|root| root.to_string());
    let record = tree.record_hash(number(args, 3)).map(|record| record.to_string());
    let found = json!([root, record]);
    if root.is_some() && record.is_some() { Ok(found) } else { Err(found) }
}

/// The tile with this path.
pub(super) fn hashes(path: &[u8]) -> Tile {
    let path = std::str::from_utf8(path).ok().and_then(|path| TilePath::parse(path).ok());
    let Some(TilePath::Hashes(tile)) = path else { panic!("the generator makes paths") };
    tile
}

fn lookup(args: &Args, hits: &mut Hits) -> Answer {
    let lookup = Lookup::parse(args.bytes(0)).map_err(|error| {
        hits.note("LookupError", &error);
        Value::Null
    })?;
    let module = ModuleVersion::parse(args.text(1), args.text(2)).expect("the generator makes modules");
    let sums = lookup.sums(&module);
    let (note, record_hash) = (STANDARD.encode(lookup.note), lookup.record_hash().to_string());
    Ok(json!([lookup.id.to_string(), lookup.record, note, record_hash, sum(sums.zip), sum(sums.go_mod)]))
}

/// A hash as the oracle writes it, without `h1:`.
pub(super) fn sum(h1: Option<H1>) -> Value {
    json!(h1.map(|h1| STANDARD.encode(h1.as_bytes())))
}

fn records(args: &Args, hits: &mut Hits) -> Answer {
    split_records(args.bytes(0)).map(|records| json!(records)).map_err(|error| {
        hits.note("RecordsError", &error);
        Value::Null
    })
}
