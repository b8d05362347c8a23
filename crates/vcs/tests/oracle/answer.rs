//! What go or modkeep says, in a form in which the two can be compared.

use serde_json::Value;

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// A list of versions. go does not say where it is from; the sums are compared where versions are asked for.
    Listed(Vec<String>),
    Found(Box<Found>),
    Refused(Kind),
}

/// A version and its artifacts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) version: String,
    /// The `.info` as it is kept.
    pub(crate) info: String,
    /// `Origin` as it is when the question is asked, with its sums.
    pub(crate) origin: Value,
    pub(crate) go_mod: Vec<u8>,
    /// The h1 hash of the zip, or why there is none.
    pub(crate) zip: Result<String, Kind>,
}

impl Answer {
    /// Whether something was refused, be it only the zip.
    pub(crate) fn is_refusal(&self) -> bool {
        match self {
            Self::Listed(_) => false,
            Self::Found(found) => found.zip.is_err(),
            Self::Refused(_) => true,
        }
    }
}

/// The kind of an error, told by its words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// One of [`KINDS`].
    Known(&'static str),
    /// Words that the table does not have; each is a gap in it.
    Unknown(String),
}

/// What the words of an error tell, the first that fits.
const KINDS: &[(&str, &str)] = &[
    ("unknown revision", "unknown revision"),
    ("no matching versions", "no version"),
    ("no commits", "no version"),
    ("both have", "two go.mod"),
    ("has post-", "go.mod of another major"),
    ("has non-", "go.mod of another major"),
    ("has malformed module path", "go.mod of another major"),
    ("is missing module path", "go.mod without path"),
    ("module path includes a major version suffix", "major of the path"),
    ("module contains a go.mod file, so module path must match", "major of go.mod"),
    ("+incompatible suffix not allowed", "needless +incompatible"),
    ("resolves to version", "not a tag"),
    ("does not match version-control timestamp", "pseudo: time"),
    ("than canonical", "pseudo: length of hash"),
    ("preceding tag (", "pseudo: base"),
    ("is already canonical", "pseudo: base is this commit"),
    ("must be v0, not v1", "pseudo: v1 without base"),
    ("does not match short name", "pseudo: hash"),
    ("malformed time", "pseudo: time"),
    ("no calendar time", "pseudo: time"),
    ("negative patch number", "pseudo: base"),
    ("no version comes before", "pseudo: base"),
    ("unexpected response from git log", "no commit"),
    ("not a commit", "no commit"),
    ("disallowed version string", "form of the revision"),
    ("malformed module path", "module path"),
    ("malformed file path", "file name"),
    ("differ only by case", "collision"),
    ("error: invalid path", "path of git"),
    ("file name collision", "collision"),
    ("must have lowercase names", "case of go.mod"),
    ("is both a file and a directory", "file and folder"),
    ("file size differs between 'svn list' and 'svn export'", "link of svn"),
    ("is a link: Subversion's", "link of svn"),
    ("unsupported operation", "no history"),
    ("does not tell the history", "no history"),
    ("requires go >=", "newer go"),
    ("should be v", "major of the path"),
    ("missing ", "no go.mod"),
];

impl Kind {
    pub(crate) fn of(words: &str) -> Self {
        let known = KINDS.iter().find(|(sign, _)| words.contains(sign));
        known.map_or_else(|| Self::Unknown(words.to_owned()), |(_, kind)| Self::Known(kind))
    }

    /// Its name in the table.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Known(kind) => kind,
            Self::Unknown(_) => "unknown",
        }
    }
}
