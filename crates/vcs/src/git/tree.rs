//! What a commit consists of.

use bytes::Bytes;

use super::objects::{Found, ReadError, Reader};
use crate::{EntryKind, RepoError, TreeEntry, names};

/// What a path may take in a listing, on average, with all that stands beside it.
const BYTES_PER_ENTRY: u64 = 128;

impl Reader {
    /// Every entry below a folder (empty: the root), in git's order.
    pub(super) async fn tree(
        &self,
        commit: &str,
        dir: &str,
        entries_max: usize,
    ) -> Result<Vec<TreeEntry>, ReadError> {
        if !dir.is_empty() {
            match self.find(commit, dir).await? {
                Found::Folder => {}
                Found::File(_) | Found::Nothing => {
                    return Err(
                        RepoError::not_found(format!("the commit {commit} has no folder {dir:?}")).into()
                    );
                }
            }
        }
        let listing = self.listing(commit, dir, entries_max).await?;
        Ok(entries(&listing, entries_max)?)
    }

    async fn listing(&self, commit: &str, dir: &str, entries_max: usize) -> Result<Bytes, ReadError> {
        let root = format!("{commit}:{dir}");
        let call = self.call().args(["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", &root]);
        self.run(call.with(|call| call.stdout_bytes_max(BYTES_PER_ENTRY * entries_max as u64))).await
    }
}

/// Reads `MODE KIND NAME<tab>PATH`, each ended by a zero byte.
fn entries(listing: &Bytes, entries_max: usize) -> Result<Vec<TreeEntry>, RepoError> {
    let records = listing.split(|byte| *byte == 0).filter(|record| !record.is_empty());
    let mut entries = Vec::new();
    for record in records {
        if entries.len() == entries_max {
            return Err(RepoError::refused(format!("the repository has more than {entries_max} files")));
        }
        entries.push(entry(record)?);
    }
    Ok(entries)
}

fn entry(record: &[u8]) -> Result<TreeEntry, RepoError> {
    let strange = || RepoError::unavailable("git lists a file in a strange way");
    let tab = record.iter().position(|byte| *byte == b'\t').ok_or_else(strange)?;
    let (about, path) = (&record[..tab], &record[tab + 1..]);
    let kind = match about {
        [b'1', b'2', b'0', b'0', b'0', b'0', b' ', ..] => EntryKind::Symlink,
        [b'1', b'0', b'0', ..] => EntryKind::File,
        _ => EntryKind::Other,
    };
    Ok(TreeEntry { path: names::text(path), kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart() {
        let listing = Bytes::from_static(
            b"100644 blob 11\ta b.go\x00100755 blob 22\tb\x00120000 blob 33\tc\x00160000 commit 44\td\x00",
        );
        let read: Vec<_> =
            entries(&listing, 4).unwrap().into_iter().map(|entry| (entry.path, entry.kind)).collect();
        let expected = [
            ("a b.go".to_owned(), EntryKind::File),
            ("b".into(), EntryKind::File),
            ("c".into(), EntryKind::Symlink),
            ("d".into(), EntryKind::Other),
        ];
        assert_eq!(read, expected);
        assert!(entries(&listing, 3).unwrap_err().message.contains("more than 3 files"));
        let foreign = Bytes::from_static(b"100644 blob 11\ta/\xff\0");
        assert_eq!(entries(&foreign, 4).unwrap()[0].path, names::text(b"a/\xff"));
    }
}
