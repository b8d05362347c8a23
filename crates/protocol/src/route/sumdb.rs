//! The routes of checksum databases: `sumdb/NAME/…` (protocol.md G5, G6, G8, G9).

use gomod::gosumdb::DatabaseName;
use gomod::tlog::TilePath;
use gomod::{EscapedPath, ModuleVersion, Version};
use source::{SumDbAsk, SumDbPath};

use super::RouteError;

/// Reads what comes after `sumdb/`. Names may have slashes in them, so that only the configured ones can be told from what
/// follows.
pub(super) fn question(path: &str, databases: &[DatabaseName]) -> Result<SumDbAsk, RouteError> {
    let named =
        |name: &DatabaseName| Some((name.clone(), path.strip_prefix(name.as_str())?.strip_prefix('/')?));
    // One name may be the beginning of another: the longer one is meant.
    let found = databases.iter().filter_map(named).max_by_key(|(name, _)| name.as_str().len());
    let Some((database, rest)) = found else { return Err(unknown(databases)) };
    Ok(SumDbAsk { database, path: endpoint(rest)? })
}

fn unknown(databases: &[DatabaseName]) -> RouteError {
    let names: Vec<&str> = databases.iter().map(DatabaseName::as_str).collect();
    RouteError::NoDatabase(if names.is_empty() { "none".to_owned() } else { names.join(" and ") })
}

fn endpoint(path: &str) -> Result<SumDbPath, RouteError> {
    match path.split_once('/') {
        None if path == "supported" => Ok(SumDbPath::Supported),
        None if path == "latest" => Ok(SumDbPath::Latest),
        Some(("lookup", module)) => lookup(module).map(SumDbPath::Lookup),
        Some(("tile", _)) => match TilePath::parse(path) {
            Ok(tile) => Ok(SumDbPath::Tile(tile)),
            Err(flaw) => Err(RouteError::SumDb(flaw.to_string())),
        },
        _ => Err(RouteError::SumDb(
            "expected supported, latest, lookup/MODULE@VERSION or tile/8/LEVEL/INDEX after the name"
                .to_owned(),
        )),
    }
}

/// `MODULE@VERSION`, both escaped; never with `/go.mod` behind it, since both hashes are in one record.
fn lookup(text: &str) -> Result<ModuleVersion, RouteError> {
    let malformed = |why: String| RouteError::SumDb(format!("malformed lookup: {why}"));
    let (path, version) =
        text.split_once('@').ok_or_else(|| malformed("expected MODULE@VERSION".to_owned()))?;
    let path = EscapedPath::parse(path).map_err(|flaw| malformed(flaw.to_string()))?;
    let version = Version::unescape(version).map_err(|flaw| malformed(flaw.to_string()))?;
    ModuleVersion::new(path.unescape(), version).map_err(|flaw| malformed(flaw.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(path: &str) -> Result<String, RouteError> {
        let names = ["sum.golang.org", "localhost.localdev/sumdb", "localhost.localdev/sumdb/inner"];
        let names = names.map(|name| DatabaseName::parse(name).unwrap());
        question(path, &names).map(|ask| ask.address())
    }

    #[test]
    fn every_endpoint_is_read_back_from_its_own_address() {
        for path in [
            "sum.golang.org/supported",
            "sum.golang.org/latest",
            "sum.golang.org/lookup/github.com/!azure/sdk@v1.0.0-!r!c1",
            "sum.golang.org/lookup/a.example/m/v2@v2.0.0",
            "sum.golang.org/lookup/a.example/m@v2.0.0+incompatible",
            "sum.golang.org/tile/8/0/x001/234.p/7",
            "sum.golang.org/tile/8/data/000",
            "localhost.localdev/sumdb/latest",
            "localhost.localdev/sumdb/inner/latest",
        ] {
            assert_eq!(address(path).unwrap(), format!("sumdb/{path}"));
        }
    }

    #[test]
    fn what_is_malformed_is_told_from_a_database_that_is_not_here() {
        for path in ["sum.example/latest", "sum.golang.org", "localhost.localdev/latest", ""] {
            assert!(matches!(address(path), Err(RouteError::NoDatabase(_))), "{path}");
        }
        for path in [
            "sum.golang.org/",
            "sum.golang.org/Latest",
            "sum.golang.org/latest/",
            "sum.golang.org/lookup/",
            "sum.golang.org/lookup/a.example/m",
            "sum.golang.org/lookup/a.example/M@v1.0.0",
            "sum.golang.org/lookup/a.example/m@v1.0.0/go.mod",
            "sum.golang.org/lookup/a.example/m@main",
            "sum.golang.org/lookup/a.example/m@v2.0.0",
            "sum.golang.org/lookup/a.example/m@v1.0.0@v1.0.0",
            "sum.golang.org/lookup/../../m@v1.0.0",
            "sum.golang.org/tile/8/0/1",
            "sum.golang.org/tile/9/0/001",
            "sum.golang.org/tile/8/0/000.p/256",
            "sum.golang.org/tile/8/0/000.p/0",
            "sum.golang.org/tile/8/64/000",
        ] {
            assert!(matches!(address(path), Err(RouteError::SumDb(_))), "{path}");
        }
    }
}
