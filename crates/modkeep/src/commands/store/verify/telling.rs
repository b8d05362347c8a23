//! What is told meanwhile: how far it is, and a line for each finding.

use std::io;
use std::path::Path;

use crate::commands::Session;
use crate::progress::Progress;

/// What a finding is. The word begins its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Not what it was, or unreadable.
    Damaged,
    /// Another hash than the right one.
    Mismatch,
    /// What it takes to know the right hash is not kept.
    Unproven,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Mismatch => "mismatch",
            Self::Unproven => "unproven",
        }
    }
}

/// Tells the user.
pub(super) struct Telling<'a, 'b> {
    pub(super) session: &'a mut Session<'b>,
    pub(super) progress: Progress,
}

impl Telling<'_, '_> {
    /// So many more bytes are read.
    pub(super) fn read(&mut self, bytes: u64) -> io::Result<()> {
        self.progress.add(bytes, self.session.err)
    }

    /// A finding about a file, if it can be named.
    pub(super) fn tell(&mut self, kind: Kind, file: Option<&Path>, why: &str) -> io::Result<()> {
        let (word, out) = (kind.word(), &mut *self.session.out);
        self.progress.aside(|| match file {
            Some(file) => writeln!(out, "{word}\t{}\t{why}", file.display()),
            None => writeln!(out, "{word}\t{why}"),
        })
    }
}
