//! Which paths there can be in a bundle: each has one meaning and one spelling, and none leads out of the folder that it is
//! unpacked into.

use gomod::gosumdb::DatabaseName;
use gomod::tlog::TilePath;
use gomod::{EscapedPath, ModulePath, ModuleVersion, Revision, Version};
use source::{Ask, SumDbAsk, SumDbPath};

/// For people without modkeep.
pub(crate) const README: &str = "README";

/// The GOPROXY tree.
pub(crate) const PROXY: &str = "proxy/";

/// The build cache.
pub(crate) const BUILD_CACHE: &str = "gocache/";

/// The manifest.
pub(crate) const MANIFEST: &str = "manifest";

/// Where the manifest is.
pub(crate) const MANIFEST_AT: &str = "manifest.at";

/// The longest name of a file of a build cache, in bytes: a hash in hex and what it is.
const CACHE_NAME_MAX: usize = 80;

/// What a file of a bundle is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Readme,
    /// The answer to this question.
    Answer(Ask),
    /// A file of a build cache.
    Cached,
}

/// What the file at a path is; `None` for a path that no bundle has.
pub(crate) fn meaning(path: &str) -> Option<Meaning> {
    if path == README {
        return Some(Meaning::Readme);
    }
    if let Some(address) = path.strip_prefix(PROXY) {
        // One spelling only: what is written otherwise is another path.
        return question(address).filter(|ask| ask.address() == address).map(Meaning::Answer);
    }
    path.strip_prefix(BUILD_CACHE).filter(|name| is_cached(name)).map(|_| Meaning::Cached)
}

/// The path of the answer to a question.
pub(crate) fn path_of(ask: &Ask) -> String {
    format!("{PROXY}{}", ask.address())
}

fn question(address: &str) -> Option<Ask> {
    if let Some(rest) = address.strip_prefix("sumdb/") {
        return database_question(rest);
    }
    if let Some(module) = address.strip_suffix("/@latest") {
        return Some(Ask::Latest(module_path(module)?));
    }
    let (module, file) = address.split_once("/@v/")?;
    let module = module_path(module)?;
    if file == "list" {
        return Some(Ask::List(module));
    }
    let (version, kind) = file.rsplit_once('.')?;
    let at = || ModuleVersion::new(module.clone(), Version::unescape(version).ok()?).ok();
    match kind {
        "info" => {
            Some(Ask::Info(module, Revision::unescape(version).ok()?)).filter(|ask| ask.version().is_some())
        }
        "mod" => Some(Ask::Mod(at()?)),
        "zip" => Some(Ask::Zip(at()?)),
        _ => None,
    }
}

fn module_path(escaped: &str) -> Option<ModulePath> {
    Some(EscapedPath::parse(escaped).ok()?.unescape())
}

/// The name of a database may hold slashes: what stands behind it is looked for.
fn database_question(rest: &str) -> Option<Ask> {
    let (name, path) = if let Some((name, _)) = rest.split_once("/lookup/") {
        let (path, version) = rest[name.len() + "/lookup/".len()..].rsplit_once('@')?;
        let module = ModuleVersion::new(module_path(path)?, Version::unescape(version).ok()?).ok()?;
        (name, SumDbPath::Lookup(module))
    } else if let Some((name, _)) = rest.split_once("/tile/") {
        (name, SumDbPath::Tile(TilePath::parse(&rest[name.len() + 1..]).ok()?))
    } else if let Some(name) = rest.strip_suffix("/latest") {
        (name, SumDbPath::Latest)
    } else {
        (rest.strip_suffix("/supported")?, SumDbPath::Supported)
    };
    Some(Ask::SumDb(SumDbAsk { database: DatabaseName::parse(name).ok()?, path }))
}

/// A file of a build cache: two hex digits, and in that folder a hash that begins so and a letter for its kind.
pub(crate) fn is_cached(name: &str) -> bool {
    let Some((folder, file)) = name.split_once('/') else { return false };
    let Some((hash, kind)) = file.split_once('-') else { return false };
    let is_hex = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    folder.len() == 2
        && hash.starts_with(folder)
        && is_hex(hash)
        && matches!(kind, "a" | "d")
        && file.len() <= CACHE_NAME_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_a_proxy_serves_has_a_path_and_a_meaning() {
        for path in [
            "proxy/github.com/!azure/sdk/@v/list",
            "proxy/github.com/!azure/sdk/@latest",
            "proxy/github.com/!azure/sdk/@v/v1.0.0-!r!c1.info",
            "proxy/a.b/c/v2/@v/v2.0.0.mod",
            "proxy/golang.org/toolchain/@v/v0.0.1-go1.26.8.linux-amd64.zip",
            "proxy/gopkg.in/yaml.v3/@v/v3.0.1.zip",
            "proxy/sumdb/sum.golang.org/supported",
            "proxy/sumdb/sum.golang.org/latest",
            "proxy/sumdb/localhost.localdev/sumdb/lookup/a.b/!c@v1.0.0",
            "proxy/sumdb/sum.golang.org/tile/8/0/x001/234.p/5",
            "proxy/sumdb/sum.golang.org/tile/8/data/000",
        ] {
            let Some(Meaning::Answer(ask)) = meaning(path) else { panic!("{path}") };
            assert_eq!(path_of(&ask), path);
        }
        assert_eq!(meaning("README"), Some(Meaning::Readme));
        assert_eq!(meaning("gocache/0a/0abc-d"), Some(Meaning::Cached));
    }

    #[test]
    fn nothing_leads_elsewhere_or_is_spelled_in_two_ways() {
        for path in [
            "",
            "/etc/passwd",
            "../README",
            "./README",
            "readme",
            "manifest",
            "manifest.at",
            "proxy/../x",
            "proxy/a.b/../c/@v/list",
            "proxy/a.b/@v/../../../x.mod",
            "proxy/a.b//@v/list",
            "proxy/a.b/@v/v1.0.0.mod/",
            "proxy/A.b/@v/list",
            "proxy/a.b/@v/v1.0.mod",
            "proxy/a.b/@v/main.info",
            "proxy/a.b/@v/v1.0.0.ziphash",
            "proxy/a.b/@v/v1.0.0.zip\0",
            "proxy\\a.b\\@v\\list",
            "proxy/sumdb/d.example/tile/8/0/1234",
            "proxy/sumdb/../latest",
            "proxy/sumdb/d.example/lookup/a.b@v1.0.0/../../x",
            "gocache/0a/1abc-d",
            "gocache/0a/../0a-d",
            "gocache/../../x",
            "gocache/trim.txt",
            "gocache/0a/0a-x",
        ] {
            assert_eq!(meaning(path), None, "{path}");
        }
    }
}
