//! The bytes of the tar that are no content: headers, padding, the end, and where the manifest is.
//!
//! They follow from the manifest to the last byte. A writer writes them; a reader does not interpret them, it compares them.

use std::io;

use tar::{EntryType, Header};

use crate::paths;

/// What a tar is made of.
pub(crate) const BLOCK: u64 = 512;

/// The end of a tar: two blocks of zeros.
pub(crate) const END: [u8; 1024] = [0; 1024];

/// The bytes behind the manifest: the header and the one block that say where it is, and the end.
pub(crate) const TAIL: u64 = 2 * BLOCK + END.len() as u64;

/// What a file that holds the rest of a path that is too long for a header is called, by custom.
const LONG_NAME: &str = "././@LongLink";

/// All files can be read by anybody and run by nobody.
const MODE: u32 = 0o644;

/// Where the manifest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ManifestAt {
    /// Where its header begins.
    pub(crate) header: u64,
    /// How long its content is.
    pub(crate) size: u64,
}

/// What stands before the content of a file: one block, and more before it for a long path.
pub(crate) fn header(path: &str, size: u64, mtime: u64) -> io::Result<Vec<u8>> {
    let mut header = Header::new_ustar();
    if header.set_path(path).is_ok() {
        finish(&mut header, size, mtime, EntryType::Regular);
        return Ok(header.as_bytes().to_vec());
    }
    long_header(path, size, mtime)
}

/// The way that every tar program knows of: the path as the content of an entry of its own.
fn long_header(path: &str, size: u64, mtime: u64) -> io::Result<Vec<u8>> {
    let name = [path.as_bytes(), &[0]].concat();
    let mut before = Header::new_gnu();
    before.set_path(LONG_NAME)?;
    finish(&mut before, name.len() as u64, mtime, EntryType::GNULongName);
    let mut header = Header::new_gnu();
    let short = path.get(..100).ok_or_else(|| io::Error::other("a path that is not ASCII"))?;
    header.as_mut_bytes()[..100].copy_from_slice(short.as_bytes());
    finish(&mut header, size, mtime, EntryType::Regular);
    let padding = vec![0; to_usize(padding(name.len() as u64))?];
    Ok([before.as_bytes(), name.as_slice(), &padding, header.as_bytes()].concat())
}

fn finish(header: &mut Header, size: u64, mtime: u64, kind: EntryType) {
    header.set_entry_type(kind);
    header.set_mode(MODE);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size);
    header.set_mtime(mtime);
    header.set_cksum();
}

/// How many zeros stand behind content of this length.
pub(crate) fn padding(size: u64) -> u64 {
    (BLOCK - size % BLOCK) % BLOCK
}

/// All that stands behind the manifest.
pub(crate) fn tail(at: ManifestAt, mtime: u64) -> io::Result<Vec<u8>> {
    let mut block = format!("the manifest begins at {} and has {} bytes\n", at.header, at.size).into_bytes();
    block.resize(to_usize(BLOCK)?, b'\n');
    let mut tail = header(paths::MANIFEST_AT, BLOCK, mtime)?;
    tail.extend(block);
    tail.extend(END);
    Ok(tail)
}

/// Where the manifest is, by the last bytes of a bundle. It is a stranger's word until it is checked.
pub(crate) fn read_tail(tail: &[u8]) -> Option<ManifestAt> {
    let block = tail.get(to_usize(BLOCK).ok()?..to_usize(2 * BLOCK).ok()?)?;
    let text = std::str::from_utf8(block).ok()?.trim_end_matches('\n');
    let rest = text.strip_prefix("the manifest begins at ")?.strip_suffix(" bytes")?;
    let (header, size) = rest.split_once(" and has ")?;
    Some(ManifestAt { header: header.parse().ok()?, size: size.parse().ok()? })
}

pub(crate) fn to_usize(number: u64) -> io::Result<usize> {
    usize::try_from(number).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_says_where_the_manifest_is() {
        let at = ManifestAt { header: 1_234_567_890_123, size: 42 };
        let tail = tail(at, 7).unwrap();
        assert_eq!((tail.len() as u64, read_tail(&tail)), (TAIL, Some(at)));
        assert_eq!(read_tail(&tail[..600]), None);
        assert_eq!(read_tail(&vec![0; tail.len()]), None);
    }

    #[test]
    fn a_header_is_whole_blocks_also_for_a_long_path() {
        let long = format!("proxy/a.b/{}/@v/list", "x".repeat(300));
        assert_eq!(header("README", 3, 7).unwrap().len(), 512);
        assert_eq!(header(&long, 3, 7).unwrap().len(), 3 * 512);
        assert_eq!([0, 1, 511, 512, 513].map(padding), [0, 511, 1, 0, 511]);
    }
}
