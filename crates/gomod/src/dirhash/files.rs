//! Hashing names with their contents (protocol.md F1, F2).

use sha2::{Digest, Sha256};

use super::h1::H1;

/// A set of files that has no h1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The list of names is made of lines, so a name cannot hold a newline.
    #[error("the file name {0:?} holds a newline, so it cannot be hashed")]
    Newline(String),
}

/// The h1 of files given by name and content, in any order. Of files with the same name the last one counts, as often as
/// the name occurs; that is what go computes (protocol.md F1).
///
/// ```
/// use gomod::dirhash::{hash_go_mod, hash1};
/// let go_mod = b"module example.test/dz\n";
/// assert_eq!(hash1([("go.mod", go_mod)])?, hash_go_mod(go_mod));
/// assert!(hash1([("a\nb", b"")]).is_err());
/// # Ok::<(), gomod::dirhash::HashError>(())
/// ```
pub fn hash1<N, C>(files: impl IntoIterator<Item = (N, C)>) -> Result<H1, HashError>
where
    N: AsRef<str>,
    C: AsRef<[u8]>,
{
    let digest = |(name, content): (N, C)| (name, Sha256::digest(content).into());
    let mut files: Vec<(N, [u8; 32])> = files.into_iter().map(digest).collect();
    files.sort_by(|a, b| a.0.as_ref().cmp(b.0.as_ref()));
    let mut list = FileList::default();
    for same_name in files.chunk_by(|a, b| a.0.as_ref() == b.0.as_ref()) {
        for (name, _) in same_name {
            list.add(name.as_ref(), &same_name[same_name.len() - 1].1)?;
        }
    }
    Ok(list.finish())
}

/// The h1 of files given by name and hash of their content, sorted by name, none twice.
pub(crate) fn hash_digests(sorted: &[(String, [u8; 32])]) -> Result<H1, HashError> {
    let mut list = FileList::default();
    sorted.iter().try_for_each(|(name, digest)| list.add(name, digest))?;
    Ok(list.finish())
}

/// The h1 of a go.mod file on its own: one file of the name `go.mod` (protocol.md F2).
pub fn hash_go_mod(content: &[u8]) -> H1 {
    let mut list = FileList::default();
    list.add_line("go.mod", &Sha256::digest(content).into());
    list.finish()
}

/// The list that h1 is the hash of: a line for each file, in the order in which they are added.
#[derive(Default)]
pub(super) struct FileList(Sha256);

impl FileList {
    pub(super) fn add(&mut self, name: &str, content_hash: &[u8; 32]) -> Result<(), HashError> {
        if name.contains('\n') {
            return Err(HashError::Newline(name.to_owned()));
        }
        self.add_line(name, content_hash);
        Ok(())
    }

    fn add_line(&mut self, name: &str, content_hash: &[u8; 32]) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let hex = content_hash.map(|byte| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        self.0.update(hex.as_flattened());
        self.0.update(b"  ");
        self.0.update(name);
        self.0.update(b"\n");
    }

    pub(super) fn finish(self) -> H1 {
        H1::from_bytes(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO_MOD: (&str, &str) = ("example.test/dz@v1.0.0/go.mod", "module example.test/dz\n");
    const A_GO: (&str, &str) = ("example.test/dz@v1.0.0/a.go", "package dz\n");

    fn text(files: &[(&str, &str)]) -> String {
        hash1(files.iter().copied()).unwrap().to_string()
    }

    #[test]
    fn vectors_that_go_agrees_with() {
        assert_eq!(
            hash_go_mod(GO_MOD.1.as_bytes()).to_string(),
            "h1:SN9pIBhQ35d+/yMNgcdkIkispCn91WnylB6u+gpAiQ8="
        );
        assert_eq!(hash_go_mod(b"").to_string(), "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=");
        assert_eq!(text(&[GO_MOD, A_GO]), "h1:4243squHCTVhLEqHelQWIBruq8mZRHtDEd3/DQo1gJ8=");
        assert_eq!(
            text(&[GO_MOD, A_GO, ("example.test/dz@v1.0.0/d/", "")]),
            "h1:zPHE5z+mK9xQ+oFE6hSa1pc7hagis3W4lCoho3XQBSE="
        );
    }

    #[test]
    fn order_does_not_count_but_every_byte_does() {
        assert_eq!(text(&[GO_MOD, A_GO]), text(&[A_GO, GO_MOD]));
        assert_ne!(text(&[GO_MOD]), text(&[(GO_MOD.0, "module example.test/dz")]));
        assert_ne!(text(&[("a", "")]), text(&[("b", "")]));
    }

    #[test]
    fn of_files_with_one_name_the_last_counts_twice() {
        assert_eq!(text(&[("a", "1"), ("a", "2")]), text(&[("a", "2"), ("a", "2")]));
        assert_ne!(text(&[("a", "1"), ("a", "2")]), text(&[("a", "2")]));
    }
}
