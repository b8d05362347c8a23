//! Making an artifact visible, whole and for good.
//!
//! The order, and why:
//!
//! 1. Artifact and sidecar are written under names that nobody reads, and both are fsynced. A rename that reaches the disk
//!    before the content that it names would publish an empty file after a power loss.
//! 2. Where nothing is kept yet, the sidecar is renamed first, then the artifact. A sidecar alone is nothing: the artifact's name is
//!    what counts, and it appears with everything that belongs to it.
//! 3. Where something is kept, its sidecar is removed first, then the artifact is renamed, then the new sidecar, with the folder
//!    fsynced in between: not every file system keeps the order of names. So at no moment does a sidecar stand beside
//!    content that is not its own, which would make an artifact that was acknowledged long ago look damaged. After a crash
//!    in between, the artifact (the old or the new one, each whole) stands without a sidecar and gets a new one.
//! 4. The folder is fsynced, and those that were made for it. Only then is the put acknowledged.
//!
//! The list of the module is written after the renames, without fsync: it can be made again at any time.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use source::{Answer, Ask, Body, Freshness, Vetted, Whole};

use super::Disk;
use super::draft::Draft;
use super::fingerprint::Fingerprint;
use super::layout::sidecar_of;
use super::read::KeptFile;
use super::sidecar::Sidecar;
use crate::StoreError;

impl Disk {
    /// Keeps an artifact. Blocks.
    pub(super) fn put(self: &Arc<Self>, ask: &Ask, artifact: &Vetted) -> Result<Answer, StoreError> {
        match ask {
            Ask::List(_) => return Err(StoreError::ListIsMade),
            Ask::SumDb(_) => return Err(StoreError::NotKept),
            _ => {}
        }
        let path = self.layout.artifact(ask);
        let (body, kept_at) = match artifact.content() {
            Whole::Memory(bytes) => self.keep_bytes(ask, artifact, bytes, &path),
            Whole::File(_) => self.keep_file(ask, artifact, &path),
        }
        .map_err(StoreError::io("keep", &path))?;
        Ok(Answer {
            assurance: artifact.assurance(),
            freshness: Freshness::Kept(kept_at),
            h1: artifact.h1(),
            sha256: artifact.sha256(),
            ..Answer::live(body, artifact.origin().clone(), source::Trail::default())
        })
    }

    fn keep_file(
        self: &Arc<Self>,
        ask: &Ask,
        artifact: &Vetted,
        path: &Path,
    ) -> io::Result<(Body, SystemTime)> {
        let (draft, sidecar) = self.publish(ask, artifact, path)?;
        let kept_at = sidecar.kept_at;
        let kept = KeptFile::new(self, ask, draft.file.clone(), sidecar);
        Ok((Body::replay(Arc::new(kept)), kept_at))
    }

    /// Keeps what is in memory. A branch or `@latest` mostly comes again unchanged: then only the sidecar is written, which
    /// spares the disk three of five fsyncs.
    fn keep_bytes(
        &self,
        ask: &Ask,
        artifact: &Vetted,
        bytes: &Bytes,
        path: &Path,
    ) -> io::Result<(Body, SystemTime)> {
        let sidecar = self.sidecar(artifact, Fingerprint::of_bytes(bytes));
        // What stands in the way of renewing stands in the way of publishing too, which tells it.
        let renewed = self.renew(ask, bytes, path, &sidecar).unwrap_or(false);
        let kept_at = if renewed { sidecar.kept_at } else { self.publish(ask, artifact, path)?.1.kept_at };
        Ok((bytes.clone().into(), kept_at))
    }

