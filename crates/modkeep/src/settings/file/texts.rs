//! Reads a table all of whose values are strings. Every mistake in it is told, each with its place; no value is repeated.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::Reader;
use crate::report::Problem;
use crate::settings::entry::{self, Entry};
use crate::settings::key::Key;
use crate::settings::origin::Position;
use crate::settings::{Base, Invalid};

/// The strings of one table.
pub(super) struct Texts {
    /// What the table is called in messages.
    what: &'static str,
    keys: &'static [Key],
    values: BTreeMap<&'static str, (String, Position)>,
    /// Where the table stands.
    pub(super) position: Position,
    /// What relative paths in it are relative to.
    pub(super) base: Base,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    /// Reads the table `[[what]]` with these keys. `read` gets its strings; what it makes of them is returned if nothing in the
    /// table is wrong and none in `before` has the same subject.
    pub(super) fn entry<T: Entry>(
        &mut self,
        (what, keys): (&'static str, &'static [Key]),
        (table, start): (&DeTable<'_>, usize),
        read: fn(&mut Texts) -> Option<T>,
        before: fn(&Self) -> &[T],
    ) -> Option<T> {
        let known = self.problems.len();
        let mut texts = self.texts(what, keys, table, start);
        if self.problems.len() > known {
            return None;
        }
        let made = read(&mut texts);
        self.problems.append(&mut texts.problems);
        let entry = made.filter(|_| self.problems.len() == known)?;
        let repeated = entry::repeated(&entry, before(self));
        let is_first = repeated.is_none();
        self.problems.extend(repeated);
        is_first.then_some(entry)
    }

    fn texts(
        &mut self,
        what: &'static str,
        keys: &'static [Key],
        table: &DeTable<'_>,
        start: usize,
    ) -> Texts {
        let mut values = BTreeMap::new();
        for (key, value) in table {
            let Some(found) = keys.iter().find(|known| known.name == key.get_ref()) else {
                self.unknown(key, keys.iter().map(|key| key.name));
                continue;
            };
            match value.get_ref().as_str() {
                Some(text) => {
                    let position = self.position(value.span().start);
                    drop(values.insert(found.name, (text.to_owned(), position)));
                }
                None => self.wrong_type(found.name, &format!("a string with {}", found.expects), value),
            }
        }
        let (position, base) = (self.position(start), self.base.clone());
        Texts { what, keys, values, position, base, problems: Vec::new() }
    }
}

impl Texts {
    /// The value of a key that must be there. `None`: it is missing or wrong, and that is told.
    pub(super) fn needed<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str, &Base) -> Result<T, Invalid>,
    ) -> Option<T> {
        if !self.has(key) {
            let expects = format!("`{key}` expects {}", self.expects(key));
            self.missing(&format!("`{key}`"), expects);
        }
        self.optional(key, parse)?
    }

    /// The value of a key, where it is set. The outer `None`: it is wrong, and that is told.
    #[expect(clippy::option_option, reason = "a wrong value is not a missing one")]
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str, &Base) -> Result<T, Invalid>,
    ) -> Option<Option<T>> {
        let Some((text, position)) = self.values.get(key) else { return Some(None) };
        match parse(text, &self.base) {
            Ok(value) => Some(Some(value)),
            Err(Invalid(reason)) => {
                let message = format!("{position}: `{key}` of this {} cannot be used", self.what);
                let advice = format!("`{key}` expects {}", self.expects(key));
                self.problems.push(Problem::new(message).because(reason).advise(advice));
                None
            }
        }
    }

    /// Whether the key is set.
    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// Tells that something is not there.
    pub(super) fn missing(&mut self, what: &str, advice: impl Into<String>) {
        self.told(&format!("this {} has no {what}", self.what), advice);
    }

    /// Tells a mistake of the table as a whole.
    pub(super) fn told(&mut self, message: &str, advice: impl Into<String>) {
        self.problems.push(Problem::new(format!("{}: {message}", self.position)).advise(advice));
    }

    fn expects(&self, key: &str) -> &'static str {
        self.keys.iter().find(|known| known.name == key).map_or("a string", |known| known.expects)
    }
}
