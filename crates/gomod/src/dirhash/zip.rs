//! The h1 of a zip (protocol.md F1), computed while the files are inflated.

use rawzip::ReaderAt;
use sha2::{Digest, Sha256};

use super::files::FileList;
use super::h1::H1;
use crate::zip::{Archive, ContentReader, Entry, MAX_ZIP_BYTES, ZipError};

/// The h1 of a zip: of the names and contents of its entries, directory entries included (protocol.md C21, F1).
///
/// Contents are read in pieces, and their sizes and checksums verified. The sizes that the directory declares may be
/// [`MAX_ZIP_BYTES`] in all and are not exceeded, so a bomb ends early (protocol.md C2, C4). Whether it is a module zip is
/// for [`zip::check`](crate::zip::check()) to say. `len` is the length of the zip in bytes.
///
/// ```
/// use gomod::dirhash::{hash_zip, hash1};
/// let empty = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
/// assert_eq!(hash_zip(empty.as_slice(), 22)?, hash1::<&str, &str>([])?);
/// assert!(hash_zip(b"not a zip".as_slice(), 9).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn hash_zip<R: ReaderAt>(reader: R, len: u64) -> Result<H1, ZipError> {
    let archive = Archive::open(reader, len)?;
    let mut entries = archive.entries()?;
    check_total(&entries)?;
    // Stable, so that of entries with the same name the last one stays last: it is the one that counts.
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let mut contents = ContentReader::new(&archive);
    let mut list = FileList::default();
    for same_name in entries.chunk_by(|a, b| a.name == b.name) {
        let digest = digest(&mut contents, &same_name[same_name.len() - 1])?;
        same_name.iter().try_for_each(|entry| list.add(&entry.name, &digest))?;
    }
    Ok(list.finish())
}

fn check_total(entries: &[Entry]) -> Result<(), ZipError> {
    let total = entries.iter().try_fold(0_u64, |sum, entry| sum.checked_add(entry.size));
    if total.is_some_and(|total| total <= MAX_ZIP_BYTES) { Ok(()) } else { Err(ZipError::ContentTooLarge) }
}

fn digest<R: ReaderAt>(contents: &mut ContentReader<'_, R>, entry: &Entry) -> Result<[u8; 32], ZipError> {
    let mut hash = Sha256::new();
    contents.read(entry, |piece| hash.update(piece))?;
    Ok(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dirhash::hash1;
    use crate::zip::sample;
    use proptest::prelude::*;

    const GO_MOD: (&str, &[u8]) = ("example.test/dz@v1.0.0/go.mod", b"module example.test/dz\n");
    const A_GO: (&str, &[u8]) = ("example.test/dz@v1.0.0/a.go", b"package dz\n");
    const DIR: (&str, &[u8]) = ("example.test/dz@v1.0.0/d/", b"");

    fn hash(zip: &[u8]) -> Result<String, ZipError> {
        hash_zip(zip, zip.len() as u64).map(|h1| h1.to_string())
    }

    #[test]
    fn vectors_that_go_agrees_with() {
        let plain = "h1:4243squHCTVhLEqHelQWIBruq8mZRHtDEd3/DQo1gJ8=";
        assert_eq!(hash(&sample::zip(&[GO_MOD, A_GO])).unwrap(), plain);
        assert_eq!(
            hash(&sample::stored_zip(&[A_GO, GO_MOD])).unwrap(),
            plain,
            "order and method do not count"
        );
        let with_dir = "h1:zPHE5z+mK9xQ+oFE6hSa1pc7hagis3W4lCoho3XQBSE=";
        assert_eq!(hash(&sample::zip(&[GO_MOD, A_GO, DIR])).unwrap(), with_dir);
    }

    #[test]
    fn of_entries_with_one_name_the_last_counts_twice() {
        let files: &[(&str, &[u8])] = &[("a", b"1"), ("b", b"x"), ("a", b"2")];
        assert_eq!(hash(&sample::zip(files)).unwrap(), hash1(files.iter().copied()).unwrap().to_string());
    }

    #[test]
    fn a_name_with_a_newline_has_no_hash() {
        assert!(matches!(hash(&sample::zip(&[("a\nb", b"")])), Err(ZipError::Hash(_))));
    }

    #[test]
    fn declared_sizes_are_limited_in_all() {
        let mut zip = sample::zip(&[("a", b"x"), ("b", b"x")]);
        let size = sample::directory_offset(&zip) + 24;
        zip[size..size + 4].copy_from_slice(&u32::try_from(MAX_ZIP_BYTES).unwrap().to_le_bytes());
        assert!(matches!(hash(&zip), Err(ZipError::ContentTooLarge)));
    }

    proptest! {
        #[test]
        fn a_zip_has_the_hash_of_its_files(
            files in prop::collection::vec(("[a-cA-C/é]{1,6}[a-z]", prop::collection::vec(any::<u8>(), 0..200)), 0..8),
        ) {
            let files: Vec<(&str, &[u8])> = files.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
            let expected = hash1(files.iter().copied()).unwrap().to_string();
            prop_assert_eq!(hash(&sample::zip(&files)).unwrap(), expected);
        }

        #[test]
        fn damage_gives_an_error_or_the_same_hash(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let good = sample::stored_zip(&[GO_MOD, A_GO]);
            let mut zip = good.clone();
            zip[at.index(good.len())] ^= 1 << bit;
            if let Ok(damaged) = hash(&zip) {
                // Only names can change unseen: contents have checksums. A module zip fixes the names by its prefix and go.sum.
                let names_changed = Archive::open(zip.as_slice(), zip.len() as u64).unwrap().entries().unwrap().iter()
                    .zip([GO_MOD.0, A_GO.0]).any(|(entry, name)| entry.name != name);
                prop_assert_eq!(damaged != hash(&good).unwrap(), names_changed);
            }
        }
    }
}
