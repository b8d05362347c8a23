//! A file that nobody sees yet.
//!
//! Draft names are never used twice in the life of a process, and the folder is swept before its first: a draft that
//! deletes its name when it is dropped can never hit another's file. Before that there are none ([`InUse`]).

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use source::blocks::BLOCK_SIZE;
use source::{SpoolFile, Whole};

use super::fingerprint::{Fingerprint, read_block};
use super::in_use::InUse;

/// The folder of drafts.
#[derive(Debug)]
pub(super) struct Drafts {
    folder: PathBuf,
    begun: AtomicU64,
    in_use: InUse,
}

/// One draft; its name goes when it is dropped, unless it was renamed.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) path: PathBuf,
    pub(super) file: Arc<File>,
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Mostly it is gone, because it was published. What cannot be deleted is swept at the next start.
        let _ = fs::remove_file(&self.path);
    }
}

impl Drafts {
    pub(super) fn new(folder: PathBuf, in_use: InUse) -> Self {
        Self { folder, begun: AtomicU64::new(0), in_use }
    }

    /// A number that no other call gets.
    pub(super) fn number(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::Relaxed)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!("draft-{}", self.number()))
    }

    /// A new, empty draft. Somebody may have deleted the folder, and the data folder with it, under a running server: that
    /// must not end the keeping until it is started again, so the folder is made anew.
    fn empty(&self) -> io::Result<Draft> {
        self.in_use.check()?;
        match self.begin() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&self.folder)?;
                self.begin()
            }
            begun => begun,
        }
    }

    fn begin(&self) -> io::Result<Draft> {
        let path = self.path();
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        Ok(Draft { path, file: Arc::new(file) })
    }

    /// A new file with this content, not yet durable.
    pub(super) fn write(&self, content: &[u8]) -> io::Result<Draft> {
        let draft = self.empty()?;
        (&*draft.file).write_all(content)?;
        Ok(draft)
    }

    /// The content of an artifact as a draft, and its fingerprint, which is that of what came in.
    pub(super) fn of_artifact(&self, content: &Whole) -> io::Result<(Draft, Fingerprint)> {
        match content {
            Whole::Memory(bytes) => Ok((self.write(bytes)?, Fingerprint::of_bytes(bytes))),
            Whole::File(spooled) => {
                let draft = self.adopt(spooled)?;
                Ok((draft, Fingerprint::of_spooled(spooled)))
            }
        }
    }

    /// Gives the spooled file one more name, without copying it. A link rather than a rename: the spool deletes its own
    /// name when the last reader goes, and the same file can be put twice. Where there can be no link (another file system, or
    /// one without links), the content is copied.
    fn adopt(&self, spooled: &SpoolFile) -> io::Result<Draft> {
        self.in_use.check()?;
        let path = self.path();
        match fs::hard_link(spooled.path(), &path) {
            Ok(()) => Ok(Draft { path, file: spooled.file().clone() }),
            Err(_) => self.copy(spooled.file()),
        }
    }

    fn copy(&self, from: &File) -> io::Result<Draft> {
        let draft = self.empty()?;
        let (mut buffer, mut offset) = (vec![0; BLOCK_SIZE], 0);
        loop {
            let block = read_block(from, offset, &mut buffer)?;
            if block.is_empty() {
                return Ok(draft);
            }
            (&*draft.file).write_all(block)?;
            offset += block.len() as u64;
        }
    }
}
