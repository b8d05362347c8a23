//! A zip writer whose output depends on its input alone: entries in the given order, no times, fixed compression.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::path::EntryPath;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveWriter};

type Writer = ZipArchiveWriter<Vec<u8>>;

/// A zip of (name, content) pairs in this order. A name that ends with `/` makes a directory entry.
///
/// ASCII names are written as they are, so that names no honest zip has (`../x`, `/etc/x`, twice the same) can be tried.
pub fn write<'a>(entries: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, content) in entries {
        if name.ends_with('/') {
            archive.new_dir(entry_path(name)).create().expect("memory takes every write");
        } else {
            write_file(&mut archive, name, content).expect("memory takes every write");
        }
    }
    archive.finish().expect("memory takes every write")
}

/// The names of a zip's entries, in order. Stops the test if the zip cannot be read.
pub fn names(zip: &[u8]) -> Vec<String> {
    let archive = ZipArchive::from_slice(zip).expect("a zip");
    let mut entries = archive.entries();
    let mut names = Vec::new();
    while let Some(entry) = entries.next_entry().expect("a zip entry") {
        names.push(String::from_utf8_lossy(entry.file_path().as_ref()).into_owned());
    }
    names
}

fn write_file(archive: &mut Writer, name: &str, content: &[u8]) -> Result<(), rawzip::Error> {
    let builder = archive.new_file(entry_path(name)).compression_method(CompressionMethod::DEFLATE);
    let (mut entry, config) = builder.start()?;
    let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
    writer.write_all(content)?;
    let (encoder, descriptor) = writer.finish()?;
    encoder.finish()?;
    entry.finish(descriptor)?;
    Ok(())
}

/// Beyond ASCII the UTF-8 flag is needed, which goes with the library's own normalization.
fn entry_path(name: &str) -> EntryPath<'_> {
    if name.is_ascii() { EntryPath::verbatim(name.as_bytes()) } else { EntryPath::conformant(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_given() {
        let names_in = ["../up", "/abs", "a\\b", "twice", "twice", "d/", "é.go"];
        let zip = write(names_in.map(|name| (name, "".as_bytes())));
        assert_eq!(names(&zip), names_in);
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let make = || write([("a@v1/a.go", "package a\n".repeat(500).as_bytes())]);
        assert_eq!(make(), make());
        assert!(make().len() < 500, "the content is compressed");
    }
}
