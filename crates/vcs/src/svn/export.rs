//! The files of a folder: written to the disk by svn, and made a tar stream of.
//!
//! svn cannot write an archive. A link is refused, as by go: its content would be that of a file anywhere on this machine.

use std::fs::{self, File};
use std::io::{self, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;
use tokio::time::Instant;

use super::place::{Revision, target};
use super::repository::Repository;
use crate::access::{Cause, Unserved, Way};
use crate::cache::folder::PASSING;
use crate::cache::{blocking, size};
use crate::exec::Call;
use crate::{Archive, RepoError};

impl Repository {
    /// The files below a folder, sorted by their paths, without keywords and with ends of lines as on Unix, as go asks for
    /// them. None when there is no such folder.
    pub(super) async fn export(
        &self,
        revision: Revision,
        dir: &str,
        deadline: Instant,
    ) -> Result<Option<Archive>, RepoError> {
        let cache = self.shared.folder.clone();
        let draft = blocking(move || passing(&cache)).await?;
        self.shared.sweeper.sweep();
        let Some(root) = self.exported(revision, dir, draft.path(), deadline).await? else { return Ok(None) };
        let tar = blocking(move || {
            let tar = tar_of(&root, draft.path(), deadline);
            draft.close().and(Ok(tar))
        });
        tar.await?.map(|tar| tar.map(Archive::new))
    }

    /// Where the folder is on the disk.
    async fn exported(
        &self,
        revision: Revision,
        dir: &str,
        draft: &Path,
        deadline: Instant,
    ) -> Result<Option<PathBuf>, RepoError> {
        // Each way writes to a place of its own.
        let tries = AtomicUsize::new(0);
        let place = |number: usize| draft.join(number.to_string());
        let call = |call: Call, way: &Way| {
            let place = place(tries.fetch_add(1, Ordering::Relaxed) + 1);
            let args =
                ["export", "--quiet", "--native-eol=LF", "--ignore-externals", "--ignore-keywords", "--"];
            Ok(call.args(args).arg(target(way, dir, revision)).arg(place))
        };
        let bytes_max = self.shared.options.export_bytes_max;
        let done = tokio::select! {
            done = self.call(deadline, call) => done,
            () = size::exceeds(draft, bytes_max) => Err(Unserved::by(too_large(bytes_max))),
        };
        match done {
            Ok(_) if size::in_background(draft.to_owned()).await > bytes_max => Err(too_large(bytes_max)),
            Ok(_) => Ok(Some(place(tries.load(Ordering::Relaxed)))),
            Err(unserved) if unserved.cause == Cause::Absent => Ok(None),
            Err(unserved) => Err(unserved.error),
        }
    }
}

fn passing(cache: &Path) -> io::Result<TempDir> {
    fs::create_dir_all(cache)?;
    tempfile::Builder::new().prefix(PASSING).tempdir_in(cache)
}

fn too_large(bytes_max: u64) -> RepoError {
    RepoError::refused(format!("the module takes more than {bytes_max} bytes, which is the limit for one"))
}

/// A tar stream in a file without a name. None when it is no folder.
fn tar_of(root: &Path, draft: &Path, deadline: Instant) -> Result<Option<File>, RepoError> {
    let failed =
        |error: io::Error| RepoError::unavailable(format!("the files cannot be read again: {error}"));
    if !root.symlink_metadata().map_err(failed)?.is_dir() {
        return Ok(None);
    }
    let mut paths = Vec::new();
    collect(root, "", &mut paths)?;
    paths.sort();
    let mut tar = tar::Builder::new(tempfile::tempfile_in(draft).map_err(failed)?);
    for path in paths {
        if Instant::now() >= deadline {
            return Err(RepoError::unavailable("the files were not read in time"));
        }
        let mut file = File::open(root.join(&path)).map_err(failed)?;
        tar.append_file(&path, &mut file).map_err(failed)?;
    }
    let mut tar = tar.into_inner().map_err(failed)?;
    tar.rewind().map_err(failed)?;
    Ok(Some(tar))
}

/// Adds the paths of all files, relative to the root.
fn collect(folder: &Path, name: &str, paths: &mut Vec<String>) -> Result<(), RepoError> {
    let failed = |error: io::Error| RepoError::unavailable(format!("the files cannot be listed: {error}"));
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let own = entry.file_name().into_string();
        let own =
            own.map_err(|name| RepoError::refused(format!("a file name is not UTF-8: {}", name.display())))?;
        let path = if name.is_empty() { own } else { format!("{name}/{own}") };
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            collect(&entry.path(), &path, paths)?;
        } else if kind.is_file() {
            paths.push(path);
        } else {
            return Err(RepoError::refused(format!("{path:?} is a link: Subversion's are in no module")));
        }
    }
    Ok(())
}
