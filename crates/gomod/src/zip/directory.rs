//! Opening a zip and reading its directory, before any content (protocol.md C2).

use std::io;

use rawzip::{
    CompressionMethod, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder,
    ZipFileHeaderRecord, ZipLocator,
};

use super::error::ZipError;
use super::{MAX_DIRECTORY_BYTES, MAX_ZIP_BYTES};

/// Where the end record has the length and the offset of the directory, in bytes from its start. Each has four bytes; all
/// ones mean that a zip64 record has the number.
const DIRECTORY_IN_END_RECORD: u64 = 12;
/// The directory's record of an entry without a name, in bytes.
const RECORD_BYTES_MIN: u64 = 46;
/// What a zip64 writer puts between the directory and the end record: its own end record and the way to it.
const ZIP64_END_BYTES: u64 = 56 + 20;

/// An opened zip.
pub(crate) struct Archive<R> {
    pub(super) zip: ZipArchive<Bounded<R>>,
}

/// How the content of an entry is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflated,
}

/// One entry of the directory.
pub(crate) struct Entry {
    pub(crate) name: String,
    /// As declared; the real size is only known at the end of the content.
    pub(crate) size: u64,
    pub(super) method: Method,
    pub(super) header_offset: u64,
    pub(super) wayfinder: ZipArchiveEntryWayfinder,
}

impl Entry {
    pub(crate) fn is_dir(&self) -> bool {
        self.name.ends_with('/')
    }
}

/// A reader that ends at a length, whatever lies behind. A directory may point anywhere; every wrong offset becomes a plain
/// end of file this way, also those that an operating system would answer with an error of its own.
pub(super) struct Bounded<R> {
    inner: R,
    len: u64,
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R, len: u64) -> Self {
        Self { inner, len }
    }
}

impl<R: ReaderAt> ReaderAt for Bounded<R> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = self.len.saturating_sub(offset);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
        if wanted == 0 { Ok(0) } else { self.inner.read_at(&mut buf[..wanted], offset) }
    }
}

impl<R: ReaderAt> Archive<R> {
    /// Finds the directory. `len` is the length of the zip in bytes.
    pub(crate) fn open(reader: R, len: u64) -> Result<Self, ZipError> {
        if len > MAX_ZIP_BYTES {
            return Err(ZipError::ZipTooLarge(len));
        }
        let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let zip = ZipLocator::new()
            .locate_in_reader(Bounded::new(reader, len), &mut buffer, len)
            .map_err(|(_, error)| ZipError::structure(error))?;
        let found = zip.eocd_offset().saturating_sub(zip.directory_offset());
        if found > MAX_DIRECTORY_BYTES {
            return Err(ZipError::DirectoryTooLarge(found));
        }
        check_end_record(&zip, found)?;
        Ok(Self { zip })
    }

    /// What the end record says, unless the directory has no room for so many.
    fn entries_at_most(&self) -> usize {
        let room = self.zip.eocd_offset().saturating_sub(self.zip.directory_offset()) / RECORD_BYTES_MIN;
        usize::try_from(self.zip.entries_hint().min(room)).unwrap_or_default()
    }

    /// All entries in the order of the directory, each of a kind that can be read.
    pub(crate) fn entries(&self) -> Result<Vec<Entry>, ZipError> {
        let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let mut records = self.zip.entries(&mut buffer);
        let mut entries = Vec::with_capacity(self.entries_at_most());
        while let Some(record) = records.next_entry().map_err(ZipError::structure)? {
            entries.push(read_record(&record)?);
        }
        let (declared, found) = (self.zip.entries_hint(), entries.len() as u64);
        if declared == found { Ok(entries) } else { Err(ZipError::EntryCount { declared, found }) }
    }
}

/// Holds the end record to the directory that was found. The library is content with any directory that it can find, and
/// go is not; it computes where each entry is from these two numbers.
fn check_end_record<R: ReaderAt>(zip: &ZipArchive<R>, found_length: u64) -> Result<(), ZipError> {
    let mut fields = [0; 8];
    let at = zip.eocd_offset() + DIRECTORY_IN_END_RECORD;
    zip.get_ref().read_exact_at(&mut fields, at).map_err(|error| ZipError::structure(error.into()))?;
    let [length, offset] =
        [0, 4].map(|i| u32::from_le_bytes([fields[i], fields[i + 1], fields[i + 2], fields[i + 3]]));
    let same = |declared: u32, found: u64| declared == u32::MAX || u64::from(declared) == found;
    if !same(length, found_length) && !same(length, found_length.saturating_sub(ZIP64_END_BYTES)) {
        return Err(ZipError::Directory { what: "length", declared: length.into(), found: found_length });
    }
    let found_offset = zip.directory_offset();
    if same(offset, found_offset) {
        Ok(())
    } else {
        Err(ZipError::Directory { what: "offset", declared: offset.into(), found: found_offset })
    }
}

