//! A body on its way into a temporary file, and the way back into memory when the disk takes no more.

use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::{SpoolFile, Whole};
use crate::body::{BodyError, Chunks};

/// How much of one body is held in memory when its file cannot be written: nearly every module zip is smaller, and a
/// few at a time do not hurt a server.
const RESCUE_MAX: usize = 32 << 20;

/// A temporary file while it is being written.
pub(super) struct Draft {
    file: NamedTempFile,
    sha256: Sha256,
    size: u64,
}

impl Draft {
    /// Begins a file with the first bytes of a body. Blocks.
    pub(super) fn begin(folder: &Path, head: Vec<u8>) -> Result<Self, Stuck> {
        match tempfile::Builder::new().prefix("spool-").tempfile_in(folder) {
            Ok(file) => Self { file, sha256: Sha256::new(), size: 0 }.append(&head),
            Err(error) => Err(Stuck { so_far: head, error }),
        }
    }

    /// Adds the next bytes. Blocks.
    pub(super) fn append(mut self, chunk: &[u8]) -> Result<Self, Stuck> {
        if let Err(error) = self.file.write_all(chunk) {
            return Err(self.stuck(chunk, error));
        }
        self.sha256.update(chunk);
        self.size += chunk.len() as u64;
        Ok(self)
    }

    /// The bytes that were written so far.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Takes back what was written whole, with the chunk that was not.
    fn stuck(self, chunk: &[u8], error: io::Error) -> Stuck {
        let Some(size) = usize::try_from(self.size).ok().filter(|size| *size <= RESCUE_MAX) else {
            return Stuck { so_far: Vec::new(), error };
        };
        let mut so_far = vec![0; size];
        match self.file.as_file().read_exact_at(&mut so_far, 0) {
            Ok(()) => so_far.extend_from_slice(chunk),
            Err(_) => so_far.clear(),
        }
        Stuck { so_far, error }
    }

    /// The file as a complete body.
    pub(super) fn finish(self) -> SpoolFile {
        let (file, path) = self.file.into_parts();
        SpoolFile::new(file, path, self.size, self.sha256.finalize().into())
    }
}

/// A body whose file cannot be written any further.
pub(super) struct Stuck {
    /// All that has come; empty when it is too much for memory or cannot be read back.
    so_far: Vec<u8>,
    error: io::Error,
}

impl Stuck {
    /// Takes the rest of the body into memory too.
    pub(super) async fn go_on_in_memory(self, mut rest: Chunks, size_max: u64) -> Result<Whole, BodyError> {
        let Self { mut so_far, error } = self;
        if so_far.is_empty() {
            return Err(error.into());
        }
        tracing::warn!(%error, "cannot buffer a body in a file; going on in memory");
        while let Some(chunk) = rest.try_next().await? {
            so_far.extend_from_slice(&chunk);
            if so_far.len() as u64 > size_max {
                return Err(BodyError::TooLarge { limit: size_max });
            }
            if so_far.len() > RESCUE_MAX {
                return Err(error.into());
            }
        }
        Ok(Whole::Memory(so_far.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_full_disk_took_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let Ok(draft) = Draft::begin(folder.path(), b"head ".to_vec()) else { panic!("it is writable") };
        let Ok(draft) = draft.append(b"middle ") else { panic!("it is writable") };
        let stuck = draft.stuck(b"tail", io::ErrorKind::StorageFull.into());
        assert_eq!(stuck.so_far, b"head middle tail");
    }
}
