//! Answering at once from what the system has in memory: the names of files, what is known of them, and their pages.
//!
//! Handing a small file to a thread that may block costs more than reading it. Every call here promises not to wait for a
//! disk (`RESOLVE_CACHED`, `RWF_NOWAIT`), and nobody is waited for who changes the module. What is not at hand, and what is in any way not as
//! it should be, is left to such a thread, which looks at all of it anew. So is everything on file systems that may ask another
//! machine or program before they open a file: they would keep the promise for names and pages only.

use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use rustix::fs::{Mode, OFlags, ResolveFlags, openat2, statfs};
use source::blocks::read_now;
use source::{Answer, Ask, Body};

use super::Disk;
use super::last_use::Use;
use super::layout::sidecar_of;
use super::read::{AT_ONCE_MAX, KeptFile, about};
use super::sidecar::Sidecar;

/// File systems that open a file without asking anybody, and say what they have in memory, as `statfs` tells them: the numbers are those
/// of `linux/magic.h` for ext, XFS, Btrfs, F2FS and tmpfs.
const LOCAL: [u64; 5] = [0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x0102_1994];

/// The folder below which files may be at hand; `None` where they never are.
pub(super) fn local_folder(root: &Path) -> Option<File> {
    let is_local = u64::try_from(statfs(root).ok()?.f_type).is_ok_and(|kind| LOCAL.contains(&kind));
    is_local.then(|| File::open(root).ok()).flatten()
}

impl Disk {
    /// What is kept for a question, if that can be said without waiting for a disk or a lock; `None` says nothing.
    pub(super) fn at_hand(self: &Arc<Self>, ask: &Ask) -> Option<Answer> {
        if matches!(ask, Ask::List(_) | Ask::SumDb(_)) {
            return None;
        }
        let (opened, sidecar, used_at) = self.pair_at_hand(ask)?;
        if opened.size() != sidecar.fingerprint.size {
            return None;
        }
        let answer = about(&sidecar);
        let body = self.body_at_hand(ask, opened, sidecar)?;
        self.note_use(ask, used_at, Use::Yes);
        Some(Answer { body, ..answer })
    }

    /// The artifact, its sidecar and when its last use was noted, while nobody changes either.
    fn pair_at_hand(&self, ask: &Ask) -> Option<(Opened, Sidecar, SystemTime)> {
        let (root, below_root) = (self.local_folder.as_ref()?, PathBuf::from(ask.address()));
        let _still = self.locks.try_read(ask.module())?;
        let artifact = Opened::at(root, &below_root)?;
        let beside = Opened::at(root, &sidecar_of(&below_root))?;
        let sidecar = Sidecar::decode(&beside.content()?).ok()?;
        Some((artifact, sidecar, beside.about.modified().ok()?))
    }

    /// A small file is read and compared now; of a large one each block, when it is sent.
    fn body_at_hand(self: &Arc<Self>, ask: &Ask, opened: Opened, sidecar: Sidecar) -> Option<Body> {
        if opened.size() > AT_ONCE_MAX {
            let kept = KeptFile::new(self, ask, Arc::new(opened.file), sidecar);
            return Some(Body::replay(Arc::new(kept)));
        }
        let content = opened.content()?;
        sidecar.fingerprint.check(&content).ok()?;
        Some(Bytes::from(content).into())
    }
}

/// A regular file, and what the system says of it.
struct Opened {
    file: File,
    about: Metadata,
}

