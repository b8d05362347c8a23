//! The records of a checksum database in a folder, found by walking it: a data folder, or any other of the same layout (protocol.md
//! G11, G12). Nothing is opened.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use gomod::gosumdb::DatabaseName;
use gomod::{EscapedPath, ModuleVersion, Version};

use super::publish::is_absent;
use super::shelf::DATABASES;
use crate::StoreError;

/// The file of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupFile {
    /// The module version that it is about, by its name.
    pub module: ModuleVersion,
    /// Its size in bytes.
    pub size: u64,
}

/// The records of `database` below the folder `root`, folder by folder, in no particular order. Needs no lock.
///
/// A file whose name is none of a module version is left out. A folder that cannot be read is an error among the records, and the walk
/// goes on.
pub fn lookups_of(
    root: &Path,
    database: &DatabaseName,
) -> impl Iterator<Item = Result<LookupFile, StoreError>> + use<> {
    let lookups = root.join(DATABASES).join(database.as_str()).join("lookup");
    let mut walk = Walk { root: lookups, ahead: vec![PathBuf::new()] };
    std::iter::from_fn(move || walk.next_folder()).flatten()
}

struct Walk {
    root: PathBuf,
    /// Folders still to be read.
    ahead: Vec<PathBuf>,
}

impl Walk {
    fn next_folder(&mut self) -> Option<Vec<Result<LookupFile, StoreError>>> {
        let below = self.ahead.pop()?;
        let folder = self.root.join(&below);
        match fs::read_dir(&folder) {
            Ok(entries) => {
                Some(entries.flatten().filter_map(|entry| self.visit(&below, &entry)).map(Ok).collect())
            }
            Err(error) if is_absent(&error) => Some(Vec::new()),
            Err(error) => Some(vec![Err(StoreError::io("read", &folder)(error))]),
        }
    }

    fn visit(&mut self, below: &Path, entry: &DirEntry) -> Option<LookupFile> {
        let (kind, path) = (entry.file_type().ok()?, below.join(entry.file_name()));
        if kind.is_dir() {
            self.ahead.push(path);
            return None;
        }
        let module = module_of(path.to_str()?)?;
        Some(LookupFile { module, size: entry.metadata().ok()?.len() })
    }
}

/// The module version behind the address of its record.
fn module_of(address: &str) -> Option<ModuleVersion> {
    let (path, version) = address.split_once('@')?;
    ModuleVersion::new(EscapedPath::parse(path).ok()?.unescape(), Version::unescape(version).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_found_by_their_names_and_strangers_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let name = DatabaseName::parse("localhost.localdev/sumdb").unwrap();
        let put = |path: &str| {
            let file = folder.path().join("sumdb/localhost.localdev/sumdb").join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "12345").unwrap();
        };
        assert_eq!(lookups_of(folder.path(), &name).count(), 0);
        for file in
            ["a.example/!big/v2@v2.0.0-!r!c1", "a.example/m@v1.0.0", "a.example/m@v2.0.0", "a.example/x"]
        {
            put(&format!("lookup/{file}"));
        }
        put("tile/8/0/000");
        let mut found: Vec<_> = lookups_of(folder.path(), &name).map(Result::unwrap).collect();
        found.sort_by(|one, other| one.module.cmp(&other.module));
        let told: Vec<_> = found.iter().map(|file| (file.module.to_string(), file.size)).collect();
        let expected = ["a.example/Big/v2@v2.0.0-RC1", "a.example/m@v1.0.0"];
        assert_eq!(told, expected.map(|module| (module.to_owned(), 5)));
    }
}
