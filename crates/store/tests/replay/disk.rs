//! A disk as a file system promises it and no better: what was not synced may be there or not.
//!
//! Each name in each folder has a history since the folder was last synced: after a crash it means any of what it meant since
//! then. Each file has the writes since it was last synced: after a crash any of them are there. Names and files do not wait for each
//! other, nor does one name for another. File systems with a journal keep the order of names; [`Fate::InOrder`] is like those.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use bytes::Bytes;

/// A file or a folder, whatever its names.
pub(crate) type Inode = usize;

/// The data folder itself.
pub(crate) const ROOT: Inode = 0;

/// What is done to a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Op {
    /// There is a new folder, which has no name yet.
    Folder(Inode),
    /// In this folder, this name means that inode from here on, or nothing.
    Name(Inode, String, Option<Inode>),
    /// Bytes are written into a file at an offset.
    Write(Inode, usize, Vec<u8>),
    /// A file loses all content.
    Empty(Inode),
    /// A file, or the names in a folder, are made durable.
    Sync(Inode),
    /// Everything is.
    SyncAll,
}

/// What a crash leaves of that which was not synced.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate {
    /// All of it.
    All,
    /// Nothing.
    Nothing,
    /// All names, no content.
    NamesOnly,
    /// Of each name any state, of each file any writes, as these dice fall.
    Any(u64),
    /// Names up to some moment, the same for all folders; of each file any writes.
    InOrder(u64),
}

/// The disk with all that is still open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    names: BTreeMap<(Inode, String), Vec<Meaning>>,
    folders: BTreeSet<Inode>,
    files: BTreeMap<Inode, File>,
    /// How many operations there were.
    time: usize,
}

/// What a name means from some time on.
#[derive(Debug, Clone, Copy)]
struct Meaning {
    since: usize,
    inode: Option<Inode>,
}

#[derive(Debug, Clone, Default)]
struct File {
    durable: Bytes,
    pending: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Empty,
}

/// Files by their paths below the data folder; folders have no content.
pub(crate) type Image = BTreeMap<String, Option<Bytes>>;

impl Disk {
    /// Does one thing more.
    pub(crate) fn apply(&mut self, op: &Op) {
        self.time += 1;
        match op {
            Op::Folder(folder) => drop(self.folders.insert(*folder)),
            Op::Name(folder, name, inode) => {
                let history = self.names.entry((*folder, name.clone()));
                let history = history.or_insert_with(|| vec![Meaning { since: 0, inode: None }]);
                history.push(Meaning { since: self.time, inode: *inode });
            }
            Op::Write(file, at, bytes) => self.change(*file, Change::Write(*at, bytes.clone())),
            Op::Empty(file) => self.change(*file, Change::Empty),
            Op::Sync(inode) => self.sync(|other| other == *inode),
            Op::SyncAll => self.sync(|_| true),
        }
    }

    fn change(&mut self, file: Inode, change: Change) {
        self.files.entry(file).or_default().pending.push(change);
    }

    fn sync(&mut self, which: impl Fn(Inode) -> bool) {
        for (_, history) in self.names.iter_mut().filter(|((folder, _), _)| which(*folder)) {
            history.drain(..history.len() - 1);
        }
        for (_, file) in self.files.iter_mut().filter(|(inode, _)| which(**inode)) {
            file.durable = file.with(|_| true);
            file.pending.clear();
        }
    }

    /// What is found after a crash.
    pub(crate) fn image(&self, fate: Fate) -> Image {
        let mut image = Image::new();
        self.add_folder(ROOT, "", fate, &mut image);
        image
    }

    fn add_folder(&self, folder: Inode, path: &str, fate: Fate, image: &mut Image) {
        for ((_, name), history) in self.names.range((folder, String::new())..(folder + 1, String::new())) {
            let Some(inode) = self.meaning(folder, name, history, fate) else { continue };
            let path = format!("{path}{name}");
            if self.folders.contains(&inode) {
                image.insert(path.clone(), None);
                self.add_folder(inode, &format!("{path}/"), fate, image);
            } else {
                image.insert(path, Some(self.content(inode, fate)));
            }
        }
    }

