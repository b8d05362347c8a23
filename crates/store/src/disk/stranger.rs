//! Taking in a file that has no sidecar: the files are the truth, and this one came without us, or just before a crash.
//!
//! Nobody knows where it came from. It is looked at before it counts, as what is fetched is: a zip that was cut in half by whoever
//! put it there, or a web page that was saved as a go.mod, would otherwise vouch for itself for ever.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use gomod::H1;
use gomod::zip::ReaderAt;
use source::form::{self, FormError};
use source::{Ask, Assurance};

use super::Disk;
use super::fingerprint::Fingerprint;
use super::sidecar::Sidecar;

impl Disk {
    /// Makes the sidecar of an artifact that has none; or says why the file is no such artifact. Reads it twice.
    pub(super) fn take_in(
        &self,
        ask: &Ask,
        file: &File,
        path: &Path,
    ) -> io::Result<Result<Sidecar, FormError>> {
        let h1 = match look_into(ask, file) {
            Ok(h1) => h1,
            Err(FormError::Io(error)) => return Err(error),
            Err(flaw) => return Ok(Err(flaw)),
        };
        let sidecar = Sidecar {
            fingerprint: Fingerprint::of_file(file)?,
            h1,
            origin: None,
            assurance: Assurance::RECEIVED,
            kept_at: file.metadata()?.modified()?,
        };
        // An artifact that nobody can write a sidecar for is still an artifact.
        if let Err(error) = self.write_sidecar(ask, file, path, &sidecar) {
            tracing::warn!(file = %path.display(), %error, "cannot write the sidecar of a kept file");
        }
        Ok(Ok(sidecar))
    }
}

/// The content hash of a good zip or go.mod.
pub(super) fn look_into(ask: &Ask, file: &File) -> Result<Option<H1>, FormError> {
    let size = file.metadata()?.len();
    form::check(ask, Content(file), size)
}

/// An open file, read at offsets.
pub(super) struct Content<'a>(pub(super) &'a File);

impl ReaderAt for Content<'_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
}
