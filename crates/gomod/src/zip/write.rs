//! Writing a module zip, with its limits (protocol.md C1, C2, C10) and its h1 on the way.
//!
//! The entries are as go writes them: deflated, sizes behind the content, no date, no mode, no extra field. The same files in
//! the same order always give the same bytes, but not those of go, which change from release to release (protocol.md C23).

mod error;
mod limited;

use std::io::{Read, Write};

use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter, ZipEntryWriter};

use super::check::Summary;
use super::pack::{Packed, Seal, Sealing, level};
use super::{MAX_DIRECTORY_BYTES, MAX_GO_MOD_BYTES, MAX_LICENSE_BYTES, MAX_ZIP_BYTES};
use crate::dirhash::{H1, hash_digests};
use crate::module::ModuleVersion;

pub use error::WriteError;
use limited::Limited;

/// How much of a file is read and compressed at a time, in bytes. What comes of it does not depend on that.
const PIECE_BYTES: usize = 64 << 10;
/// What the directory has of each entry besides its name, in bytes.
const RECORD_BYTES: u64 = 46;
/// The longest name that a zip can hold, in bytes, with the folder of the module.
const NAME_BYTES_MAX: usize = u16::MAX as usize;

/// Writes a module zip to `W`, file by file. Many small writes come of it: `W` should have a buffer.
///
/// What it writes passes [`zip::check`](crate::zip::check()) when the names were chosen by [`select`](super::select()).
/// After an error the zip is of no use.
///
/// ```
/// use gomod::{ModuleVersion, dirhash::hash_zip, zip};
/// let module = ModuleVersion::parse("example.com/m", "v1.0.0")?;
/// let mut writer = zip::Writer::new(Vec::new(), &module);
/// writer.add("go.mod", &b"module example.com/m\n"[..])?;
/// writer.add_packed("a.go", &zip::Packer::new().pack(b"package m\n")?)?;
/// let (bytes, summary, h1) = writer.finish()?;
/// assert_eq!(zip::check(&module, bytes.as_slice(), bytes.len() as u64)?, summary);
/// assert_eq!(hash_zip(bytes.as_slice(), bytes.len() as u64)?, h1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    zip: ZipArchiveWriter<Limited<W>>,
    /// `path@version/`.
    prefix: String,
    /// The names and content hashes of which the h1 is made.
    files: Vec<(String, [u8; 32])>,
    summary: Summary,
    directory_bytes: u64,
    piece: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins the zip of this module version.
    pub fn new(out: W, module: &ModuleVersion) -> Self {
        Self {
            zip: ZipArchiveWriter::new(Limited::new(out, MAX_ZIP_BYTES)),
            prefix: format!("{module}/"),
            files: Vec::new(),
            summary: Summary::default(),
            directory_bytes: 0,
            piece: Vec::new(),
        }
    }

    /// Adds a file, compressing it piece by piece: for files that are too large to be held whole.
    ///
    /// # Errors
    /// The content cannot be read, the zip cannot be written, or a limit is passed.
    pub fn add(&mut self, path: &str, content: impl Read) -> Result<(), WriteError> {
        let (name, limit) = (self.name(path)?, self.limit(path));
        let piece = &mut self.piece;
        piece.resize(PIECE_BYTES, 0);
        let mut entry = start(&mut self.zip, &name)?;
        let seal = deflate(path, content, &limit, &mut entry, piece)?;
        entry.finish(DataDescriptorOutput::new(seal.crc, seal.size)).map_err(WriteError::zip)?;
        self.note(path, name, seal);
        Ok(())
    }

    /// Adds a file that was compressed before.
    ///
    /// # Errors
    /// The zip cannot be written, or a limit is passed.
    pub fn add_packed(&mut self, path: &str, packed: &Packed) -> Result<(), WriteError> {
        let name = self.name(path)?;
        self.limit(path).check(packed.seal.size)?;
        let mut entry = start(&mut self.zip, &name)?;
        entry.write_all(&packed.deflated).map_err(WriteError::out)?;
        let sealed = DataDescriptorOutput::new(packed.seal.crc, packed.seal.size);
        entry.finish(sealed).map_err(WriteError::zip)?;
        self.note(path, name, packed.seal);
        Ok(())
    }

    /// Writes the directory. Gives back what was written to, what the zip holds, and its h1 (protocol.md F1).
    ///
    /// # Errors
    /// The zip cannot be written or becomes too large by it, or two files have the same name.
    pub fn finish(mut self) -> Result<(W, Summary, H1), WriteError> {
        if self.directory_bytes > MAX_DIRECTORY_BYTES {
            return Err(WriteError::DirectoryTooLarge(self.directory_bytes));
        }
        let out = self.zip.finish().map_err(WriteError::zip)?.into_inner();
        self.files.sort_unstable();
        let twice = self.files.windows(2).find(|pair| pair[0].0 == pair[1].0);
        if let Some([(name, _), _]) = twice {
            return Err(WriteError::Duplicate(name.clone()));
        }
        Ok((out, self.summary, hash_digests(&self.files)?))
    }

    fn name(&self, path: &str) -> Result<String, WriteError> {
        let name = format!("{}{path}", self.prefix);
        if name.len() > NAME_BYTES_MAX { Err(WriteError::NameTooLong(name.len())) } else { Ok(name) }
    }

    fn limit(&self, path: &str) -> Limit {
        let left = MAX_ZIP_BYTES - self.summary.uncompressed_bytes;
        match path {
            "go.mod" => Limit { left, own: MAX_GO_MOD_BYTES, error: || WriteError::GoModTooLarge },
            "LICENSE" => Limit { left, own: MAX_LICENSE_BYTES, error: || WriteError::LicenseTooLarge },
            _ => Limit { left, own: left, error: || WriteError::TreeTooLarge },
        }
    }

    fn note(&mut self, path: &str, name: String, seal: Seal) {
        self.summary.files += 1;
        self.summary.uncompressed_bytes += seal.size;
        self.summary.has_go_mod |= path == "go.mod";
        self.directory_bytes += RECORD_BYTES + name.len() as u64;
        self.files.push((name, seal.sha256));
    }
}

