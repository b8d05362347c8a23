//! The keys of a table in a settings file, each written once: the reader, the schema and the nearest name follow.

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// Which values it takes.
    pub kind: Kind,
    /// What a good value is, to end the sentence "expects …".
    pub expects: &'static str,
    /// What it is for.
    pub doc: &'static str,
}

/// Which values a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// `true` or `false`.
    Mark,
}

impl Key {
    /// A key that takes strings.
    pub const fn text(name: &'static str, expects: &'static str, doc: &'static str) -> Self {
        Self { name, kind: Kind::Text, expects, doc }
    }
}
