//! The header of an entry in a tar stream, as far as names and sizes go.

use std::io;
use std::ops::Range;

/// Everything in a tar stream comes in blocks of so many bytes.
pub(super) const BLOCK: usize = 512;

/// Where the size of the content stands.
pub(super) const SIZE: Range<usize> = 124..136;
/// Where the kind of the entry stands.
pub(super) const KIND: usize = 156;

const NAME: Range<usize> = 0..100;
const CHECKSUM: Range<usize> = 148..156;
const PREFIX: Range<usize> = 345..500;

/// The name in a header: two fields, joined by a slash if there are both.
pub(super) fn name_of(header: &[u8; BLOCK]) -> Vec<u8> {
    let field = |range: Range<usize>| {
        let field = &header[range];
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        field[..end].to_vec()
    };
    let (mut prefix, name) = (field(PREFIX), field(NAME));
    if prefix.is_empty() {
        return name;
    }
    prefix.push(b'/');
    prefix.extend(name);
    prefix
}

/// Writes a name that was cut off at its beginning: its second part is as long as it was, or all of it fits into the first field.
pub(super) fn set_name(header: &mut [u8; BLOCK], name: &[u8]) -> io::Result<()> {
    let longest = NAME.len();
    let (prefix, name) = if name.len() <= longest {
        (&name[..0], name)
    } else {
        let slash = (0..name.len()).find(|at| name[*at] == b'/' && name.len() - at - 1 <= longest);
        let slash = slash.filter(|at| *at <= PREFIX.len());
        let slash = slash.ok_or_else(|| io::Error::other("the archive has a name that does not fit"))?;
        (&name[..slash], &name[slash + 1..])
    };
    for (range, text) in [(PREFIX, prefix), (NAME, name)] {
        header[range.clone()].fill(0);
        header[range.start..range.start + text.len()].copy_from_slice(text);
    }
    Ok(())
}

pub(super) fn number(field: &[u8]) -> io::Result<u64> {
    let text: String = field.iter().map(|byte| char::from(*byte)).collect();
    u64::from_str_radix(text.trim_matches(['\0', ' ']), 8)
        .map_err(|_| io::Error::other("the archive has a size that is no number"))
}

pub(super) fn set_number(header: &mut [u8; BLOCK], range: Range<usize>, value: u64) {
    let digits = format!("{value:0width$o}\0", width = range.len() - 1);
    header[range].copy_from_slice(digits.as_bytes());
}

pub(super) fn set_checksum(header: &mut [u8; BLOCK]) {
    header[CHECKSUM].fill(b' ');
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}
