//! From an archive to a zip, on a thread that may block.

use std::io::{self, BufReader, BufWriter};

use gomod::ModuleVersion;
use gomod::zip::{WriteError, Writer};
use source::{Spool, SpoolWriter, Symptom};
use tokio::time::Instant;

use super::Built;
use super::archived::{Exactly, Expected, Punctual};
use super::listing::{Listing, cannot_zip};
use super::pipeline::Pipeline;
use crate::{Archive, CommitId, RepoError, names};

/// How much of the archive is read, and of the zip written, at a time, in bytes.
const BUFFER_BYTES: usize = 128 << 10;

type Tar = tar::Archive<BufReader<Punctual>>;
type Zip = Pipeline<BufWriter<SpoolWriter>>;

/// All that a zip is made of, except the archive.
pub(super) struct Assembly {
    pub(super) listing: Listing,
    pub(super) commit: CommitId,
    pub(super) module: ModuleVersion,
    pub(super) spool: Spool,
    pub(super) deadline: Instant,
}

impl Assembly {
    /// Makes the zip. Blocks until the archive has come to its end.
    pub(super) fn run(&self, archive: Archive) -> Result<Built, RepoError> {
        let chosen = self.listing.chosen()?;
        let out = BufWriter::with_capacity(BUFFER_BYTES, self.spool.writer());
        let mut zip = Pipeline::new(Writer::new(out, &self.module)).map_err(|e| self.unwritable(&e))?;
        let archive = Punctual { archive, deadline: self.deadline };
        let mut tar = tar::Archive::new(BufReader::with_capacity(BUFFER_BYTES, archive));
        self.copy(&mut tar, &chosen, &mut zip)?;
        // Only its end tells that the program which made it has ended well.
        io::copy(&mut tar.into_inner(), &mut io::sink()).map_err(|error| self.unreadable(&error))?;
        self.add_license(&mut zip)?;
        self.finish(zip)
    }

    fn copy(&self, tar: &mut Tar, chosen: &[bool], zip: &mut Zip) -> Result<(), RepoError> {
        let mut expected = Expected::new(&self.listing.entries);
        for entry in tar.entries().map_err(|error| self.unreadable(&error))? {
            let entry = entry.map_err(|error| self.unreadable(&error))?;
            let path = names::text(&entry.path_bytes());
            let index = expected.take(entry.header(), &path).map_err(|misfit| self.broken(misfit))?;
            if index.and_then(|index| chosen.get(index)).is_some_and(|chosen| *chosen) {
                let size = entry.size();
                zip.add(&path, size, Exactly::new(entry, size)).map_err(|error| self.failed(&error))?;
            }
        }
        expected.finish().map_err(|misfit| self.broken(misfit))
    }

    fn add_license(&self, zip: &mut Zip) -> Result<(), RepoError> {
        let Some(license) = &self.listing.license else { return Ok(()) };
        zip.add("LICENSE", license.len() as u64, &license[..]).map_err(|error| self.failed(&error))
    }

    fn finish(&self, zip: Zip) -> Result<Built, RepoError> {
        let (out, summary, h1) = zip.finish().map_err(|error| self.failed(&error))?;
        let written = out.into_inner().map_err(io::IntoInnerError::into_error);
        let body = written.and_then(SpoolWriter::finish).map_err(|error| self.unwritable(&error))?;
        Ok(Built { body, h1, summary })
    }

    fn failed(&self, error: &WriteError) -> RepoError {
        match error {
            WriteError::Content { error, .. } => self.unreadable(error),
            WriteError::Out(error) => self.unwritable(error),
            error => cannot_zip(error),
        }
    }

    fn unreadable(&self, error: &io::Error) -> RepoError {
        let told = self.broken(format_args!("the archive cannot be read: {error}"));
        let known = error.get_ref().and_then(|inner| inner.downcast_ref::<RepoError>());
        if let Some(known) = known {
            return RepoError { message: told.message, ..known.clone() };
        }
        if error.kind() == io::ErrorKind::TimedOut { told.with_symptom(Symptom::Silent) } else { told }
    }

    fn unwritable(&self, error: &io::Error) -> RepoError {
        self.broken(format_args!("the zip cannot be written: {error}"))
    }

    fn broken(&self, what: impl std::fmt::Display) -> RepoError {
        RepoError::unavailable(format!("{} of commit {}: {what}", self.module, self.commit))
    }
}
