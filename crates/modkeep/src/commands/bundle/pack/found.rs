//! What is in a module cache.

use std::fs;
use std::io;
use std::path::Path;

use bundle::Wanted;
use gomod::{EscapedPath, ModuleVersion, Version};

use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// The modules of a cache.
#[derive(Debug, Default)]
pub(in crate::commands) struct Found {
    pub(in crate::commands) wanted: Vec<Wanted>,
    /// How many bytes their files have.
    pub(in crate::commands) bytes: u64,
}

/// Looks through the download folder of a module cache.
pub(in crate::commands) fn walk(downloads: &Path) -> Result<Found, Failed> {
    let mut found = Found::default();
    enter(downloads, downloads, &mut found).map_err(|error| {
        let problem = Problem::new(format!("cannot read {}", downloads.display()));
        Failed::new(Exit::Failure, problem.because(error.to_string()))
    })?;
    Ok(found)
}

fn enter(root: &Path, folder: &Path, found: &mut Found) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            continue;
        }
        if entry.file_name() == "@v" {
            versions(root, &entry.path(), found)?;
        } else if !(folder == root && entry.file_name() == "sumdb") {
            enter(root, &entry.path(), found)?;
        }
    }
    Ok(())
}

/// The versions of one module, of each of which there is a go.mod at least.
fn versions(root: &Path, at_v: &Path, found: &mut Found) -> io::Result<()> {
    let escaped = at_v.parent().and_then(|module| module.strip_prefix(root).ok()?.to_str());
    let Some(path) = escaped.and_then(|escaped| Some(EscapedPath::parse(escaped).ok()?.unescape())) else {
        return Ok(());
    };
    for entry in at_v.read_dir()? {
        let name = entry?.file_name();
        let version = name.to_str().and_then(|name| name.strip_suffix(".mod")).map(Version::unescape);
        let Some(Ok(version)) = version else { continue };
        let file = |end: &str| fs::metadata(at_v.join(format!("{}.{end}", version.escaped()))).ok();
        let zip = file("zip").filter(|_| file("ziphash").is_some());
        let sizes = [file("mod"), file("info"), zip.clone()].into_iter().flatten().map(|meta| meta.len());
        found.bytes += sizes.sum::<u64>();
        if let Ok(module) = ModuleVersion::new(path.clone(), version) {
            found.wanted.push(Wanted { module, zip: zip.is_some() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_with_or_without_their_zip() {
        let folder = tempfile::tempdir().unwrap();
        let at_v = folder.path().join("a.b/!c/v2/@v");
        fs::create_dir_all(&at_v).unwrap();
        fs::create_dir_all(folder.path().join("sumdb/d.example/lookup/a.b/@v")).unwrap();
        for name in [
            "v2.0.0.mod",
            "v2.0.0.zip",
            "v2.0.0.ziphash",
            "v2.0.0.info",
            "v2.1.0-!r!c1.mod",
            "v2.1.0-!r!c1.zip",
            "list",
        ] {
            fs::write(at_v.join(name), "12345").unwrap();
        }
        let mut found = walk(folder.path()).unwrap();
        found.wanted.sort();
        let told: Vec<(String, bool)> =
            found.wanted.iter().map(|wanted| (wanted.module.to_string(), wanted.zip)).collect();
        assert_eq!(told, [("a.b/C/v2@v2.0.0".to_owned(), true), ("a.b/C/v2@v2.1.0-RC1".to_owned(), false)]);
        assert_eq!(found.bytes, 20);
    }
}
