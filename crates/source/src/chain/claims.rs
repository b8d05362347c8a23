//! Who owns a path: the memory against dependency confusion.
//!
//! Once a place marked private has answered for a path, no later place is asked for that path any more, also not while
//! the private place is down or says "not found": otherwise a stranger who registers the same name in public would be
//! served in its stead. The memory must outlive a restart, so it is a file: one line per claim, only ever appended to.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use gomod::ModulePath;

use crate::Origin;
use crate::blocks::off_worker;

/// Which authoritative place has ever answered for which path.
#[derive(Debug, Default)]
pub struct Claims {
    known: Mutex<HashSet<String>>,
    file: Option<Arc<File>>,
}

impl Claims {
    /// Claims that are forgotten when the process ends, for chains without a private place.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Claims kept in the file at `path`, which is created when there is none.
    ///
    /// # Errors
    /// The file cannot be read. Where it can only be read, what it says holds, and what is new is forgotten at the end.
    pub fn in_file(path: &Path) -> io::Result<Self> {
        let mut file = match OpenOptions::new().read(true).append(true).create(true).open(path) {
            Err(error) if is_unwritable(&error) => {
                tracing::warn!(file = %path.display(), %error, "cannot write down which private place owns which path");
                return Self::as_written(path);
            }
            file => file?,
        };
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let known = text.lines().map(str::to_owned).collect();
        if !text.is_empty() && !text.ends_with('\n') {
            // The last line was cut by a crash: end it, so that the next one is not glued to it.
            file.write_all(b"\n")?;
        }
        Ok(Self { known: Mutex::new(known), file: Some(Arc::new(file)) })
    }

    /// The claims of a file that cannot be written.
    fn as_written(path: &Path) -> io::Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        Ok(Self { known: Mutex::new(text.lines().map(str::to_owned).collect()), file: None })
    }

    /// Whether `origin` has ever answered for `module`.
    pub fn holds(&self, module: &ModulePath, origin: &Origin) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).contains(&line(module, origin))
    }

    /// Notes that `origin` has answered for `module`. A claim that cannot be written down holds until the process
    /// ends, and the log says so.
    pub async fn add(&self, module: &ModulePath, origin: &Origin) {
        let line = line(module, origin);
        let new = self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(line.clone());
        let Some(file) = self.file.clone().filter(|_| new) else { return };
        let written = off_worker(move || {
            (&*file).write_all(format!("{line}\n").as_bytes())?;
            file.sync_data()
        });
        if let Err(error) = written.await {
            tracing::error!(%module, %origin, %error, "cannot write down that this private place owns the path");
        }
    }
}

/// Whether the folder, or the disk, takes nothing from this user.
fn is_unwritable(error: &io::Error) -> bool {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem, StorageFull};
    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem | StorageFull)
}

/// A path holds no space, so the line can be read in one way only.
fn line(module: &ModulePath, origin: &Origin) -> String {
    format!("{module} {origin}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_claim_outlives_the_process_and_a_cut_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("claims");
        let (module, origin) =
            (ModulePath::parse("corp.example/m").unwrap(), Origin::new("https://corp.example"));
        Claims::in_file(&path).unwrap().add(&module, &origin).await;
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"corp.example/cut htt").unwrap();

        let reopened = Claims::in_file(&path).unwrap();
        assert!(reopened.holds(&module, &origin));
        assert!(!reopened.holds(&module, &Origin::new("https://other.example")));
        let other = ModulePath::parse("corp.example/other").unwrap();
        reopened.add(&other, &origin).await;
        assert!(Claims::in_file(&path).unwrap().holds(&other, &origin));
    }
}
