//! Limits, determinism, and the form of what is written.

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
    assert!(matches!(writer().add(&format!("{longest}x"), &b""[..]), Err(WriteError::NameTooLong(65536))));
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
    assert!(matches!((&out, &content), (WriteError::Out(_), WriteError::Content { .. })), "{out} {content}");
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
    let noise: Vec<u8> = (0..60_000_u32).flat_map(|i| (i * i).to_le_bytes()).collect();
    let text: Vec<u8> = (0..40_000_u32).flat_map(|i| format!("{} ", i * i % 4_099).into_bytes()).collect();
    let written = |content: &mut dyn Read| {
        let mut writer = writer();
        writer.add("a", content).unwrap();
        writer.finish().unwrap().0
    };
    for content in [noise, text] {
        let whole = written(&mut content.as_slice());
        for pieces in [1, 3, 777, 4_096, 65_000] {
            assert!(written(&mut Trickle(&content, pieces)) == whole, "{pieces}");
        }
    }
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