fn read_record(record: &ZipFileHeaderRecord<'_>) -> Result<Entry, ZipError> {
    let raw_name = record.file_path().as_bytes();
    let name = String::from_utf8(raw_name.to_vec())
        .map_err(|e| ZipError::NotUtf8(String::from_utf8_lossy(e.as_bytes()).into_owned()))?;
    let flags = record.flags();
    if flags.is_encrypted() || flags.has_strong_encryption() || flags.is_masked() {
        return Err(ZipError::Encrypted(name));
    }
    let method = match record.compression_method() {
        CompressionMethod::STORE => Method::Stored,
        CompressionMethod::DEFLATE => Method::Deflated,
        other => return Err(ZipError::Method { name, method: other.as_u16() }),
    };
    let size = record.uncompressed_size_hint();
    if name.ends_with('/') && size != 0 {
        return Err(ZipError::DirectoryContent(name));
    }
    let (header_offset, wayfinder) = (record.local_header_offset(), record.wayfinder());
    Ok(Entry { name, size, method, header_offset, wayfinder })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn entries(zip: &[u8]) -> Result<Vec<Entry>, ZipError> {
        Archive::open(zip, zip.len() as u64)?.entries()
    }

    #[test]
    fn what_lies_behind_the_length_is_not_read() {
        let mut zip = sample::zip(&[("a", b"1"), ("b/", b"")]);
        let len = zip.len() as u64;
        zip.extend(b"PK\x05\x06 more");
        let names: Vec<_> = Archive::open(zip.as_slice(), len).unwrap().entries().unwrap();
        assert_eq!(names.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["a", "b/"]);
    }

    #[test]
    fn a_zip_that_is_cut_off_is_none() {
        let zip = sample::zip(&[("a", b"1")]);
        for len in 0..zip.len() {
            assert!(matches!(entries(&zip[..len]), Err(ZipError::Malformed(_))), "{len}");
        }
    }

    #[test]
    fn size_counts_before_anything_is_read() {
        let error = Archive::open(&[][..], MAX_ZIP_BYTES + 1).err().unwrap();
        assert!(matches!(error, ZipError::ZipTooLarge(_)), "{error}");
    }

    #[test]
    fn the_directory_is_limited() {
        for (over, fine) in [(0, true), (1, false)] {
            let length = u32::try_from(MAX_DIRECTORY_BYTES + over).unwrap();
            let result = Archive::open(EmptyDirectory::of(length), u64::from(length) + END_RECORD_BYTES);
            let refused =
                matches!(result, Err(ZipError::DirectoryTooLarge(found)) if found == u64::from(length));
            assert_eq!((result.is_ok(), refused), (fine, !fine), "{length}");
        }
    }

    const END_RECORD_BYTES: u64 = 22;

    /// A zip that is a directory of so many bytes and an end record, with nothing but one signature in the directory.
    struct EmptyDirectory {
        end_record: Vec<u8>,
        length: u64,
    }

    impl EmptyDirectory {
        fn of(length: u32) -> Self {
            let mut end_record = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
            end_record.extend(length.to_le_bytes());
            end_record.extend([0; 6]);
            Self { end_record, length: length.into() }
        }

        fn byte(&self, at: u64) -> u8 {
            match at.checked_sub(self.length).map(usize::try_from) {
                Some(Ok(at)) => self.end_record[at],
                _ => usize::try_from(at).ok().and_then(|at| b"PK\x01\x02".get(at)).copied().unwrap_or(0),
            }
        }
    }

    impl ReaderAt for EmptyDirectory {
        fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
            buf.iter_mut().zip(offset..).for_each(|(byte, at)| *byte = self.byte(at));
            Ok(buf.len())
        }
    }

    #[test]
    fn a_wrong_number_of_entries_is_a_lie() {
        let mut zip = sample::zip(&[("a", b"1"), ("b", b"2")]);
        let total = zip.len() - 12;
        zip[total] = 3;
        assert!(matches!(entries(&zip), Err(ZipError::EntryCount { declared: 3, found: 2 })));
    }

    #[test]
    fn a_zip64_directory_is_read_whole() {
        let names: Vec<String> = (0..66_000).map(|i| format!("f{i}")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert_eq!(entries(&sample::stored_zip(&files)).unwrap().len(), 66_000);
    }

    #[test]
    fn a_wrong_length_of_the_directory_is_a_lie() {
        for files in [&[][..], &[("a", &b"1"[..])]] {
            let mut zip = sample::zip(files);
            let at = zip.len() - 10;
            zip[at] += 1;
            assert!(matches!(entries(&zip), Err(ZipError::Directory { what: "length", .. })));
        }
    }

    #[test]
    fn a_wrong_offset_of_the_directory_is_a_lie() {
        let mut zip = sample::zip(&[("a", b"1")]);
        let at = zip.len() - 6;
        zip[at] += 1;
        assert!(matches!(entries(&zip), Err(ZipError::Directory { what: "offset", .. })));
        let behind_something = [b"prelude", sample::zip(&[("a", b"1")]).as_slice()].concat();
        assert!(matches!(entries(&behind_something), Err(ZipError::Directory { what: "offset", .. })));
    }

    #[test]
    fn unreadable_entries_are_named() {
        let change = |at: usize, to: u8| {
            let mut zip = sample::zip(&[("a", b"1")]);
            let directory = sample::directory_offset(&zip);
            zip[directory + at] = to;
            entries(&zip).err().unwrap()
        };
        assert!(matches!(change(8, 1), ZipError::Encrypted(name) if name == "a"));
        assert!(matches!(change(10, 12), ZipError::Method { method: 12, .. }));
        assert!(matches!(change(46, 0xff), ZipError::NotUtf8(_)));
        assert!(matches!(change(46, b'/'), ZipError::DirectoryContent(_)));
    }

    #[test]
    fn a_broken_disk_is_not_a_broken_zip() {
        struct Broken;
        impl ReaderAt for Broken {
            fn read_at(&self, _: &mut [u8], _: u64) -> io::Result<usize> {
                Err(io::Error::other("disk"))
            }
        }
        assert!(Archive::open(Broken, 1000).err().unwrap().is_io());
    }
}
