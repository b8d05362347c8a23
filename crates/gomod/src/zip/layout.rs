//! Whether the entries lie side by side in the file.
//!
//! go does not look at this. A zip bomb is small because many entries share the same bytes, and no honest writer makes such a
//! file, so it is refused before anything is inflated.

use rawzip::ReaderAt;

use super::directory::{Archive, Entry};
use super::error::ZipError;

/// The bytes of one entry, header included.
struct Span<'a> {
    start: u64,
    end: u64,
    name: &'a str,
}

impl<R: ReaderAt> Archive<R> {
    /// Reads the local header of each entry, and checks that no two share a byte and all end before the directory.
    pub(super) fn check_layout(&self, entries: &[Entry]) -> Result<(), ZipError> {
        let mut spans: Vec<Span<'_>> = Vec::with_capacity(entries.len());
        for entry in entries {
            let local = self.zip.get_entry(entry.wayfinder).map_err(ZipError::structure)?;
            let (_, end) = local.compressed_data_range();
            spans.push(Span { start: entry.header_offset, end, name: &entry.name });
        }
        spans.sort_by_key(|span| span.start);
        let directory = Span { start: self.zip.directory_offset(), end: u64::MAX, name: "" };
        let next = spans.iter().skip(1).chain([&directory]);
        match spans.iter().zip(next).find(|(a, b)| a.end > b.start) {
            None => Ok(()),
            Some((a, b)) => Err(overlap(a, b)),
        }
    }
}

fn overlap(a: &Span<'_>, b: &Span<'_>) -> ZipError {
    let other = if b.end == u64::MAX { "the directory".to_owned() } else { format!("{:?}", b.name) };
    ZipError::Overlap { name: a.name.to_owned(), other }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn check(zip: &[u8]) -> Result<(), ZipError> {
        let archive = Archive::open(zip, zip.len() as u64)?;
        archive.check_layout(&archive.entries()?)
    }

    #[test]
    fn honest_zips_pass() {
        assert!(check(&sample::zip(&[])).is_ok());
        assert!(check(&sample::zip(&[("b", b"x"), ("a", b""), ("d/", b"")])).is_ok());
    }

    #[test]
    fn two_entries_with_the_same_bytes_do_not() {
        let mut zip = sample::zip(&[("a", b"x"), ("b", b"x")]);
        let second = sample::directory_offset(&zip) + 46 + 1;
        zip[second + 42..second + 46].fill(0);
        let error = check(&zip).unwrap_err();
        assert!(matches!(error, ZipError::Overlap { .. }), "{error}");
    }

    #[test]
    fn an_entry_does_not_run_into_the_directory() {
        let mut zip = sample::zip(&[("a", b"x")]);
        let first = sample::directory_offset(&zip);
        zip[first + 20] = 100;
        let error = check(&zip).unwrap_err();
        assert!(matches!(error, ZipError::Overlap { ref other, .. } if other == "the directory"), "{error}");
    }

    #[test]
    fn an_offset_past_the_end_is_malformed() {
        let mut zip = sample::zip(&[("a", b"x")]);
        let first = sample::directory_offset(&zip);
        zip[first + 45] = 0x7f;
        assert!(matches!(check(&zip), Err(ZipError::Malformed(_))));
    }
}