    fn meaning(&self, folder: Inode, name: &str, history: &[Meaning], fate: Fate) -> Option<Inode> {
        let last = history.len() - 1;
        let at = match fate {
            Fate::All | Fate::NamesOnly => last,
            Fate::Nothing => 0,
            Fate::Any(seed) => below(last + 1, &(seed, folder, name)),
            Fate::InOrder(seed) => {
                let end = below(self.time + 1, &seed);
                history.iter().rposition(|meaning| meaning.since <= end).unwrap_or(0)
            }
        };
        history[at].inode
    }

    fn content(&self, inode: Inode, fate: Fate) -> Bytes {
        let Some(file) = self.files.get(&inode) else { return Bytes::new() };
        file.with(|number| match fate {
            Fate::All => true,
            Fate::Nothing | Fate::NamesOnly => false,
            Fate::Any(seed) | Fate::InOrder(seed) => below(2, &(seed, inode, number)) == 1,
        })
    }
}

impl File {
    /// The content with those of the pending changes that are kept.
    fn with(&self, kept: impl Fn(usize) -> bool) -> Bytes {
        if self.pending.is_empty() {
            return self.durable.clone();
        }
        let mut content = self.durable.to_vec();
        let changes = self.pending.iter().enumerate().filter(|(number, _)| kept(*number));
        changes.for_each(|(_, change)| change.apply(&mut content));
        content.into()
    }
}

impl Change {
    /// What was never written before this is zeros.
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Empty => content.clear(),
            Self::Write(at, bytes) => {
                let end = at + bytes.len();
                content.resize(content.len().max(end), 0);
                content[*at..end].copy_from_slice(bytes);
            }
        }
    }
}

/// A number below `end` that depends on nothing but what it is made from.
fn below(end: usize, from: &impl std::hash::Hash) -> usize {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    from.hash(&mut hasher);
    usize::try_from(hasher.finish() % end as u64).unwrap()
}

/// Puts an image into an empty folder.
pub(crate) fn write(image: &Image, folder: &Path) {
    for (path, content) in image {
        let path = folder.join(path);
        match content {
            None => fs::create_dir(path).unwrap(),
            Some(content) => fs::write(path, content).unwrap(),
        }
    }
}

#[test]
fn a_crash_leaves_what_was_synced_and_any_of_the_rest() {
    let mut disk = Disk::default();
    let name = |folder, name: &str, inode| Op::Name(folder, name.to_owned(), Some(inode));
    let durable = [name(ROOT, "a", 1), Op::Write(1, 0, b"one".to_vec()), Op::Sync(1), Op::Sync(ROOT)];
    let open = [Op::Write(1, 3, b"two".to_vec()), name(ROOT, "b", 1), name(ROOT, "a", 2)];
    durable.iter().chain(&open).for_each(|op| disk.apply(op));
    let image = |files: &[(&str, &str)]| -> Image {
        files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), Some(Bytes::copy_from_slice(text.as_bytes()))))
            .collect()
    };
    assert_eq!(disk.image(Fate::Nothing), image(&[("a", "one")]));
    assert_eq!(disk.image(Fate::All), image(&[("a", ""), ("b", "onetwo")]));
    assert_eq!(disk.image(Fate::NamesOnly), image(&[("a", ""), ("b", "one")]));
    let seen = |fate: fn(u64) -> Fate| (0..100).map(|seed| disk.image(fate(seed))).collect::<BTreeSet<_>>();
    assert_eq!(seen(Fate::Any).len(), 7, "two names and a write, which is not seen in what is not named");
    assert!(!seen(Fate::InOrder).contains(&image(&[("a", "")])), "a changed after b came");
}