impl Opened {
    /// Links are not followed, other file systems not entered, and a pipe is not waited for.
    fn at(root: &File, below_root: &Path) -> Option<Self> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let within = ResolveFlags::CACHED | ResolveFlags::NO_XDEV | ResolveFlags::NO_SYMLINKS;
        let file = File::from(openat2(root, below_root, flags, Mode::empty(), within).ok()?);
        let about = file.metadata().ok()?;
        about.is_file().then_some(Self { file, about })
    }

    fn size(&self) -> u64 {
        self.about.len()
    }

    /// The whole of a file that is not too large to be read at once.
    fn content(&self) -> Option<Vec<u8>> {
        let size = usize::try_from(self.size()).ok().filter(|_| self.size() <= AT_ONCE_MAX)?;
        let mut content = vec![0; size];
        if content.is_empty() {
            return Some(content);
        }
        let read = read_now(&self.file, &mut content, 0)?;
        (read == size).then_some(content)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::time::SystemTime;

    use source::conformance::asks_about;
    use tempfile::TempDir;

    use super::*;
    use crate::conformance::{content, vetted};
    use crate::{DiskStore, Store};

    const SMALL: usize = 1000;
    const LARGE: usize = 200_000;

    async fn kept(size: usize) -> (TempDir, DiskStore, Ask) {
        // In memory, whatever the file system of temporary files.
        let folder = tempfile::tempdir_in("/dev/shm").unwrap();
        let store = DiskStore::open(folder.path(), SystemTime::now).unwrap();
        let ask = asks_about("example.com/m", "v1.0.0")[4].clone();
        store.put(&ask, &vetted(content(1, size))).await.unwrap();
        (folder, store, ask)
    }

    fn path(folder: &TempDir, ask: &Ask) -> std::path::PathBuf {
        folder.path().join(ask.address())
    }

    #[tokio::test]
    async fn what_was_just_put_is_at_hand_and_the_same() {
        for size in [0, 1, SMALL, LARGE] {
            let (_folder, store, ask) = kept(size).await;
            let now = store.0.at_hand(&ask).expect("nobody has asked the system to forget it");
            let then = store.0.get(&ask).unwrap().unwrap();
            assert_eq!((now.assurance, now.freshness, &now.h1), (then.assurance, then.freshness, &then.h1));
            assert_eq!((now.sha256, &now.origin), (then.sha256, &then.origin));
            let [now, then] = [now, then].map(|answer| answer.body.into_bytes(LARGE as u64));
            assert_eq!(now.await.unwrap(), then.await.unwrap());
        }
    }

    #[tokio::test]
    async fn what_is_damaged_is_left_to_the_thorough() {
        let (folder, store, ask) = kept(SMALL).await;
        let path = path(&folder, &ask);
        let mut flipped = fs::read(&path).unwrap();
        flipped[7] ^= 1;
        fs::write(&path, &flipped).unwrap();
        assert!(store.0.at_hand(&ask).is_none());
        assert!(path.exists(), "it is not set aside here");
        assert!(store.get(&ask).await.unwrap().is_none());
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn what_is_cut_short_or_has_no_sidecar_or_is_no_file_is_not_at_hand() {
        let (folder, store, ask) = kept(LARGE).await;
        let path = path(&folder, &ask);
        File::options().write(true).open(&path).unwrap().set_len(70_000).unwrap();
        assert!(store.0.at_hand(&ask).is_none());
        let (elsewhere, _other, _) = kept(LARGE).await;
        fs::remove_file(&path).unwrap();
        symlink(elsewhere.path().join(ask.address()), &path).unwrap();
        assert!(store.0.at_hand(&ask).is_none(), "a link is not followed");
        fs::remove_file(&path).unwrap();
        fs::rename(elsewhere.path().join(ask.address()), &path).unwrap();
        assert!(store.0.at_hand(&ask).is_some());
        fs::remove_file(sidecar_of(&path)).unwrap();
        assert!(store.0.at_hand(&ask).is_none());
    }

    #[tokio::test]
    async fn nobody_is_waited_for() {
        let (_folder, store, ask) = kept(SMALL).await;
        let changing = store.0.locks.write(ask.module());
        assert!(store.0.at_hand(&ask).is_none());
        drop(changing);
        assert!(store.0.at_hand(&ask).is_some());
    }

    #[tokio::test]
    async fn what_lies_behind_a_linked_folder_is_left_to_those_who_may_wait() {
        let (folder, store, ask) = kept(SMALL).await;
        let (here, elsewhere) = (folder.path().join("example.com"), folder.path().join("elsewhere"));
        fs::rename(&here, &elsewhere).unwrap();
        symlink(&elsewhere, &here).unwrap();
        assert!(store.0.at_hand(&ask).is_none(), "it may be another file system");
        assert!(store.get(&ask).await.unwrap().is_some());
    }

    #[test]
    fn what_is_no_local_disk_is_told_as_such() {
        assert!(local_folder(Path::new("/dev/shm")).is_some());
        assert!(local_folder(Path::new("/proc")).is_none());
        assert!(local_folder(Path::new("/here/is/nothing")).is_none());
    }
}
