//! Zips for the tests of this crate, made from names and contents.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::path::EntryPath;
use rawzip::{CompressionMethod, ZipArchiveWriter};

/// A deflated zip. A name that ends with `/` is a directory.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    build(files, CompressionMethod::DEFLATE)
}

/// A zip without compression.
pub(crate) fn stored_zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    build(files, CompressionMethod::STORE)
}

fn build(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut out = ZipArchiveWriter::new(Vec::new());
    for &(name, content) in files {
        let path = EntryPath::verbatim(name.as_bytes());
        let method = if name.ends_with('/') { CompressionMethod::STORE } else { method };
        let (mut entry, config) = out.new_file(path).compression_method(method).start().unwrap();
        let descriptor = if method == CompressionMethod::DEFLATE {
            let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
            writer.write_all(content).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(content).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    out.finish().unwrap()
}

/// Where the directory begins, as the end record says.
pub(crate) fn directory_offset(zip: &[u8]) -> usize {
    let at = zip.len() - 22 + 16;
    u32::from_le_bytes(zip[at..at + 4].try_into().unwrap()) as usize
}
