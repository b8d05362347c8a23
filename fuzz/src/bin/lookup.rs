//! Answers to lookups, data tiles and proofs: parts make up the whole, and made-up tiles prove nothing.
#![no_main]

use gomod::ModuleVersion;
use gomod::gosumdb::{Lookup, Sums, split_records};
use gomod::tlog::{Hash, ProvenTree, Tile, TreeHead, edge};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(lookup) = Lookup::parse(data) {
        let start = format!("{}\n{}\n", lookup.id, lookup.record);
        assert_eq!([start.as_bytes(), lookup.note].concat(), data);
        let Ok(module) = ModuleVersion::parse("a.b/c", "v1.0.0") else { panic!("the module is good") };
        let sums = lookup.sums(&module);
        assert!(sums == Sums::default() || lookup.record.contains("a.b/c v1.0.0"));
    }
    if let Ok(records) = split_records(data) {
        assert_eq!(records.iter().flat_map(|record| [record, "\n"]).collect::<String>().as_bytes(), data);
    }
    prove(data);
});

/// Takes the input for the size of a tree and the tiles of its edge and one more.
fn prove(data: &[u8]) {
    let Some((size, content)) = data.split_first_chunk() else { return };
    let head = TreeHead { size: u64::from_be_bytes(*size).max(1), root: Hash::EMPTY_TREE };
    let cut = |tile: Tile| (tile, content.get(..tile.size_bytes()).unwrap_or(content));
    let (tree, _) = ProvenTree::prove(head, edge(head.size).into_iter().chain(Tile::new(0, 0, 256)).map(cut));
    assert_eq!(tree.tiles().count(), 0);
}
