//! Why a path was refused: which kind of path, the text itself, and the rule that it breaks.
//!
//! The frame `malformed <kind> path "<path>": <reason>` is what go prints (protocol.md A6), so that people who search for
//! the message of one find the explanation of the other.

use std::fmt;

/// The kinds of path that Go tells apart (protocol.md A1); each allows its own set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathKind {
    /// The path of a module, as in a go.mod file.
    Module,
    /// The path of a package, as in an `import` line.
    Import,
    /// The path of a file inside a module zip.
    File,
    /// A module path in the `!` form that proxies and caches use (protocol.md A12).
    Escaped,
}

impl fmt::Display for PathKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Module => "module",
            Self::Import => "import",
            Self::File => "file",
            Self::Escaped => "escaped module",
        })
    }
}

/// A path that Go would not accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed {kind} path {path:?}: {flaw}")]
pub struct PathError {
    /// Which set of rules was applied.
    pub kind: PathKind,
    /// The text that was refused.
    pub path: String,
    /// The first rule that it breaks.
    pub flaw: PathFlaw,
}

impl PathError {
    pub(crate) fn new(kind: PathKind, path: &str, flaw: PathFlaw) -> Self {
        Self { kind, path: path.to_owned(), flaw }
    }
}

/// One broken rule of protocol.md A2, A3, A4, A5, A7, A8 or A14.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathFlaw {
    /// Nothing at all was given.
    #[error("it is empty")]
    Empty,
    /// A module or import path begins with `-`, which a program could take for an option.
    #[error("it begins with a dash")]
    LeadingDash,
    /// `//` occurs in it.
    #[error("it holds a double slash")]
    DoubleSlash,
    /// It ends with `/`.
    #[error("it ends with a slash")]
    TrailingSlash,
    /// It begins with `/`.
    #[error("it begins with a slash")]
    EmptyElement,
    /// An element is `.`, `..` and so on.
    #[error("the element {0:?} is made of dots only")]
    OnlyDots(String),
    /// An element of a module path begins with a dot.
    #[error("the element {0:?} begins with a dot")]
    LeadingDot(String),
    /// An element ends with a dot, which Windows would drop.
    #[error("the element {0:?} ends with a dot")]
    TrailingDot(String),
    /// A character that this kind of path does not allow.
    #[error("the character {0:?} is not allowed here")]
    Character(char),
    /// An element that Windows takes for a device.
    #[error("the element {0:?} is a reserved name on Windows")]
    WindowsName(String),
    /// An element that looks like the short name of another file on Windows.
    #[error("the element {0:?} ends with a tilde and digits, like a short file name of Windows")]
    ShortName(String),
    /// The first element of a module path has no dot, so it cannot be a host.
    #[error("the first element has no dot, so it is no host name")]
    HostWithoutDot,
    /// A character that a host does not have, such as an upper-case letter.
    #[error("the character {0:?} is not allowed in the first element, the host name")]
    HostCharacter(char),
    /// `/v0`, `/v1`, `/v01`, `/v2.0`; or a `gopkg.in` path without `.vN`.
    #[error("its major version suffix is missing or malformed")]
    MajorSuffix,
    /// The `!` form has an upper-case letter, a byte that is not ASCII, or a `!` without a lower-case letter behind it.
    #[error(
        "it is not the escaped form: `!` and a lower-case letter stand for an upper-case letter, nothing else may"
    )]
    NotEscaped,
}
