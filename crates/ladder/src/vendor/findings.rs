//! What can be found when a vendor folder is looked at.

use std::fmt;

use super::list::ListError;
use super::name::Name;

/// What is known of a vendor folder after a look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every file is there and as listed, and there is nothing else.
    Whole,
    /// Something is not as listed.
    Damaged(Damage),
    /// There is no list to compare with.
    NoList(NoList),
}

impl Verdict {
    /// The exit code of `modkeep vendor verify`: 0 whole, 1 damaged, 2 no list.
    pub fn code(&self) -> u8 {
        match self {
            Self::Whole => 0,
            Self::Damaged(_) => 1,
            Self::NoList(_) => 2,
        }
    }
}

/// What is not as listed; each list sorted, at least one not empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// Listed, and not there.
    pub missing: Vec<Name>,
    /// There with another content, or as a symbolic link or special file.
    pub changed: Vec<Name>,
    /// Not listed, and there; symbolic links and special files too.
    pub added: Vec<Name>,
}

impl Damage {
    /// How many names there are in all.
    pub fn count(&self) -> usize {
        self.missing.len() + self.changed.len() + self.added.len()
    }

    /// Every name with what is wrong with it: `missing`, `changed` or `added`.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &Name)> {
        let missing = self.missing.iter().map(|name| ("missing", name));
        let changed = self.changed.iter().map(|name| ("changed", name));
        missing.chain(changed).chain(self.added.iter().map(|name| ("added", name)))
    }

    pub(super) fn is_none(&self) -> bool {
        self.count() == 0
    }
}

/// Why there is no list to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoList {
    /// There is no vendor folder.
    NoVendor,
    /// `vendor` is a link, or no folder.
    VendorIsNoFolder,
    /// There is no `.checksums` in it. Plain `go mod vendor` deletes it.
    Missing,
    /// It is a link, or no file, or the system does not let us read it.
    Unreadable(String),
    /// It is not in the form that modkeep writes.
    Malformed(ListError),
}

impl fmt::Display for NoList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVendor => f.write_str("there is no vendor folder"),
            Self::VendorIsNoFolder => f.write_str("vendor is a symbolic link, or no folder"),
            Self::Missing => f.write_str("it is not there; plain `go mod vendor` deletes it"),
            Self::Unreadable(why) => f.write_str(why),
            Self::Malformed(error) => error.fmt(f),
        }
    }
}
