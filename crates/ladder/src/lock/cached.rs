//! Whether go's module cache has what the lock says of a tool: go takes from there without asking anybody, and for a tool no go.sum holds it.

use std::fs;
use std::path::Path;

use gomod::dirhash::hash_go_mod;
use gomod::gosum::{GoSum, Part, Verdict};
use gomod::{H1, ModuleVersion};

/// Something in the cache that is not what was locked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the module cache has another {module} than modkeep.lock: its hash is {found}, locked is {locked}")]
pub struct Foreign {
    /// Of which module, with `/go.mod` where it is that file.
    pub module: String,
    /// The hash of what is there.
    pub found: String,
    /// The one in the lock.
    pub locked: String,
}

/// The first thing in a module cache that differs from these hashes. What is not there is fetched, and held to them then. Blocks.
pub fn foreign(module_cache: &Path, pins: &GoSum) -> Option<Foreign> {
    let downloads = module_cache.join("cache/download");
    pins.entries().find_map(|(path, version, _)| {
        let (version, part) =
            version.strip_suffix("/go.mod").map_or((version, Part::Zip), |version| (version, Part::GoMod));
        let module = ModuleVersion::parse(path, version).ok()?;
        let found = hash(&downloads, &module, part)?;
        let Verdict::Mismatch { listed } = pins.check(&module, part, &found) else { return None };
        let of = if part == Part::GoMod { "/go.mod" } else { "" };
        Some(Foreign { module: format!("{module}{of}"), found: found.to_string(), locked: listed })
    })
}

/// The hash of what the cache has; none where it has nothing that go would use.
fn hash(downloads: &Path, module: &ModuleVersion, part: Part) -> Option<H1> {
    let folder = downloads.join(module.path().escaped().as_str()).join("@v");
    let file = |end: &str| folder.join(format!("{}.{end}", module.version().escaped()));
    match part {
        Part::GoMod => fs::read(file("mod")).ok().map(|content| hash_go_mod(&content)),
        Part::Zip => fs::read_to_string(file("ziphash")).ok()?.trim().parse().ok(),
    }
}
