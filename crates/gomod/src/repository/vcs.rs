//! The version control systems that go knows.

use std::fmt;

/// A version control system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Vcs {
    /// Git: `git`.
    Git,
    /// Mercurial: `hg`.
    Mercurial,
    /// Subversion: `svn`.
    Subversion,
    /// Bazaar: `bzr`.
    Bazaar,
    /// Fossil: `fossil`.
    Fossil,
}

impl Vcs {
    /// All of them, in the order in which go tries them.
    pub const ALL: [Self; 5] = [Self::Mercurial, Self::Git, Self::Subversion, Self::Bazaar, Self::Fossil];

    /// Go's word for it: in go-import tags, in GOVCS, in `Origin.VCS`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Mercurial => "hg",
            Self::Subversion => "svn",
            Self::Bazaar => "bzr",
            Self::Fossil => "fossil",
        }
    }

    /// Reads go's word for it.
    ///
    /// ```
    /// use gomod::repository::Vcs;
    /// assert_eq!(Vcs::parse("hg"), Some(Vcs::Mercurial));
    /// assert_eq!(Vcs::parse("Git"), None);
    /// ```
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|vcs| vcs.as_str() == word)
    }
}

impl fmt::Display for Vcs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
