//! What settings files say about where repositories are: the `[[repository]]` and `[[rewrite]]` tables.

use gomod::repository::Vcs;

use crate::settings::entry::Entry;
use crate::settings::key::Key;
use crate::settings::origin::Position;

/// One `[[repository]]` table: where the repository of some modules is, so that no host need be asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The module path of the repository's root. The table is about this path and those below it; of several tables the one
    /// with the longest prefix is meant.
    pub prefix: String,
    /// Its system: git, Mercurial or Subversion.
    pub vcs: Vcs,
    /// Its address as it was written; of a scheme of [`schemes`](crate::settings::address::schemes), without any password.
    pub url: String,
    /// The folder in it that stands for the prefix: relative, with single `/` between its parts; empty for the root.
    pub subdir: String,
    /// Where the table stands.
    pub position: Position,
}

/// One `[[rewrite]]` table: addresses that begin with `instead_of` are used with `url` in its place, as git's
/// `url.<base>.insteadOf`. Of several that fit the longest `instead_of` is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The new beginning.
    pub url: String,
    /// The beginning that is replaced.
    pub instead_of: String,
    /// Where the table stands.
    pub position: Position,
}

/// The modules that a `[[repository]]` table is about.
pub const PREFIX: &str = "prefix";
/// Their version control system.
pub const VCS: &str = "vcs";
/// Where the repository is; in a `[[rewrite]]` table the new beginning.
pub const URL: &str = "url";
/// The folder in it.
pub const SUBDIR: &str = "subdir";
/// The beginning that is replaced.
pub const INSTEAD_OF: &str = "instead-of";

/// The keys of a `[[repository]]` table.
pub static REPOSITORY_KEYS: [Key; 4] = [
    Key::text(
        PREFIX,
        "a module path without a version, such as corp.example/tool",
        "The module path of the root of the repository: the table is about this path and all below it.",
    ),
    Key::text(VCS, "git, hg or svn", "The version control system: git, hg or svn."),
    Key::text(
        URL,
        "the URL of a repository without a password, such as ssh://git@git.corp.example/tool.git",
        "Where the repository is. A user can be in it only for ssh; no password, query or fragment can be.",
    ),
    Key::text(
        SUBDIR,
        "a folder in the repository, such as go/tool",
        "The folder in the repository that stands for the prefix; without it the root does.",
    ),
];

/// The keys of a `[[rewrite]]` table.
pub static REWRITE_KEYS: [Key; 2] = [
    Key::text(
        URL,
        "the beginning of a URL without a password, such as ssh://git@github.com/",
        "The new beginning. A user can be in it only for ssh; no password can be.",
    ),
    Key::text(
        INSTEAD_OF,
        "the beginning of a URL without a password, such as https://github.com/",
        "The beginning that is replaced. Of several tables that fit, the one with the longest is taken.",
    ),
];

impl Entry for Repository {
    const SUBJECT: &'static str = "prefix";

    fn subject(&self) -> &str {
        &self.prefix
    }

    fn position(&self) -> &Position {
        &self.position
    }
}

impl Entry for Rewrite {
    const SUBJECT: &'static str = "beginning";

    fn subject(&self) -> &str {
        &self.instead_of
    }

    fn position(&self) -> &Position {
        &self.position
    }
}
