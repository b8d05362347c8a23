//! Tiles of records, which go never asks for but auditors do (protocol.md G6): each record is compared with its hash.

use bytes::Bytes;
use gomod::gosumdb::split_records;
use gomod::tlog::{DataTile, Hash, ProvenTree};

/// How many records a full tile has.
const WIDTH: u64 = 256;

/// Whether these are the records of the tree.
pub(super) fn is_of(tree: &ProvenTree<Bytes>, data: &DataTile, body: &[u8]) -> bool {
    let Ok(records) = split_records(body) else { return false };
    let first = data.index() * WIDTH;
    let is_in_tree =
        |(id, record): (u64, &&str)| tree.record_hash(id) == Some(Hash::record(record.as_bytes()));
    records.len() == usize::from(data.width()) && (first..).zip(&records).all(is_in_tree)
}
