//! What can be asked of a [`Source`](crate::Source), and the one table of everything that has an address.
//!
//! The GOPROXY layout is used four times: as URL path towards an upstream, as route of our own server, as file
//! name in the store and as file name in go's module cache (protocol.md B31, I1). It is written once, here, together
//! with the content type, the lifetime and the size limit of each kind, so that the four can never disagree.

mod kind;
mod sumdb;

use std::fmt;

pub use kind::{Kind, Lifetime};
pub use sumdb::{SumDbAsk, SumDbPath};

use gomod::{ModulePath, ModuleVersion, Revision};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// One question: about a module, or to a checksum database.
///
/// `.mod` and `.zip` exist for canonical versions only; `.info` may be asked of any revision: a version, a tag, a
/// branch or a commit hash (protocol.md B14, B16).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ask {
    /// `@v/list`: the known tagged versions (protocol.md B13).
    List(ModulePath),
    /// `@latest`: the version to use when the list offers none (protocol.md B18).
    Latest(ModulePath),
    /// `@v/REV.info`: which version a revision is, and its time (protocol.md B14).
    Info(ModulePath, Revision),
    /// `@v/VERSION.mod`: the go.mod file (protocol.md B17).
    Mod(ModuleVersion),
    /// `@v/VERSION.zip`: the module's files (protocol.md C).
    Zip(ModuleVersion),
    /// `sumdb/NAME/…`: what a checksum database has (protocol.md G).
    SumDb(SumDbAsk),
}

impl Ask {
    /// The module asked about; `None` for a part of a database that is about none.
    pub fn module(&self) -> Option<&ModulePath> {
        match self {
            Self::List(path) | Self::Latest(path) | Self::Info(path, _) => Some(path),
            Self::Mod(module) | Self::Zip(module) => Some(module.path()),
            Self::SumDb(ask) => ask.module().map(ModuleVersion::path),
        }
    }

    /// The kind of answer expected.
    pub fn kind(&self) -> Kind {
        match self {
            Self::List(_) => Kind::List,
            Self::Latest(_) => Kind::Latest,
            Self::Info(..) => Kind::Info,
            Self::Mod(_) => Kind::Mod,
            Self::Zip(_) => Kind::Zip,
            Self::SumDb(ask) => ask.kind(),
        }
    }

    /// Whether the answer can ever change: an `.info` is fixed only when it is asked by a version that is canonical and
    /// fits the path (protocol.md B21).
    pub fn lifetime(&self) -> Lifetime {
        match self {
            Self::List(_) | Self::Latest(_) => Lifetime::Mutable,
            Self::Info(..) if self.version().is_none() => Lifetime::Mutable,
            Self::Info(..) | Self::Mod(_) | Self::Zip(_) => Lifetime::Immutable,
            Self::SumDb(ask) => ask.lifetime(),
        }
    }

    /// The version that is asked for, when the answer can be for no other one: a canonical version that fits its path.
    ///
    /// `None` for lists and for revisions. `v20.1.0` of a path without major suffix is a revision too: the answer to its
    /// `.info` is `v20.1.0+incompatible` (protocol.md B14, D19).
    pub fn version(&self) -> Option<ModuleVersion> {
        match self {
            Self::List(_) | Self::Latest(_) => None,
            Self::Info(path, revision) => ModuleVersion::new(path.clone(), revision.as_version()?).ok(),
            Self::Mod(module) | Self::Zip(module) => Some(module.clone()),
            Self::SumDb(ask) => ask.module().cloned(),
        }
    }

    /// The address below the root of a GOPROXY: escaped (protocol.md A12), relative, with `/` between elements.
    ///
    /// ```
    /// # use source::Ask;
    /// # use gomod::{ModulePath, Revision};
    /// let path = ModulePath::parse("github.com/Azure/sdk").unwrap();
    /// let ask = Ask::Info(path, Revision::parse("v1.0.0-RC1").unwrap());
    /// assert_eq!(ask.address(), "github.com/!azure/sdk/@v/v1.0.0-!r!c1.info");
    /// ```
    pub fn address(&self) -> String {
        let suffix = self.kind().suffix();
        match self {
            Self::List(path) => format!("{}/@v/{suffix}", path.escaped()),
            Self::Latest(path) => format!("{}/{suffix}", path.escaped()),
            Self::Info(path, revision) => format!("{}/@v/{}{suffix}", path.escaped(), revision.escaped()),
            Self::Mod(m) | Self::Zip(m) => {
                format!("{}/@v/{}{suffix}", m.path().escaped(), m.version().escaped())
            }
            Self::SumDb(ask) => ask.address(),
        }
    }
}

impl Ask {
    /// The address as it stands in a URL: percent-encoded as go does it, so that caches on the way see one name for one
    /// thing.
    pub fn url_path(&self) -> String {
        encoded(&self.address())
    }
}

/// An address as it stands in a URL.
pub(crate) fn encoded(address: &str) -> String {
    utf8_percent_encode(address, SEGMENT).to_string()
}

/// What go's own escaping of a path segment leaves alone; `!` is not among it (protocol.md A15).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/');

impl fmt::Display for Ask {
    /// The question as a person would name it: `github.com/Azure/sdk@v1.0.0.zip`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(path) => write!(f, "{path}/@v/list"),
            Self::Latest(path) => write!(f, "{path}/@latest"),
            Self::Info(path, revision) => write!(f, "{path}@{revision}.info"),
            Self::Mod(m) => write!(f, "{m}.mod"),
            Self::Zip(m) => write!(f, "{m}.zip"),
            Self::SumDb(ask) => write!(f, "{ask}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(version: &str) -> ModuleVersion {
        let path = ModulePath::parse("example.com/Upper").unwrap();
        ModuleVersion::new(path, gomod::Version::parse(version).unwrap()).unwrap()
    }

    #[test]
    fn every_address_is_the_escaped_goproxy_layout() {
        let path = ModulePath::parse("example.com/Upper").unwrap();
        assert_eq!(Ask::List(path.clone()).address(), "example.com/!upper/@v/list");
        assert_eq!(Ask::Latest(path).address(), "example.com/!upper/@latest");
        assert_eq!(Ask::Mod(module("v1.2.3-RC1")).address(), "example.com/!upper/@v/v1.2.3-!r!c1.mod");
        assert_eq!(Ask::Zip(module("v1.2.3")).address(), "example.com/!upper/@v/v1.2.3.zip");
    }

    #[test]
    fn only_branches_lists_and_latest_can_change() {
        let path = ModulePath::parse("example.com/m").unwrap();
        let info = |revision: &str| Ask::Info(path.clone(), Revision::parse(revision).unwrap()).lifetime();
        assert_eq!(info("v1.2.3"), Lifetime::Immutable);
        assert_eq!(info("main"), Lifetime::Mutable);
        assert_eq!(info("v1.2"), Lifetime::Mutable);
        assert_eq!(info("v20.1.0"), Lifetime::Mutable);
        assert_eq!(info("v20.1.0+incompatible"), Lifetime::Immutable);
        assert_eq!(Ask::List(path.clone()).lifetime(), Lifetime::Mutable);
        assert_eq!(Ask::Zip(module("v1.2.3")).lifetime(), Lifetime::Immutable);
    }
}
