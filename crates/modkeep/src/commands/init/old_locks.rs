//! Locks of the tools before modules: go reads none of them, so what they pin is said not to count.

use std::path::Path;

/// The files, and whose they are.
const KNOWN: [(&str, &str); 9] = [
    ("Gopkg.lock", "dep"),
    ("glide.lock", "glide"),
    ("Godeps/Godeps.json", "godep"),
    ("vendor/vendor.json", "govendor"),
    ("vendor.conf", "vndr"),
    ("vendor.yml", "govend"),
    ("vendor/manifest", "gvt"),
    ("dependencies.tsv", "godeps"),
    ("GLOCKFILE", "glock"),
];

/// A note for each that is there.
pub(super) fn notes(root: &Path) -> Vec<String> {
    let found = KNOWN.into_iter().filter(|(file, _)| root.join(file).is_file());
    found.map(|(file, tool)| note(file, tool)).collect()
}

fn note(file: &str, tool: &str) -> String {
    format!(
        "{file} is of {tool}, and go does not read it. `go mod tidy` takes the newest versions; to keep what {file} pins, run \
         `modkeep go get MODULE@REVISION` for its entries first. Then delete it"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_and_named() {
        let folder = tempfile::tempdir().unwrap();
        assert!(notes(folder.path()).is_empty());
        for (file, tool) in KNOWN {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
            let found = notes(folder.path());
            assert!(found.iter().any(|note| note.starts_with(&format!("{file} is of {tool}"))), "{found:?}");
        }
        assert_eq!(notes(folder.path()).len(), KNOWN.len());
    }
}