    /// Gives the artifact a new sidecar, when its content on the disk is this one already.
    fn renew(&self, ask: &Ask, bytes: &Bytes, path: &Path, sidecar: &Sidecar) -> io::Result<bool> {
        let Some(file) = self.open_vouched(ask, path)? else { return Ok(false) };
        if file.metadata()?.len() != bytes.len() as u64 {
            return Ok(false);
        }
        let mut kept = vec![0; bytes.len()];
        file.read_exact_at(&mut kept, 0)?;
        let renewed = kept == *bytes && self.write_sidecar(ask, &file, path, sidecar)?;
        if renewed {
            let folder = path.parent().unwrap_or(self.layout.root());
            self.make_folder(folder)?;
            sync_folder(folder)?;
        }
        Ok(renewed)
    }

    fn sidecar(&self, artifact: &Vetted, fingerprint: Fingerprint) -> Sidecar {
        Sidecar {
            fingerprint,
            h1: artifact.h1(),
            origin: Some(artifact.origin().clone()),
            assurance: artifact.assurance(),
            kept_at: (self.clock)(),
        }
    }

    fn publish(&self, ask: &Ask, artifact: &Vetted, path: &Path) -> io::Result<(Draft, Sidecar)> {
        self.in_use.check()?;
        let folder = path.parent().unwrap_or(self.layout.root());
        self.make_folder(folder)?;
        let (draft, fingerprint) = self.drafts.of_artifact(artifact.content())?;
        let sidecar = self.sidecar(artifact, fingerprint);
        let note = self.draft_sidecar(&sidecar)?;
        // A spooled file is private to its owner; the sidecar was just made as the umask wants files to be.
        draft.file.set_permissions(note.file.metadata()?.permissions())?;
        draft.file.sync_all()?;
        self.rename_both(ask, &draft, &note, path)?;
        sync_folder(folder)?;
        Ok((draft, sidecar))
    }

    /// The sidecar as a durable draft.
    pub(super) fn draft_sidecar(&self, sidecar: &Sidecar) -> io::Result<Draft> {
        let note = self.drafts.write(&sidecar.encode()?)?;
        note.file.sync_all()?;
        Ok(note)
    }

    fn rename_both(&self, ask: &Ask, draft: &Draft, note: &Draft, path: &Path) -> io::Result<()> {
        let (sidecar, folder) = (sidecar_of(path), path.parent().unwrap_or(self.layout.root()));
        let _changing = self.locks.write(ask.module());
        // Whoever removed the last thing in the folder since it was made took the folder too.
        self.make_folder(path.parent().unwrap_or(self.layout.root()))?;
        if fs::symlink_metadata(path).is_ok() {
            if remove_if_there(&sidecar)? {
                sync_folder(folder)?;
            }
            fs::rename(&draft.path, path)?;
            sync_folder(folder)?;
            fs::rename(&note.path, &sidecar)?;
        } else {
            fs::rename(&note.path, &sidecar)?;
            fs::rename(&draft.path, path)?;
        }
        self.refresh_list(ask.module(), &[]);
        Ok(())
    }

    /// Forgets an artifact. The list goes first, so that it never names what is no longer there. Blocks.
    pub(super) fn remove(&self, ask: &Ask) -> Result<bool, StoreError> {
        if matches!(ask, Ask::List(_) | Ask::SumDb(_)) {
            return Ok(false);
        }
        let path = self.layout.artifact(ask);
        self.unlink(ask, &path).map_err(StoreError::io("remove", &path))
    }

    fn unlink(&self, ask: &Ask, path: &Path) -> io::Result<bool> {
        self.in_use.check()?;
        let _changing = self.locks.write(ask.module());
        self.refresh_list(ask.module(), &[path.to_owned()]);
        let was_there = remove_if_there(path)?;
        remove_if_there(&sidecar_of(path))?;
        if was_there {
            sync_folder(path.parent().unwrap_or(self.layout.root()))?;
        }
        Ok(was_there)
    }
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Deletes a file; `false` when there is none, nor can be one under that name.
pub(super) fn remove_if_there(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if is_absent(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a system call failed because there is nothing, or because no file can have such a long name.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidFilename)
}
