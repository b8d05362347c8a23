//! Taking a damaged artifact out of use, so that the next question is a miss and heals it.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use source::{Ask, Quarantine, Whole};

use super::layout::sidecar_of;
use super::publish::remove_if_there;
use super::read::open_regular;
use super::sidecar::unix_ms;
use super::{Disk, DiskStore};
use crate::StoreError;

/// How many damaged files are kept for a person to look at; the oldest goes first. Enough to see a pattern, few enough
/// that a failing disk does not fill up.
const DAMAGED_MAX: usize = 32;

/// How many files with a wrong hash are kept: the largest fill 8 GiB.
const QUARANTINE_MAX: usize = 16;

impl DiskStore {
    /// Takes an artifact out of use that was found damaged by a look from outside ([`super::verify()`]). Blocks.
    pub fn set_aside(&self, ask: &Ask, why: &str) {
        if let Ok(Some(file)) = open_regular(&self.0.layout.artifact(ask)) {
            self.0.set_aside(ask, &file, why);
        }
    }
}

#[async_trait::async_trait]
impl Quarantine for DiskStore {
    async fn put_away(&self, ask: &Ask, content: Whole) {
        let ask_for_it = ask.clone();
        let put = self.off_worker(move |disk| {
            let path = disk.layout.quarantine();
            disk.put_away(&ask_for_it, &content).map_err(StoreError::io("put away in", &path))
        });
        if let Err(error) = put.await {
            tracing::warn!(%ask, %error, "cannot put away what has the wrong hash");
        }
    }
}

impl Disk {
    /// The same bytes are put away once, however often they come; when there is no more room for others, the first are kept.
    fn put_away(&self, ask: &Ask, content: &Whole) -> io::Result<()> {
        self.in_use.check()?;
        let folder = self.layout.quarantine();
        let _counting = self.alone();
        fs::create_dir_all(&folder)?;
        let sum: String =
            content.sha256().iter().take(8).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let path = folder.join(format!("{sum}{}", ask.kind().suffix()));
        if path.exists() || fs::read_dir(&folder)?.count() >= QUARANTINE_MAX {
            return Ok(());
        }
        let (draft, _) = self.drafts.of_artifact(content)?;
        fs::rename(&draft.path, path)
    }

    /// Moves the artifact to the damaged ones, if its name still means the file in which damage was found. Blocks.
    ///
    /// Says so in the log. Where it cannot be moved it is deleted, and where it cannot be deleted either, each reader
    /// notices the damage anew.
    pub(super) fn set_aside(&self, ask: &Ask, file: &File, why: &str) {
        let path = self.layout.artifact(ask);
        let _changing = self.locks.write(ask.module());
        if !is_same_file(file, &path) {
            return;
        }
        if self.in_use.check().is_err() {
            tracing::warn!(file = %path.display(), why, "a kept file is damaged, and the folder cannot be written");
            return;
        }
        tracing::warn!(file = %path.display(), why, "a kept file is damaged; it is set aside and will be fetched again");
        self.refresh_list(ask.module(), std::slice::from_ref(&path));
        if self.move_away(ask, &path).is_err()
            && let Err(error) = fs::remove_file(&path)
        {
            tracing::warn!(file = %path.display(), %error, "a damaged file can be neither moved nor deleted");
            return;
        }
        if let Err(error) = remove_if_there(&sidecar_of(&path)) {
            tracing::warn!(file = %path.display(), %error, "cannot delete the sidecar of a damaged file");
        }
    }

    fn move_away(&self, ask: &Ask, path: &Path) -> io::Result<()> {
        let folder = self.layout.damaged();
        let _counting = self.alone();
        fs::create_dir_all(&folder)?;
        forget_oldest(&folder)?;
        // Padded, so that the order of the names is that of the times.
        let name = format!("{:015}-{}{}", unix_ms((self.clock)()), self.drafts.number(), ask.kind().suffix());
        fs::rename(path, folder.join(name))
    }
}

pub(super) fn forget_oldest(folder: &Path) -> io::Result<()> {
    let mut names =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    let surplus = (names.len() + 1).saturating_sub(DAMAGED_MAX);
    names.iter().take(surplus).try_for_each(|name| fs::remove_file(folder.join(name)))
}

/// Whether `path` names the open file (and not one that was put in its place since).
pub(super) fn is_same_file(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), fs::symlink_metadata(path)) else { return false };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}