/// How many bytes a file may have (protocol.md C2).
struct Limit {
    /// As many as all files together may have yet.
    left: u64,
    /// As many as this file may have for itself.
    own: u64,
    /// What is wrong with more than that.
    error: fn() -> WriteError,
}

impl Limit {
    fn check(&self, size: u64) -> Result<(), WriteError> {
        match size {
            size if size > self.own => Err((self.error)()),
            size if size > self.left => Err(WriteError::TreeTooLarge),
            _ => Ok(()),
        }
    }
}

fn start<'a, W: Write>(
    zip: &'a mut ZipArchiveWriter<W>,
    name: &str,
) -> Result<ZipEntryWriter<'a, W>, WriteError> {
    let entry = zip.new_file(name).compression_method(CompressionMethod::DEFLATE).start();
    Ok(entry.map_err(WriteError::zip)?.0)
}

/// Compresses `content` into `out`.
fn deflate(
    path: &str,
    mut content: impl Read,
    limit: &Limit,
    out: impl Write,
    piece: &mut [u8],
) -> Result<Seal, WriteError> {
    let mut encoder = DeflateEncoder::new(out, level());
    let mut sealing = Sealing::default();
    loop {
        let length = read(&mut content, piece)
            .map_err(|error| WriteError::Content { path: path.to_owned(), error })?;
        let Some(filled) = piece.get(..length).filter(|filled| !filled.is_empty()) else { break };
        sealing.add(filled);
        limit.check(sealing.size())?;
        encoder.write_all(filled).map_err(WriteError::out)?;
    }
    encoder.finish().map_err(WriteError::out)?;
    Ok(sealing.finish())
}

/// As [`Read::read`], which may be interrupted for no reason.
fn read(mut content: impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match content.read(buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests;
