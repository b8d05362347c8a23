//! The tar stream of a folder, read against a deadline and against what it must hold.

use std::io::{self, Read};

use tokio::time::Instant;

use crate::{Archive, EntryKind, TreeEntry};

/// What Mercurial puts into its archives, listed or not; it is never in a zip (protocol.md C6).
const HG_ARCHIVAL: &str = ".hg_archival.txt";

/// Passes an archive on until the deadline.
pub(super) struct Punctual {
    pub(super) archive: Archive,
    pub(super) deadline: Instant,
}

impl Read for Punctual {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.deadline {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the deadline has passed"));
        }
        self.archive.read(buffer)
    }
}

/// A content of which the size is known; ending before is an error.
pub(super) struct Exactly<R> {
    content: R,
    left: u64,
}

impl<R: Read> Exactly<R> {
    pub(super) fn new(content: R, size: u64) -> Self {
        Self { content, left: size }
    }
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.content.read(buffer)?;
        if length == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends in the middle of it"));
        }
        self.left = self.left.saturating_sub(length as u64);
        Ok(length)
    }
}

/// Takes the files and links of a listing off one by one, as they come in the archive.
pub(super) struct Expected<'a> {
    rest: std::iter::Enumerate<std::slice::Iter<'a, TreeEntry>>,
}

/// An archive that is not that of the tree.
#[derive(Debug, thiserror::Error)]
pub(super) enum Misfit {
    #[error("the archive holds {found:?} where the tree has {expected:?}")]
    Other { found: String, expected: String },
    #[error("the archive holds {0:?}, which is not in the tree")]
    Unlisted(String),
    #[error("the archive ends before {0:?}, which is in the tree")]
    Short(String),
    #[error("{0:?} is not of the same kind in the archive and in the tree")]
    Kind(String),
}

impl<'a> Expected<'a> {
    pub(super) fn new(entries: &'a [TreeEntry]) -> Self {
        Self { rest: entries.iter().enumerate() }
    }

    /// The place in the listing of what comes in the archive; None for what is no part of the module.
    pub(super) fn take(&mut self, header: &tar::Header, path: &str) -> Result<Option<usize>, Misfit> {
        let Some(kind) = kind(header) else { return Ok(None) };
        let mut ahead = self.rest.clone();
        match ahead.next() {
            Some((index, next)) if next.path == path => {
                self.rest = ahead;
                if next.kind == kind { Ok(Some(index)) } else { Err(Misfit::Kind(path.to_owned())) }
            }
            _ if path == HG_ARCHIVAL => Ok(None),
            Some((_, next)) => Err(Misfit::Other { found: path.to_owned(), expected: next.path.clone() }),
            None => Err(Misfit::Unlisted(path.to_owned())),
        }
    }

    /// Checks that nothing is left.
    pub(super) fn finish(mut self) -> Result<(), Misfit> {
        self.rest.next().map_or(Ok(()), |(_, left)| Err(Misfit::Short(left.path.clone())))
    }
}

/// What an entry of an archive is in a tree; None for folders, which trees do not list, and for remarks of the archive.
fn kind(header: &tar::Header) -> Option<EntryKind> {
    match header.entry_type() {
        tar::EntryType::Directory | tar::EntryType::XGlobalHeader => None,
        tar::EntryType::Regular | tar::EntryType::Continuous => Some(EntryKind::File),
        tar::EntryType::Symlink => Some(EntryKind::Symlink),
        _ => Some(EntryKind::Other),
    }
}
