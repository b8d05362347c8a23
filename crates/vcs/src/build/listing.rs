//! What lies in the folder of a module, and what of it belongs into the zip.

use bytes::Bytes;
use gomod::zip::{Listed, ListedKind, MAX_LICENSE_BYTES, select};

use super::ModuleFiles;
use crate::{EntryKind, Job, Repo, RepoError, TreeEntry, names};

const LICENSE: &str = "LICENSE";

/// The folder of a module.
#[derive(Debug)]
pub(super) struct Listing {
    /// Its files and links, in the order of the archive.
    pub(super) entries: Vec<TreeEntry>,
    /// The licence of the repository, where the module has none of its own (protocol.md C14).
    pub(super) license: Option<Bytes>,
    go_mod: Option<Bytes>,
}

impl Listing {
    /// Asks the repository. Submodules are folders in an archive, and so nothing (protocol.md C15).
    pub(super) async fn read(repo: &dyn Repo, files: &ModuleFiles, job: &Job) -> Result<Self, RepoError> {
        let mut entries = repo.tree(&files.commit, &files.dir, job).await?;
        entries.retain(|entry| entry.kind != EntryKind::Other);
        let has_license = entries.iter().any(|entry| entry.path == LICENSE);
        let license =
            if files.dir.is_empty() || has_license { None } else { borrowed(repo, files, job).await? };
        Ok(Self { entries, license, go_mod: files.go_mod.clone() })
    }

    /// Whether each entry belongs into the zip. A borrowed licence is judged with them, as go does: it may collide.
    pub(super) fn chosen(&self) -> Result<Vec<bool>, RepoError> {
        let borrowed = self.license.iter().map(|_| Listed { path: LICENSE, kind: ListedKind::File });
        let listed: Vec<_> = self.entries.iter().map(listed).chain(borrowed).collect();
        let selection = select(&listed, self.go_mod.as_deref()).map_err(cannot_zip)?;
        Ok((0..self.entries.len()).map(|index| selection.contains(index)).collect())
    }
}

fn listed(entry: &TreeEntry) -> Listed<'_> {
    let kind = match entry.kind {
        EntryKind::File => ListedKind::File,
        EntryKind::Symlink => ListedKind::Symlink,
        EntryKind::Other => ListedKind::Other,
    };
    Listed { path: &entry.path, kind }
}

/// The licence in the root of the repository, raw; the text of the link, for a link. go takes any failure for there being
/// none; only the repository's word that there is none is taken here, since the hash depends on it.
async fn borrowed(repo: &dyn Repo, files: &ModuleFiles, job: &Job) -> Result<Option<Bytes>, RepoError> {
    match repo.read_file(&files.commit, LICENSE, MAX_LICENSE_BYTES, job).await {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// As go begins what it says of files that cannot be in a zip.
pub(super) fn cannot_zip(error: impl std::fmt::Display) -> RepoError {
    RepoError::invalid(names::shown(&format!("create zip: {error}")))
}
