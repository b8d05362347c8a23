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

/// How much of a file is compressed at a time, in bytes. Pieces are filled before they are compressed, so that the result
/// does not depend on how the content comes in.
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
        let length = fill(&mut content, piece)
            .map_err(|error| WriteError::Content { path: path.to_owned(), error })?;
        let Some(filled) = piece.get(..length).filter(|filled| !filled.is_empty()) else { break };
        sealing.add(filled);
        limit.check(sealing.size())?;
        encoder.write_all(filled).map_err(WriteError::out)?;
    }
    encoder.finish().map_err(WriteError::out)?;
    Ok(sealing.finish())
}

/// Reads until the buffer is full or the content at its end.
fn fill(mut content: impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match content.read(room) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::io::{self, repeat};

    use proptest::prelude::*;

    use super::*;
    use crate::dirhash::hash_zip;
    use crate::zip::{Packer, check};

    fn module() -> ModuleVersion {
        ModuleVersion::parse("example.test/dz", "v1.0.0").unwrap()
    }

    fn writer() -> Writer<Vec<u8>> {
        Writer::new(Vec::new(), &module())
    }

    /// What takes any number of bytes and keeps none.
    struct Sink;

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn entries_are_as_go_writes_them() {
        let mut writer = writer();
        writer.add("a..b/.x", &b"x"[..]).unwrap();
        writer.add("\u{e9}", &b""[..]).unwrap();
        let (zip, ..) = writer.finish().unwrap();
        assert_eq!(zip[4..30], *b"\x14\0\x08\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x1e\0\0\0");
        assert_eq!(zip[30..60], *b"example.test/dz@v1.0.0/a..b/.x");
        let directory = crate::zip::sample::directory_offset(&zip);
        assert_eq!(zip[directory + 4..directory + 16], *b"\x14\0\x14\0\x08\0\x08\0\0\0\0\0", "no date");
        assert_eq!(zip[directory + 30..directory + 42], [0; 12], "no extra field, no comment, no mode");
        let second = directory + 46 + 30;
        assert_eq!(zip[second + 8..second + 10], *b"\x08\x08", "the flag of UTF-8");
    }

    #[test]
    fn more_entries_than_a_plain_directory_counts_are_written_and_read() {
        let mut writer = writer();
        let packed = Packer::new().pack(b"").unwrap();
        for index in 0..66_000 {
            writer.add_packed(&format!("f{index}"), &packed).unwrap();
        }
        let (zip, summary, h1) = writer.finish().unwrap();
        assert_eq!(summary.files, 66_000);
        assert_eq!(check(&module(), zip.as_slice(), zip.len() as u64).unwrap(), summary);
        assert_eq!(hash_zip(zip.as_slice(), zip.len() as u64).unwrap(), h1);
    }

    #[test]
    fn go_mod_and_license_have_limits_in_the_root() {
        for (path, size, fine) in [
            ("go.mod", MAX_GO_MOD_BYTES, true),
            ("go.mod", MAX_GO_MOD_BYTES + 1, false),
            ("LICENSE", MAX_LICENSE_BYTES, true),
            ("LICENSE", MAX_LICENSE_BYTES + 1, false),
            ("d/LICENSE", MAX_LICENSE_BYTES + 1, true),
        ] {
            let mut writer = Writer::new(Sink, &module());
            assert_eq!(writer.add(path, repeat(0).take(size)).is_ok(), fine, "{path} {size}");
        }
        let large = Packer::new().pack(&vec![0; (16 << 20) + 1]).unwrap();
        assert!(matches!(writer().add_packed("go.mod", &large), Err(WriteError::GoModTooLarge)));
        assert!(matches!(writer().add_packed("LICENSE", &large), Err(WriteError::LicenseTooLarge)));
    }

    #[test]
    fn all_files_together_have_a_limit() {
        let with_used = |used: u64| {
            let mut writer = Writer::new(Sink, &module());
            writer.summary.uncompressed_bytes = MAX_ZIP_BYTES - used;
            writer
        };
        assert!(with_used(3).add("a", &b"abc"[..]).is_ok());
        assert!(matches!(with_used(2).add("a", &b"abc"[..]), Err(WriteError::TreeTooLarge)));
        assert!(matches!(with_used(2).add("go.mod", &b"abc"[..]), Err(WriteError::TreeTooLarge)));
        let packed = Packer::new().pack(b"abc").unwrap();
        assert!(with_used(3).add_packed("a", &packed).is_ok());
        assert!(matches!(with_used(2).add_packed("a", &packed), Err(WriteError::TreeTooLarge)));
    }

    #[test]
    fn the_zip_itself_has_a_limit() {
        let mut tight = writer();
        tight.zip = ZipArchiveWriter::new(Limited::new(Vec::new(), 150));
        assert!(tight.add("a", &b"abc"[..]).is_ok());
        assert!(matches!(tight.add("b", &[0; 1000][..]), Err(WriteError::ZipTooLarge)));
        let mut tight = writer();
        tight.zip = ZipArchiveWriter::new(Limited::new(Vec::new(), 150));
        tight.add("a", &b"abc"[..]).unwrap();
        assert!(matches!(tight.finish(), Err(WriteError::ZipTooLarge)), "its directory counts");
    }

    #[test]
    fn names_have_limits() {
        let longest = "x/".repeat((NAME_BYTES_MAX - 23) / 2);
        assert!(writer().add(&longest[..NAME_BYTES_MAX - 23], &b""[..]).is_ok());
        assert!(matches!(
            writer().add(&format!("{longest}x"), &b""[..]),
            Err(WriteError::NameTooLong(65536))
        ));
        let mut full = writer();
        full.directory_bytes = MAX_DIRECTORY_BYTES - RECORD_BYTES - 24;
        full.add("a", &b""[..]).unwrap();
        assert!(full.finish().is_ok());
        let mut over = writer();
        over.directory_bytes = MAX_DIRECTORY_BYTES - RECORD_BYTES - 23;
        over.add("a", &b""[..]).unwrap();
        assert!(matches!(over.finish(), Err(WriteError::DirectoryTooLarge(_))));
    }

    #[test]
    fn a_name_is_there_once() {
        let mut writer = writer();
        for path in ["a", "b", "a"] {
            writer.add(path, &b"x"[..]).unwrap();
        }
        assert!(matches!(writer.finish(), Err(WriteError::Duplicate(name)) if name.ends_with("/a")));
    }

    #[test]
    fn whose_fault_an_error_is_can_be_told() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("pipe"))
            }
        }
        let mut full = [0; 40];
        let out = Writer::new(&mut full[..], &module()).add("a", &b"x"[..]).unwrap_err();
        let content = writer().add("a", Broken).unwrap_err();
        assert!(
            matches!((&out, &content), (WriteError::Out(_), WriteError::Content { .. })),
            "{out} {content}"
        );
        assert!(out.is_io() && content.is_io() && !WriteError::ZipTooLarge.is_io());
    }

    /// Gives a few bytes at a time, as a pipe may.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len());
            self.0.read(&mut buffer[..length])
        }
    }

    #[test]
    fn how_the_content_comes_in_does_not_show() {
        let content: Vec<u8> = (0..60_000_u32).flat_map(|i| (i * i).to_le_bytes()).collect();
        let written = |content: &mut dyn Read| {
            let mut writer = writer();
            writer.add("a", content).unwrap();
            writer.finish().unwrap().0
        };
        let whole = written(&mut content.as_slice());
        assert!(written(&mut Trickle(&content, 777)) == whole);
        assert!(written(&mut Trickle(&content, 65_000)) == whole);
    }

    proptest! {
        #[test]
        fn what_is_written_passes_the_check_and_has_the_hash_that_was_told(
            files in prop::collection::btree_map("[a-z~]{1,6}é?", (any::<bool>(), prop::collection::vec(any::<u8>(), 0..200)), 0..8),
        ) {
            let mut writer = writer();
            for (name, (packed, content)) in &files {
                if *packed {
                    writer.add_packed(name, &Packer::new().pack(content).unwrap()).unwrap();
                } else {
                    writer.add(name, content.as_slice()).unwrap();
                }
            }
            let (zip, summary, h1) = writer.finish().unwrap();
            let length = zip.len() as u64;
            prop_assert_eq!(check(&module(), zip.as_slice(), length).unwrap(), summary);
            prop_assert_eq!(hash_zip(zip.as_slice(), length).unwrap(), h1);
        }
    }
}
