//! The snapshot as it lies in the project: what of it can be believed, and copying it out.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use gomod::gosumdb::VerifierKey;
use gomod::modules_txt::ModulesTxt;

use super::copy::{check_listed, copy_listed};
use super::digest::Digest;
use super::error::{VendorError, at};
use super::hash;
use super::list::{LIST_BYTES_MAX, List};
use super::manifest::{MANIFEST_BYTES_MAX, Manifest};
use super::project::{self, Project};
use super::publish::{remove_tree, write_new};
use super::restore::Copy;
use super::tree::{Found, look};
use super::{BAK, CHECKSUMS, MANIFEST, MODULES_TXT, OFFLINE};

/// A snapshot that a trusted key has signed for this project.
#[derive(Debug)]
pub(super) struct Stored<'a> {
    project: &'a Project,
    /// What was signed.
    pub(super) manifest: Manifest,
}

impl<'a> Stored<'a> {
    /// Believes the manifest of the project's snapshot, or says why not.
    pub(super) fn open(project: &'a Project, trusted: &[VerifierKey]) -> Result<Self, VendorError> {
        let folder = project.path(OFFLINE);
        match look(&folder)? {
            Found::Nothing => return Err(VendorError::NoSnapshot(folder)),
            Found::Other => return Err(VendorError::InTheWay(folder)),
            Found::Folder => {}
        }
        let path = folder.join(MANIFEST);
        let note = read_plain(&path, MANIFEST_BYTES_MAX)?.ok_or(VendorError::NoManifest(path))?;
        let manifest = Manifest::open(&note, trusted)?;
        project.check_modules(&manifest)?;
        Ok(Self { project, manifest })
    }

    /// Copies the snapshot into a new folder, with its list: from vendor.offline/, else from vendor.bak/, whichever is whole.
    pub(super) fn copy_out(&self, to: &Path) -> Result<(Copy, List), VendorError> {
        let offline = match self.copy_from(OFFLINE, to) {
            Ok(list) => return Ok((Copy::Offline, list)),
            Err(error) => self.flaw_of(OFFLINE, error)?,
        };
        match self.copy_from(BAK, to) {
            Ok(list) => Ok((Copy::Bak { offline }, list)),
            Err(error) => Err(VendorError::Spoiled { offline, bak: self.flaw_of(BAK, error)? }),
        }
    }

    /// What is wrong with one of the folders, in words: another may be good. Any other error, such as a full disk, is one for all.
    fn flaw_of(&self, name: &str, error: VendorError) -> Result<String, VendorError> {
        match &error {
            VendorError::NoCopy(_) | VendorError::SpoiledFile { .. } => Ok(error.to_string()),
            VendorError::Io { path, source, .. } if path.starts_with(self.project.path(name)) => {
                Ok(format!("{error}: {source}"))
            }
            _ => Err(error),
        }
    }

    /// Copies the files of one of the folders that may hold the snapshot. Every byte is checked on its way.
    fn copy_from(&self, name: &str, to: &Path) -> Result<List, VendorError> {
        let folder = self.project.path(name);
        if look(&folder)? != Found::Folder {
            return Err(VendorError::NoCopy("it is not there"));
        }
        let (text, list) = self.list_in(&folder)?;
        remove_tree(to)?;
        copy_listed(&folder, &list, to)?;
        write_new(&to.join(CHECKSUMS), &text)?;
        check_fit(self.project, to, &folder.join(MODULES_TXT))?;
        Ok(list)
    }

    /// Whether vendor.offline/ is what was signed, file by file.
    pub(super) fn is_whole(&self) -> bool {
        let folder = self.project.path(OFFLINE);
        self.list_in(&folder).and_then(|(_, list)| check_listed(&folder, &list)).is_ok()
    }

    /// The list in a folder, if it is the one that was signed.
    fn list_in(&self, folder: &Path) -> Result<(Vec<u8>, List), VendorError> {
        let text = read_plain(&folder.join(CHECKSUMS), LIST_BYTES_MAX)?;
        let text = text.ok_or(VendorError::NoCopy("its .checksums is missing"))?;
        if Digest::of(&text) != self.manifest.list {
            return Err(VendorError::NoCopy("its .checksums is not the one that was signed"));
        }
        let list = List::parse(&text).map_err(|_| VendorError::NoCopy("its .checksums is malformed"))?;
        Ok((text, list))
    }
}

/// Whether `vendor/modules.txt` fits the go.mod files of the project, as go wants it before it builds from there (protocol.md F9).
///
/// # Errors
/// [`VendorError::Inconsistent`] when it does not, [`VendorError::Empty`] when there is no list of modules.
pub fn consistent(project: &Project) -> Result<(), VendorError> {
    let folder = project.path(super::VENDOR);
    check_fit(project, &folder, &folder.join(MODULES_TXT)).map(drop)
}

/// Refuses a vendor folder whose modules.txt does not fit the go.mod files of the project. `shown` is where the user finds it.
pub(super) fn check_fit(project: &Project, folder: &Path, shown: &Path) -> Result<Vec<String>, VendorError> {
    let path = folder.join(MODULES_TXT);
    if look(&path)? != Found::Other {
        return Err(VendorError::Empty(folder.to_owned()));
    }
    let list = ModulesTxt::parse(&project::read(&path)?);
    if list.modules.is_empty() {
        return Err(VendorError::Empty(folder.to_owned()));
    }
    let main = project.main(list.workspace)?;
    match main.disagreements(&list) {
        found if found.is_empty() => Ok(main.paths()),
        found => Err(VendorError::Inconsistent { modules_txt: shown.to_owned(), found }),
    }
}

/// The content of a plain file; `None` when there is nothing of that name.
pub(super) fn read_plain(path: &Path, max: u64) -> Result<Option<Vec<u8>>, VendorError> {
    let read = || -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        hash::open(path)?.take(max + 1).read_to_end(&mut content)?;
        Ok(content)
    };
    match read() {
        Ok(content) if content.len() as u64 > max => {
            Err(VendorError::TooLong { path: PathBuf::from(path), max })
        }
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at("read", path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_limit_and_is_no_link() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        assert_eq!(read_plain(&path, 3).unwrap(), None);
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(read_plain(&path, 3).unwrap().unwrap(), b"abc");
        assert!(matches!(read_plain(&path, 2), Err(VendorError::TooLong { .. })));
        std::os::unix::fs::symlink(&path, dir.path().join("l")).unwrap();
        assert!(matches!(read_plain(&dir.path().join("l"), 3), Err(VendorError::Io { .. })));
    }
}
