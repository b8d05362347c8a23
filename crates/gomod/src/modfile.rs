//! go.mod and go.work: what the files say, with the places of their errors.
//!
//! Two readings, as in go. [`GoMod::parse`] is strict: it is for the module that the user works in, and anything
//! unknown is an error. [`GoMod::parse_lax`] is for dependencies: it keeps only what matters there, so that a file
//! written for a newer go can still be read. [`module_path_of`] asks for nothing but the module path, in a file that
//! may be broken elsewhere.
//!
//! Bytes become positions and characters (`text`), tokens (`lexer`), lines and blocks (`syntax`), and at last meaning
//! (`meaning`, with the longer directives in `replace` and `retract`; `work` for go.work). Nothing here writes or edits a go.mod file.

mod comment;
mod declared;
mod error;
mod go_version;
mod lexer;
mod meaning;
mod quote;
mod replace;
mod retract;
mod syntax;
mod text;
mod work;

pub use declared::module_path_of;
pub use error::{Directive, ERRORS_MAX, ParseError, ParseErrors, Problem};
pub use go_version::GoVersion;
pub use text::Position;
pub use work::WorkFile;

use std::sync::Arc;

use crate::version::Version;
use meaning::Mode;

/// The most lines, and the most blocks and lines outside blocks, that a go.mod file may have: 50,000, not counting what
/// lenient reading skips. go has no such limit. It bounds the memory of a file that is nothing but lines of two bytes; the
/// largest go.mod files have some thousand lines.
pub const LINES_MAX: usize = 50_000;

/// The meaning of a go.mod file, in the order of the file.
///
/// Paths are as written: reading a go.mod file checks of a path only its major version suffix, and only where a version
/// stands beside it. Use [`ModulePath::parse`](crate::ModulePath::parse) before a path is asked of anyone.
///
/// ```
/// use gomod::modfile::GoMod;
/// let file = GoMod::parse(b"module example.com/m\n\ngo 1.23.0\n\nrequire example.com/a v1.2 // indirect\n")?;
/// assert_eq!(file.module.map(|m| m.path).as_deref(), Some("example.com/m"));
/// assert_eq!(file.require[0].version.as_str(), "v1.2.0");
/// assert!(file.require[0].indirect);
///
/// let errors = GoMod::parse(b"module example.com/m\nrequire example.com/a v2.0.0\nnonsense\n").unwrap_err();
/// let lines: Vec<_> = errors.iter().map(|e| e.position.line).collect();
/// assert_eq!(lines, [2, 3]);
/// # Ok::<(), gomod::modfile::ParseErrors>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoMod {
    /// The `module` line. None when there is none, which is no error here.
    pub module: Option<Module>,
    /// The `go` line.
    pub go: Option<GoVersion>,
    /// The `toolchain` line: `default`, `go1`, or a name that begins with `go1.`.
    pub toolchain: Option<String>,
    /// The `godebug` lines.
    pub godebug: Vec<Godebug>,
    /// The `require` lines.
    pub require: Vec<Require>,
    /// The `exclude` lines.
    pub exclude: Vec<Exclude>,
    /// The `replace` lines.
    pub replace: Vec<Replace>,
    /// The `retract` lines.
    pub retract: Vec<Retract>,
    /// The paths of the `tool` lines.
    pub tool: Vec<String>,
    /// The directories of the `ignore` lines.
    pub ignore: Vec<String>,
}

impl GoMod {
    /// Reads the go.mod of the module that the user works in. Versions are made canonical (`v1.2` to `v1.2.0`, build
    /// tags but `+incompatible` dropped), except in `retract`, where they stay as written. More than [`LINES_MAX`] lines
    /// are an error.
    pub fn parse(data: &[u8]) -> Result<Self, ParseErrors> {
        meaning::read(data, Mode::Strict)
    }

    /// Reads the go.mod of a dependency (protocol.md F10): only `module`, `go`, `require`, `retract` and `ignore` count,
    /// all else that has the shape of lines and blocks is skipped, a `retract` line that cannot be understood too, and a
    /// `go` version of the future is cut to the part that can. More than [`LINES_MAX`] lines that are not skipped are an
    /// error.
    pub fn parse_lax(data: &[u8]) -> Result<Self, ParseErrors> {
        meaning::read(data, Mode::Lax)
    }
}

/// The `module` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The path as written, without quotes.
    pub path: String,
    /// What the comment of the line says behind `Deprecated:`, up to the end of the paragraph. `Some("")` when it says
    /// nothing there.
    pub deprecated: Option<String>,
}

/// A `godebug` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Godebug {
    /// The text before the first `=`.
    pub key: String,
    /// The text behind it.
    pub value: String,
}

/// A `require` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Require {
    /// The module path as written, without quotes.
    pub path: String,
    /// The version, made canonical.
    pub version: Version,
    /// Whether it is marked `// indirect`.
    pub indirect: bool,
}

/// An `exclude` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclude {
    /// The module path as written, without quotes.
    pub path: String,
    /// The version, made canonical.
    pub version: Version,
}

/// A `replace` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replace {
    /// The module path to be replaced, as written, without quotes.
    pub path: String,
    /// The version to be replaced, made canonical; None for all versions.
    pub version: Option<Version>,
    /// What is taken instead.
    pub with: Replacement,
}

/// What a `replace` line puts in the place of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacement {
    /// Another module.
    Module {
        /// Its path as written, without quotes. Not even its major version suffix is checked.
        path: String,
        /// Its version, made canonical.
        version: Version,
    },
    /// A directory of the user's machine, as written: absolute, or relative to the go.mod file.
    Directory(String),
}

/// A `retract` line: a closed interval of versions that should not have been published.
///
/// The versions are as written, without quotes, and may be no versions at all; compare with [`crate::semver`], where such
/// a text is below every version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retract {
    /// The lowest version.
    pub low: String,
    /// The highest version; equal to `low` when the line names one version.
    pub high: String,
    /// The comments of the line, else of its block, line by line. Empty when there are none. The lines of a block share
    /// one text.
    pub rationale: Arc<str>,
}
