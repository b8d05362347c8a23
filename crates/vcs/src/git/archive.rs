//! The files of a commit as git checks them out (protocol.md C12).

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::complaint::told;
use super::objects::{ReadError, Reader};
use crate::cache::InUse;
use crate::exec::ExecError;
use crate::tar::Relative;
use crate::{Archive, RepoError};

/// More than any archive of which a module is made.
const BYTES_MAX: u64 = 16 << 30;

/// What git says of a path that it never writes to a disk, such as one below `.git`.
const INVALID_PATH: &str = "error: invalid path";

/// Which life of a store has shown damage in a stream, plus one; zero when none has. What reads streams cannot mend anything.
#[derive(Debug, Clone, Default)]
pub(super) struct Suspect(Arc<AtomicU64>);

impl Suspect {
    fn note(&self, generation: u64) {
        self.0.store(generation + 1, Ordering::Release);
    }

    /// The damaged life, told once.
    pub(super) fn take(&self) -> Option<u64> {
        self.0.swap(0, Ordering::AcqRel).checked_sub(1)
    }
}

impl Reader {
    /// The files below `dir`, which is there, of a commit that is here with all of its files. `generation` is the life of the store.
    pub(super) async fn archive(
        &self,
        commit: &str,
        dir: &str,
        in_use: InUse,
        suspect: Suspect,
        generation: u64,
    ) -> Result<Archive, ReadError> {
        let call = self.call().config("core.autocrlf", "input").config("core.eol", "lf");
        let call = call.args(["archive", "--format=tar", "--end-of-options", commit]);
        let call = call.args((!dir.is_empty()).then_some(dir));
        let call = call.with(|call| call.stdout_bytes_max(BYTES_MAX)).into_call();
        let tar = Relative::new(self.git.programs.stream(call, self.deadline).await?, dir);
        Ok(Archive::new(Watched { tar, suspect, generation, _in_use: in_use }))
    }
}

/// A stream that holds the folder of its store, and tells when the store seems to be broken.
struct Watched<R> {
    tar: R,
    suspect: Suspect,
    generation: u64,
    _in_use: InUse,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.tar.read(buffer).map_err(|error| {
            if let Some(refusal) = refusal(&error) {
                return refusal;
            }
            if matches!(error.kind(), io::ErrorKind::Other | io::ErrorKind::UnexpectedEof) {
                self.suspect.note(self.generation);
            }
            error
        })
    }
}

/// Git's word that it makes no files of this tree, whoever asks: that says nothing against the store.
fn refusal(error: &io::Error) -> Option<io::Error> {
    let failed = error.get_ref()?.downcast_ref::<ExecError>()?;
    let line = failed.stderr().lines().find(|line| line.contains(INVALID_PATH))?;
    Some(io::Error::new(io::ErrorKind::InvalidData, RepoError::refused(told(line))))
}
