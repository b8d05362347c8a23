//! Whether a record is about the module that was asked for, and in a tree (protocol.md G13).

use bytes::Bytes;
use gomod::ModuleVersion;
use gomod::gosumdb::{Lookup, Sums};
use gomod::tlog::{self, ProvenTree, Tile};

use super::flaw::Flaw;

/// What the record of an answer says about a module.
pub(super) fn sums_of(module: &ModuleVersion, lookup: &Lookup<'_>) -> Result<Sums, Flaw> {
    let sums = lookup.sums(module);
    if sums.zip.is_none() && sums.go_mod.is_none() {
        return Err(Flaw::OtherModule(module.clone()));
    }
    Ok(sums)
}

/// The tiles that prove the record in a tree of `size` records.
pub(super) fn tiles_of(lookup: &Lookup<'_>, size: u64) -> Result<Vec<Tile>, Flaw> {
    if lookup.id >= size {
        return Err(Flaw::BeyondTree { id: lookup.id, size });
    }
    Ok(tlog::record_tiles(size, lookup.id))
}

/// Whether the record is the one in the tree, which has these tiles.
pub(super) fn check(lookup: &Lookup<'_>, tree: &ProvenTree<Bytes>) -> Result<(), Flaw> {
    if tree.record_hash(lookup.id) == Some(lookup.record_hash()) {
        Ok(())
    } else {
        Err(Flaw::NotInTree(lookup.id))
    }
}
