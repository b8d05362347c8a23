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

    /// The schemes by which go looks for its repositories, in order; without GOINSECURE only the secure ones of them
    /// (protocol.md E3).
    ///
    /// ```
    /// use gomod::repository::Vcs;
    /// assert_eq!(Vcs::Git.schemes(false).collect::<Vec<_>>(), ["https", "git+ssh", "ssh"]);
    /// ```
    pub fn schemes(self, is_insecure: bool) -> impl Iterator<Item = &'static str> {
        let all: &[&str] = match self {
            Self::Git => &["git", "https", "http", "git+ssh", "ssh"],
            Self::Mercurial => &["https", "http", "ssh"],
            Self::Subversion => &["https", "http", "svn", "svn+ssh"],
            Self::Bazaar => &["https", "http", "bzr", "bzr+ssh"],
            Self::Fossil => &["https", "http"],
        };
        all.iter().copied().filter(move |scheme| is_insecure || is_secure_scheme(scheme))
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

/// Whether what goes over a scheme is hidden from others and comes from whom it should.
pub fn is_secure_scheme(scheme: &str) -> bool {
    matches!(scheme, "https" | "git+ssh" | "bzr+ssh" | "svn+ssh" | "ssh")
}

impl fmt::Display for Vcs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
