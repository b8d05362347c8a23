//! What a path below the database's root asks for (protocol.md G5, G6).

use super::tile::Tile;
use crate::module::escape::unescape;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    Supported,
    Latest,
    /// `path@version`, not escaped.
    Lookup(String),
    Tile(Tile),
}

/// The status and the words for a path that asks for nothing.
pub(super) type Refusal = (u16, &'static str);

impl Route {
    pub(super) fn parse(path: &str) -> Result<Self, Refusal> {
        match path.split_once('/') {
            None if path == "supported" => Ok(Self::Supported),
            None if path == "latest" => Ok(Self::Latest),
            Some(("lookup", module)) => parse_lookup(module).ok_or((400, "invalid module@version syntax")),
            Some(("tile", _)) => Tile::parse(path).map(Self::Tile).ok_or((400, "invalid tile syntax")),
            _ => Err((404, "a checksum database has no such page")),
        }
    }
}

fn parse_lookup(escaped: &str) -> Option<Route> {
    let (path, version) = escaped.split_once('@')?;
    let (path, version) = (unescape(path)?, unescape(version)?);
    (!path.is_empty() && is_version(&version)).then(|| Route::Lookup(format!("{path}@{version}")))
}

/// `vX.Y.Z[-…][+incompatible]`, without an `@`.
fn is_version(text: &str) -> bool {
    let Some(mut rest) = text.strip_prefix('v').and_then(after_number) else { return false };
    for _ in 0..2 {
        let Some(after) = rest.strip_prefix('.').and_then(after_number) else { return false };
        rest = after;
    }
    !text.contains('@') && (rest.is_empty() || rest == "+incompatible" || rest.starts_with('-'))
}

fn after_number(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookups_are_read() {
        for (path, key) in [
            ("lookup/example.com/a@v1.0.0", "example.com/a@v1.0.0"),
            ("lookup/github.com/!azure/x@v1.0.0-!r!c1", "github.com/Azure/x@v1.0.0-RC1"),
            ("lookup/a.b/c@v2.0.0+incompatible", "a.b/c@v2.0.0+incompatible"),
        ] {
            assert_eq!(Route::parse(path), Ok(Route::Lookup(key.to_owned())));
        }
    }

    #[test]
    fn what_is_malformed_is_no_mere_miss() {
        for path in [
            "lookup/",
            "lookup/a.b/c",
            "lookup/@v1.0.0",
            "lookup/a.b/C@v1.0.0",
            "lookup/a.b/!C@v1.0.0",
            "lookup/a.b/c@v1.0",
            "lookup/a.b/c@v1.0.0+meta",
            "lookup/a.b/c@v1.0.0/go.mod",
            "lookup/a.b/c@v1.0.0-a@b",
            "lookup/a.b/c@master",
            "tile/",
            "tile/8/0/1",
        ] {
            assert_eq!(Route::parse(path).map_err(|(status, _)| status), Err(400), "{path}");
        }
        for path in ["", "supported/", "lookup", "latest/x", "other"] {
            assert_eq!(Route::parse(path).map_err(|(status, _)| status), Err(404), "{path}");
        }
    }
}
