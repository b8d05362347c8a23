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
        refuse_other_than_a_file(path)?;
        let mut file = match OpenOptions::new().read(true).append(true).create(true).open(path) {
            Err(error) if is_unwritable(&error) => {
                tracing::warn!(file = %path.display(), %error, "cannot write down which private place owns which path");
                return Self::as_written(path);
            }
            file => file?,
        };
        let text = read(&file)?;
        if !text.is_empty() && !text.ends_with(b"\n") {
            // The last line was cut by a crash: end it, so that the next one is not glued to it.
            file.write_all(b"\n")?;
        }
        Ok(Self { known: Mutex::new(claims_in(&text, path)), file: Some(Arc::new(file)) })
    }

    /// The claims of a file that cannot be written.
    fn as_written(path: &Path) -> io::Result<Self> {
        let text = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            file => read(&file?)?,
        };
        Ok(Self { known: Mutex::new(claims_in(&text, path)), file: None })
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

/// How large the file may be, in bytes: claims for a million modules, several times over.
const SIZE_MAX: u64 = 256 << 20;

fn read(file: &File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.take(SIZE_MAX + 1).read_to_end(&mut text)?;
    if text.len() as u64 > SIZE_MAX {
        return Err(io::Error::other(format!("it is larger than the limit of {SIZE_MAX} bytes")));
    }
    Ok(text)
}

/// To open a pipe would be to wait for somebody at its other end, and a device has no end.
fn refuse_other_than_a_file(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(about) if !about.is_file() => Err(io::Error::other("it is not a regular file")),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// The lines that can be read. One that a failing disk has damaged costs its own claim, which is made again when the place
/// answers again, and is told.
fn claims_in(text: &[u8], path: &Path) -> HashSet<String> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let (good, bad): (Vec<_>, Vec<_>) = lines.map(std::str::from_utf8).partition(Result::is_ok);
    if !bad.is_empty() {
        let (file, lines) = (path.display(), bad.len());
        tracing::error!(%file, lines, "lines that say which private place owns which path are damaged; they hold no longer");
    }
    good.into_iter().flatten().map(str::to_owned).collect()
}

/// A path holds no space, so the line can be read in one way only.
fn line(module: &ModulePath, origin: &Origin) -> String {
    format!("{module} {origin}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_line_costs_itself_alone_and_what_is_no_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("claims");
        std::fs::write(
            &path,
            b"corp.example/\xff https://corp.example\ncorp.example/m https://corp.example\n",
        )
        .unwrap();
        let claims = Claims::in_file(&path).unwrap();
        let module = ModulePath::parse("corp.example/m").unwrap();
        assert!(claims.holds(&module, &Origin::new("https://corp.example")));
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert!(Claims::in_file(&link).is_err());
    }

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
