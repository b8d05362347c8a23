//! What can be asked of a checksum database, and where the answers have their address (protocol.md G5, G6, G9).

use std::fmt;

use gomod::ModuleVersion;
use gomod::gosumdb::DatabaseName;
use gomod::tlog::TilePath;

use super::{Kind, Lifetime};

/// One question to a checksum database.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SumDbAsk {
    /// Which database.
    pub database: DatabaseName,
    /// What of it.
    pub path: SumDbPath,
}

/// What a checksum database has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SumDbPath {
    /// `supported`: whether a proxy answers for the database at all.
    Supported,
    /// `latest`: the signed head of its tree.
    Latest,
    /// `lookup/MODULE@VERSION`: the record of a module version, with a signed head.
    Lookup(ModuleVersion),
    /// `tile/8/LEVEL/INDEX`: a piece of its tree, or of its records.
    Tile(TilePath),
}

impl SumDbAsk {
    /// The address below the root of a GOPROXY, relative, with `/` between elements.
    pub fn address(&self) -> String {
        format!("sumdb/{}/{}", self.database, self.path.address())
    }

    pub(super) fn kind(&self) -> Kind {
        match &self.path {
            SumDbPath::Supported => Kind::Supported,
            SumDbPath::Latest => Kind::Head,
            SumDbPath::Lookup(_) => Kind::Lookup,
            SumDbPath::Tile(_) => Kind::Tile,
        }
    }

    pub(super) fn lifetime(&self) -> Lifetime {
        match &self.path {
            SumDbPath::Supported | SumDbPath::Latest => Lifetime::Mutable,
            SumDbPath::Lookup(_) | SumDbPath::Tile(_) => Lifetime::Immutable,
        }
    }

    /// The module version whose record is asked for.
    pub(super) fn module(&self) -> Option<&ModuleVersion> {
        match &self.path {
            SumDbPath::Lookup(module) => Some(module),
            _ => None,
        }
    }
}

impl SumDbPath {
    /// The address below the root of the database itself.
    pub fn address(&self) -> String {
        match self {
            Self::Supported => "supported".to_owned(),
            Self::Latest => "latest".to_owned(),
            Self::Lookup(module) => {
                format!("lookup/{}@{}", module.path().escaped(), module.version().escaped())
            }
            Self::Tile(tile) => tile.path(),
        }
    }
}

impl fmt::Display for SumDbAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            SumDbPath::Lookup(module) => write!(f, "{module} in {}", self.database),
            path => write!(f, "{}/{}", self.database, path.address()),
        }
    }
}
