//! Which requests a fault touches.

use std::fmt;

/// Which requests a fault touches, told by their path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touches {
    /// Every request.
    All,
    /// `@v/list`.
    Lists,
    /// `@v/VERSION.info`.
    Infos,
    /// `@v/VERSION.mod`.
    Mods,
    /// `@v/VERSION.zip`.
    Zips,
    /// All of a checksum database (`sumdb/NAME/…`) but `supported`: the proxy goes on saying that it mirrors it.
    SumDb,
    /// `sumdb/NAME/lookup/MODULE@VERSION`.
    Lookups,
    /// `sumdb/NAME/tile/…`.
    Tiles,
}

/// Where a proxy answers for checksum databases. No module that can be fetched has such a path: its first element has a dot.
const SUMDB: &str = "/sumdb/";

impl Touches {
    pub(crate) fn is_met_by(self, path: &str) -> bool {
        let ending = path.rsplit(['.', '/']).next();
        match self {
            Self::All => true,
            Self::Lists => path.ends_with("/@v/list"),
            Self::Infos => ending == Some("info"),
            Self::Mods => ending == Some("mod"),
            Self::Zips => ending == Some("zip"),
            Self::SumDb => path.starts_with(SUMDB) && !path.ends_with("/supported"),
            Self::Lookups => path.starts_with(SUMDB) && path.contains("/lookup/"),
            Self::Tiles => path.starts_with(SUMDB) && path.contains("/tile/"),
        }
    }

    /// Whether only who asks a checksum database through the proxy meets it. go does not ask about what stands in a go.sum.
    pub const fn is_of_sumdb(self) -> bool {
        matches!(self, Self::SumDb | Self::Lookups | Self::Tiles)
    }
}

impl fmt::Display for Touches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::All => "all",
            Self::Lists => "lists",
            Self::Infos => "infos",
            Self::Mods => "mods",
            Self::Zips => "zips",
            Self::SumDb => "checksum database",
            Self::Lookups => "lookups",
            Self::Tiles => "tiles",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_by_their_path() {
        let met = |touches: Touches| {
            ["/m/@v/list", "/m/@v/v1.info", "/m/@v/v1.mod", "/m/@v/v1.zip", "/m/@latest"]
                .map(|path| touches.is_met_by(path))
        };
        assert_eq!(met(Touches::All), [true; 5]);
        assert_eq!(met(Touches::Lists), [true, false, false, false, false]);
        assert_eq!(met(Touches::Infos), [false, true, false, false, false]);
        assert_eq!(met(Touches::Mods), [false, false, true, false, false]);
        assert_eq!(met(Touches::Zips), [false, false, false, true, false]);
        assert_eq!([Touches::SumDb, Touches::Lookups, Touches::Tiles].map(met), [[false; 5]; 3]);
    }

    #[test]
    fn a_checksum_database_stays_supported() {
        let met = |touches: Touches| {
            ["supported", "latest", "lookup/m.x/supported@v1.0.0", "tile/8/0/001"]
                .map(|path| touches.is_met_by(&format!("/sumdb/sum.example/db/{path}")))
        };
        assert_eq!(met(Touches::SumDb), [false, true, true, true]);
        assert_eq!(met(Touches::Lookups), [false, false, true, false]);
        assert_eq!(met(Touches::Tiles), [false, false, false, true]);
    }
}
