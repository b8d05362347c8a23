//! A whole lookup as a client makes it, with everything of ours together, against go's own client.

use std::collections::BTreeMap;

use gomod::ModuleVersion;
use gomod::gosumdb::{Lookup, VerifierKey};
use gomod::note::Note;
use gomod::tlog::{self, Hash, ProvenTree, Tile, TreeHead};
use serde_json::{Value, json};

use super::Function;
use super::logs::{hashes, sum};
use crate::grammar::lookups;
use crate::question::Args;

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "client",
    inputs: 700,
    generate: |dice| Args(lookups::client(dice)),
    ours: |args, _| client(args).ok_or(Value::Null),
}];

/// Both hashes of the module, and the note of the head that is then the latest; `None` where go gives up.
fn client(args: &Args) -> Option<Value> {
    let key = VerifierKey::parse(args.text(0)).ok()?;
    let server = Server(
        args.0[5..].as_chunks().0.iter().map(|[path, content]| (hashes(path), content.as_slice())).collect(),
    );
    let (mut latest, mut latest_note) = (TreeHead { size: 0, root: Hash::EMPTY_TREE }, args.bytes(1));
    if !latest_note.is_empty() {
        latest = signed_head(latest_note, &key)?;
        server.check(&latest, &latest)?;
    }
    let lookup = Lookup::parse(args.bytes(4)).ok()?;
    let head = signed_head(lookup.note, &key)?;
    let (older, newer) = if head.size > latest.size { (latest, head) } else { (head, latest) };
    server.check(&older, &newer)?;
    if head.size > latest.size {
        (latest, latest_note) = (head, lookup.note);
    }
    let tree = server.prove(&latest, &tlog::record_tiles(latest.size, lookup.id))?;
    if tree.record_hash(lookup.id)? != lookup.record_hash() {
        return None;
    }
    let sums = lookup.sums(&ModuleVersion::parse(args.text(2), args.text(3)).ok()?);
    Some(json!([sum(sums.zip), sum(sums.go_mod), String::from_utf8_lossy(latest_note)]))
}

fn signed_head(note: &[u8], key: &VerifierKey) -> Option<TreeHead> {
    let note = Note::open(note, std::slice::from_ref(key)).ok()?;
    TreeHead::parse(note.text()).ok()
}

/// The tiles that a server has.
struct Server<'a>(BTreeMap<Tile, &'a [u8]>);

impl<'a> Server<'a> {
    /// A tile, or the beginning of the full one (protocol.md G16).
    fn tile(&self, tile: &Tile) -> Option<&'a [u8]> {
        let from_full = || {
            let full = self.0.get(&tile.full())?;
            full.get(..full.len() / 256 * usize::from(tile.width()))
        };
        self.0.get(tile).copied().or_else(from_full)
    }

    /// A tree with its edge and these tiles, if all of them are there and right.
    fn prove(&self, head: &TreeHead, tiles: &[Tile]) -> Option<ProvenTree<&'a [u8]>> {
        let mut wanted = tlog::edge(head.size);
        wanted.extend(tiles);
        wanted.sort_unstable();
        wanted.dedup();
        let tiles: Option<Vec<_>> = wanted.iter().map(|tile| Some((*tile, self.tile(tile)?))).collect();
        let (tree, unproven) = ProvenTree::prove(*head, tiles?);
        unproven.is_empty().then_some(tree)
    }

    /// Whether the newer tree begins with the older one. That of a tree without records takes no tile.
    fn check(&self, older: &TreeHead, newer: &TreeHead) -> Option<()> {
        let root = if older.size == 0 {
            Hash::EMPTY_TREE
        } else {
            self.prove(newer, &tlog::consistency_tiles(older.size, newer.size))?.root_of(older.size)?
        };
        (root == older.root).then_some(())
    }
}
