//! A body that is made here and written from a thread that may block, such as a zip.

use std::io::{self, Write};
use std::mem;
use std::sync::Arc;

use super::draft::{Draft, Rescued};
use super::{IN_MEMORY_MAX, Spool, Whole};

/// Takes a body in as it is written. Like all bodies it stays in memory when small, goes on in a temporary file, and comes
/// back into memory when the disk takes no more, as long as it is not too large for that and too many others are not there.
///
/// Each write goes to the disk: put a buffer before it. Dropped before [`SpoolWriter::finish`], it leaves nothing behind. The
/// size has no limit here: who writes has one.
#[derive(Debug)]
pub struct SpoolWriter {
    spool: Spool,
    state: State,
}

enum State {
    Small(Vec<u8>),
    File(Draft),
    Rescued(Rescued),
    /// A write failed, and said so.
    Broken,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Small(_) => "small",
            Self::File(_) => "file",
            Self::Rescued(_) => "rescued",
            Self::Broken => "broken",
        })
    }
}

impl Spool {
    /// Begins a body that is written, not fetched.
    pub fn writer(&self) -> SpoolWriter {
        SpoolWriter { spool: self.clone(), state: State::Small(Vec::new()) }
    }
}

impl SpoolWriter {
    /// The body as a whole.
    ///
    /// # Errors
    /// A write has failed before.
    pub fn finish(self) -> io::Result<Whole> {
        match self.state {
            State::Small(body) => Ok(Whole::Memory(body.into())),
            State::File(draft) => Ok(Whole::File(Arc::new(draft.finish()))),
            State::Rescued(body) => Ok(body.finish()),
            State::Broken => Err(io::Error::other("a write has failed before")),
        }
    }

    fn next(&self, state: State, bytes: &[u8]) -> io::Result<State> {
        let written = match state {
            State::Small(mut body) => {
                body.extend_from_slice(bytes);
                if body.len() <= IN_MEMORY_MAX {
                    return Ok(State::Small(body));
                }
                Draft::begin(&self.spool.folder, body)
            }
            State::File(draft) => draft.append(bytes),
            State::Rescued(body) => return body.append(bytes).map(State::Rescued),
            State::Broken => return Err(io::Error::other("a write has failed before")),
        };
        match written {
            Ok(draft) => Ok(State::File(draft)),
            Err(stuck) => {
                self.spool.note_stuck();
                stuck.take_back(&self.spool.rescues).map(State::Rescued)
            }
        }
    }
}

impl Write for SpoolWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let state = mem::replace(&mut self.state, State::Broken);
        self.state = self.next(state, bytes)?;
        Ok(bytes.len())
    }

    /// Nothing is held back, and nothing is made durable: a store does that.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::spool::draft::RESCUES_MAX;

    fn written(spool: &Spool, chunks: usize) -> io::Result<Whole> {
        let mut writer = spool.writer();
        for _ in 0..chunks {
            writer.write_all(&vec![7; 50_000])?;
        }
        writer.finish()
    }

    #[test]
    fn a_small_body_stays_in_memory_and_a_large_one_is_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path());
        assert!(matches!(written(&spool, 1).unwrap(), Whole::Memory(body) if body == vec![7; 50_000]));
        let Whole::File(file) = written(&spool, 10).unwrap() else { panic!("it is large") };
        assert_eq!(*file.sha256(), <[u8; 32]>::from(Sha256::digest(vec![7; 500_000])));
        assert_eq!(file.read().unwrap(), vec![7; 500_000]);
    }

    #[test]
    fn nothing_stays_behind_what_was_not_finished() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Spool::new(folder.path()).writer();
        writer.write_all(&vec![1; IN_MEMORY_MAX + 1]).unwrap();
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
        drop(writer);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn a_few_bodies_are_written_without_a_disk() {
        let spool = Spool::new("/dev/null/no");
        let kept: Vec<_> = (0..RESCUES_MAX).map(|_| written(&spool, 4).unwrap()).collect();
        assert!(kept.iter().all(|body| matches!(body, Whole::Memory(body) if *body == vec![7; 200_000])));
        assert!(written(&spool, 4).is_err(), "no more than a few");
        drop(kept);
        assert!(written(&spool, 4).is_ok());
    }

    #[test]
    fn memory_takes_no_large_body() {
        let spool = Spool::new("/dev/null/no");
        assert_eq!(written(&spool, 800).unwrap_err().kind(), io::ErrorKind::NotADirectory);
    }

    #[test]
    fn what_failed_once_is_no_body() {
        let spool = Spool::new("/dev/null/no");
        let _all: Vec<_> = (0..RESCUES_MAX).map(|_| written(&spool, 4).unwrap()).collect();
        let mut writer = spool.writer();
        assert!(writer.write_all(&vec![1; IN_MEMORY_MAX + 1]).is_err());
        assert!(writer.write_all(b"x").is_err());
        assert!(writer.finish().is_err());
    }
}
