//! The table of what has an address: one row for each kind of answer.

/// The kinds of answers, each with its row of the table: suffix, content type and size limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A list of versions.
    List,
    /// The `@latest` answer.
    Latest,
    /// A `.info` file.
    Info,
    /// A `.mod` file.
    Mod,
    /// A `.zip` file.
    Zip,
    /// Whether a checksum database is answered for.
    Supported,
    /// The signed head of a checksum database.
    Head,
    /// A record of a checksum database.
    Lookup,
    /// A tile of a checksum database.
    Tile,
}

/// How long an answer stays true (house.md, invariant 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lifetime {
    /// Never changes: it is read from the nearest place that has it.
    Immutable,
    /// Changes: the freshest place is asked first, and what is kept answers only when none does.
    Mutable,
}

impl Kind {
    /// Every kind, for tables and tests.
    pub const ALL: [Self; 9] = [
        Self::List,
        Self::Latest,
        Self::Info,
        Self::Mod,
        Self::Zip,
        Self::Supported,
        Self::Head,
        Self::Lookup,
        Self::Tile,
    ];

    /// The value of the `Content-Type` header (protocol.md B19).
    pub fn content_type(self) -> &'static str {
        match self {
            Self::List | Self::Mod | Self::Supported | Self::Head | Self::Lookup => {
                "text/plain; charset=UTF-8"
            }
            Self::Latest | Self::Info => "application/json",
            Self::Zip => "application/zip",
            Self::Tile => "application/octet-stream",
        }
    }

    /// The largest body, in bytes, that is accepted from any place.
    ///
    /// Zips and go.mod files have go's own limits (protocol.md C2). The others have none in go; a list of a million
    /// versions fits in 16 MiB, an `.info` is a few hundred bytes and so is a record, so that what is larger is not an
    /// answer. A signed head has go's limit of a million bytes (protocol.md G3).
    pub fn size_max(self) -> u64 {
        match self {
            Self::List | Self::Mod => 16 << 20,
            Self::Latest | Self::Info | Self::Supported | Self::Head | Self::Tile => 1 << 20,
            Self::Lookup => 2 << 20,
            Self::Zip => 500 << 20,
        }
    }

    /// What tells the kinds of addresses apart: the extension of a file under `@v/`, or the whole name where there is no
    /// version; of a checksum database the word behind its name.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Latest => "@latest",
            Self::Info => ".info",
            Self::Mod => ".mod",
            Self::Zip => ".zip",
            Self::Supported => "supported",
            Self::Head => "latest",
            Self::Lookup => "lookup",
            Self::Tile => "tile",
        }
    }
}
