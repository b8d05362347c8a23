//! A history: records in their order, and the tree over them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::tree::Tree;

/// What the paths of filler records begin with.
const FILLER: &str = "filler.example/m";

/// Append-only, so every smaller history is in here too.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    records: Vec<String>,
    pub(super) tree: Tree,
}

impl Log {
    pub(super) fn push(&mut self, text: String) {
        self.tree.push(&text);
        self.records.push(text);
    }

    pub(super) fn size(&self) -> usize {
        self.records.len()
    }

    pub(super) fn records(&self) -> &[String] {
        &self.records
    }

    pub(super) fn text(&self, id: usize) -> &str {
        &self.records[id]
    }
}

/// `path@version` of the first line of a record.
pub(super) fn key(text: &str) -> String {
    let mut words = text.split(' ');
    let (path, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    format!("{path}@{version}")
}

/// Stops the test unless the text can stand in a record: lines that end with a line feed, none of them empty.
pub(super) fn assert_is_record(text: &str) {
    let is_record = text.ends_with('\n') && !text.starts_with('\n') && !text.contains("\n\n");
    assert!(is_record, "a record is one or more lines, none of them empty: {text:?}");
}

/// The text of a record that stands for some module. Its sums, valid base64, count up: nobody ever downloads it.
pub(super) fn filler(id: usize) -> String {
    format!("{FILLER}{id} v1.0.0 h1:{id:042}0=\n{FILLER}{id} v1.0.0/go.mod h1:{id:042}0=\n")
}

pub(super) fn is_filler(text: &str) -> bool {
    text.starts_with(FILLER)
}

/// The id that the filler for this `path@version` has, if there is one.
pub(super) fn filler_id(key: &str) -> Option<usize> {
    key.strip_prefix(FILLER)?.strip_suffix("@v1.0.0")?.parse().ok()
}

/// The same record with other sums, made up.
pub(super) fn with_other_sums(text: &str) -> String {
    text.lines().map(with_other_sum).collect()
}

fn with_other_sum(line: &str) -> String {
    let name = line.rsplit_once(' ').map_or(line, |(name, _)| name);
    format!("{name} h1:{}\n", STANDARD.encode(Sha256::digest(format!("not {line}"))))
}
