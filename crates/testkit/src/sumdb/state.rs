//! What the database knows, and what it says about it instead.

use std::collections::HashMap;

use super::lie::{Lie, Told};
use super::log::{self, Log};
use super::tile::FULL;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) truth: Log,
    /// Ids by `path@version`, but for those of fillers, which say their id themselves.
    ids: HashMap<String, usize>,
    /// The size of the head that is handed out, where later records do not move it.
    pub(super) frozen: Option<usize>,
    pub(super) falsehoods: Falsehoods,
    pub(super) lies: Vec<Told>,
}

/// Record texts that are told instead of the true ones, by `path@version`.
#[derive(Debug, Default)]
pub(super) struct Falsehoods(HashMap<String, String>);

impl Falsehoods {
    /// The false text for this record.
    pub(super) fn about(&self, text: &str) -> String {
        self.0.get(&log::key(text)).cloned().unwrap_or_else(|| log::with_other_sums(text))
    }
}

impl State {
    /// Adds a record that a lookup of its first line shall find.
    pub(super) fn add(&mut self, text: String) -> usize {
        let id = self.truth.size();
        self.ids.insert(log::key(&text), id);
        self.push(text);
        id
    }

    pub(super) fn fill(&mut self) {
        self.push(log::filler(self.truth.size()));
    }

    fn push(&mut self, text: String) {
        self.lies.iter_mut().for_each(|told| told.follow(&text, &self.falsehoods));
        self.truth.push(text);
    }

    pub(super) fn id(&self, key: &str) -> Option<usize> {
        let is_it = |id: &usize| self.truth.records().get(*id).is_some_and(|text| log::key(text) == key);
        self.ids.get(key).copied().or_else(|| log::filler_id(key).filter(is_it))
    }

    /// The size of the head that is handed out.
    pub(super) fn published(&self) -> usize {
        self.frozen.unwrap_or(self.truth.size())
    }

    pub(super) fn falsify(&mut self, text: String) {
        self.falsehoods.0.insert(log::key(&text), text);
        self.lies.iter_mut().for_each(|told| told.tell_anew(&self.truth, &self.falsehoods));
    }

    pub(super) fn lie(&mut self, pattern: &str, lie: Lie) {
        let told = Told::new(pattern, lie, &self.truth, &self.falsehoods);
        let edge = first_on_edge(self.published());
        assert!(
            told.lie != Lie::ForgedInnerTile || (0..edge).any(|id| told.forges(&self.truth, id, edge)),
            "no record of `{pattern}` lies in a full tile below those of the root: fill() up after adding it"
        );
        self.lies.push(told);
    }
}

/// The first of the records whose tile makes the root of a tree of this size.
pub(super) fn first_on_edge(size: usize) -> usize {
    size / FULL * FULL
}
