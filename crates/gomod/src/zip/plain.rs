//! Zips that all readers read alike.
//!
//! The format lets a zip say a thing twice: an end record and a longer one for large zips, sizes in the directory and in extra fields, names
//! there and in front of the data. Readers differ in whom they believe, so that one file can be two zips. What writers of module zips
//! make says everything once.

use rawzip::ReaderAt;

use super::MAX_DIRECTORY_BYTES;
use super::directory::Bounded;

const END_BYTES: usize = 22;
const HEADER_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;

/// Whether every reader, go's among them, finds the same files with the same contents in a zip that [`check`](super::check()) has passed: it
/// ends in one end record with nothing behind it, no number is kept anywhere else, and no entry has extra fields in the directory,
/// or another name in front of its data. `false` also for what cannot be read. `len` is the length of the zip in bytes.
///
/// ```
/// use gomod::zip::is_plain;
/// let empty = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
/// assert!(is_plain(empty.as_slice(), 22));
/// assert!(!is_plain([&empty[..20], b"\x04\0more"].concat().as_slice(), 26));
/// ```
pub fn is_plain<R: ReaderAt>(reader: R, len: u64) -> bool {
    let reader = Bounded::new(reader, len);
    let Some((entries, directory)) = directory(&reader, len) else { return false };
    let mut rest = &directory[..];
    (0..entries).all(|_| next(&reader, &mut rest).is_some()) && rest.is_empty()
}

/// How many entries there are, and the directory, which lies right before the end record.
fn directory<R: ReaderAt>(reader: &Bounded<R>, len: u64) -> Option<(u16, Vec<u8>)> {
    let at = len.checked_sub(END_BYTES as u64)?;
    let mut end = [0; END_BYTES];
    reader.read_exact_at(&mut end, at).ok()?;
    let [entries, total, comment] = [8, 10, 20].map(|field| u16_at(&end, field));
    let [size, offset] = [12, 16].map(|field| u32_at(&end, field));
    let is_alone = end.starts_with(b"PK\x05\x06\0\0\0\0") && comment == 0;
    // go takes all ones of 16 bits in the size, too, for a sign that the longer end record has it.
    let is_short = entries == total && total != u16::MAX && size & 0xffff != 0xffff && offset != u32::MAX;
    let is_before = u64::from(size) + u64::from(offset) == at && u64::from(size) <= MAX_DIRECTORY_BYTES;
    if !(is_alone && is_short && is_before) {
        return None;
    }
    let mut directory = vec![0; usize::try_from(size).ok()?];
    reader.read_exact_at(&mut directory, offset.into()).ok()?;
    Some((total, directory))
}

/// Takes one entry off the directory; `None` when it is not plain.
fn next<R: ReaderAt>(reader: &Bounded<R>, rest: &mut &[u8]) -> Option<()> {
    let (header, behind) = rest.split_at_checked(HEADER_BYTES)?;
    let [name, extra, comment, disk] = [28, 30, 32, 34].map(|field| u16_at(header, field));
    let [deflated, size, offset] = [20, 24, 42].map(|field| u32_at(header, field));
    let has_all = [deflated, size, offset].iter().all(|number| *number != u32::MAX);
    let is_plain = header.starts_with(b"PK\x01\x02") && extra == 0 && comment == 0 && disk == 0 && has_all;
    let (name, behind) = behind.split_at_checked(name.into()).filter(|_| is_plain)?;
    *rest = behind;
    is_local(reader, name, offset.into()).then_some(())
}

/// Whether the header in front of the data has this name and no extra field, so that all find the data at the same place.
fn is_local<R: ReaderAt>(reader: &Bounded<R>, name: &[u8], offset: u64) -> bool {
    let mut header = vec![0; LOCAL_BYTES + name.len()];
    let is_read = reader.read_exact_at(&mut header, offset).is_ok();
    is_read
        && header.starts_with(b"PK\x03\x04")
        && usize::from(u16_at(&header, 26)) == name.len()
        && u16_at(&header, 28) == 0
        && &header[LOCAL_BYTES..] == name
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn plain(zip: &[u8]) -> bool {
        is_plain(zip, zip.len() as u64)
    }

    fn honest() -> Vec<u8> {
        sample::zip(&[("a", b"content"), ("b/c", b"")])
    }

    #[test]
    fn honest_zips_are() {
        assert!(plain(&honest()) && plain(&sample::stored_zip(&[("a", b"1")])) && plain(&sample::zip(&[])));
        let names: Vec<String> = (0..66_000).map(|i| format!("f{i}")).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert!(
            !plain(&sample::stored_zip(&many)),
            "the number of its files stands in the longer end record"
        );
    }

    #[test]
    fn every_second_place_for_a_number_is_noticed() {
        let directory = sample::directory_offset(&honest());
        let end = honest().len() - END_BYTES;
        // The counts, the size and the offset of the directory; extra field, comment, disk, sizes and offset of an entry.
        for (at, to) in [
            (end + 8, &[0xff, 0xff][..]),
            (end + 10, &[0xff, 0xff]),
            (end + 12, &[0xff, 0xff, 0xff, 0xff]),
            (end + 12, &[0xff, 0xff]),
            (end + 16, &[0xff, 0xff, 0xff, 0xff]),
            (end + 20, &[1]),
            (directory + 30, &[4]),
            (directory + 32, &[4]),
            (directory + 34, &[1]),
            (directory + 20, &[0xff; 4]),
            (directory + 24, &[0xff; 4]),
            (directory + 42, &[0xff; 4]),
            (26, &[2]),
            (28, &[4]),
            (30, b"x"),
        ] {
            let mut zip = honest();
            zip[at..at + to.len()].copy_from_slice(to);
            assert!(!plain(&zip), "{at} {to:?}");
        }
    }

    #[test]
    fn what_is_cut_or_longer_is_not() {
        let zip = honest();
        assert!((0..zip.len()).all(|len| !plain(&zip[..len])));
        assert!(!plain(&[&zip[..], b"x"].concat()));
        assert!(!plain(&[b"x", &zip[..]].concat()));
    }
}
