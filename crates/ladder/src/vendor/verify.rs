//! Is the vendor folder what `.checksums` says? Looks, and never changes anything in the project.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::digest::Digest;
use super::error::VendorError;
use super::findings::{Damage, NoList, Verdict};
use super::hash::{self, hash_files};
use super::list::{LIST_BYTES_MAX, List};
use super::name::Name;
use super::stat_cache::{self, StatCache};
use super::tree::{Found, Stat, Tree, look};
use super::{CHECKSUMS, VENDOR};

/// How to look.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The user's folder for caches that can be lost; `None` for no cache. Never a folder of the project.
    pub cache: Option<&'a Path>,
    /// Reads every file, whatever the cache says.
    pub full: bool,
    /// The time. It must be that of the clock that stamps files.
    pub now: SystemTime,
}

/// What a look gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The judgement.
    pub verdict: Verdict,
    /// How many files are listed.
    pub listed: usize,
    /// How many files were read, because the cache did not know them.
    pub read: usize,
    /// The hash of `.checksums`, which a manifest signs; `None` when there is no list.
    pub list: Option<Digest>,
}

/// Compares the vendor folder of the project in `root` with its `.checksums`.
///
/// The state of the files is remembered in the cache, so that the next look reads only what was changed since. What cannot be
/// written into the cache is read again next time; that is no error.
///
/// # Errors
/// [`VendorError::Io`] when a file or folder of the vendor folder cannot be read: then it is not known whether it is whole.
pub fn verify(root: &Path, how: &Look<'_>) -> Result<Report, VendorError> {
    let (list, hash) = match read_list(root)? {
        Ok(list) => list,
        Err(reason) => {
            return Ok(Report { verdict: Verdict::NoList(reason), listed: 0, read: 0, list: None });
        }
    };
    let tree = Tree::walk(&root.join(VENDOR))?;
    let mut comparison = Comparison::new(&list, &tree);
    let read = comparison.contents(root, &tree, how)?;
    let damage = comparison.damage;
    let verdict = if damage.is_none() { Verdict::Whole } else { Verdict::Damaged(damage) };
    Ok(Report { verdict, listed: list.files().len(), read, list: Some(hash) })
}

/// Reads `.checksums`, or says why there is none; with the hash of its text.
pub(super) fn read_list(root: &Path) -> Result<Result<(List, Digest), NoList>, VendorError> {
    let vendor = root.join(VENDOR);
    match look(&vendor)? {
        Found::Folder => {}
        Found::Nothing => return Ok(Err(NoList::NoVendor)),
        Found::Other => return Ok(Err(NoList::VendorIsNoFolder)),
    }
    Ok(match read_limited(&vendor.join(CHECKSUMS)) {
        Ok(text) => List::parse(&text).map(|list| (list, Digest::of(&text))).map_err(NoList::Malformed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(NoList::Missing),
        Err(error) => Err(NoList::Unreadable(error.to_string())),
    })
}

fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    hash::open(path)?.take(LIST_BYTES_MAX + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LIST_BYTES_MAX {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is longer than {LIST_BYTES_MAX} bytes"),
        ));
    }
    Ok(text)
}

/// What a list and a folder have in common, and what only one of them has.
#[derive(Default)]
struct Comparison<'a> {
    damage: Damage,
    /// In both: the file, its state, and the hash that it should have.
    common: Vec<(&'a Name, &'a Stat, Digest)>,
}

impl<'a> Comparison<'a> {
    /// Goes through both in the order of their names, once: with a search for each name it would take most of the time of a look.
    fn new(list: &'a List, tree: &'a Tree) -> Self {
        let mut comparison = Self::default();
        let mut listed = list.files().iter().peekable();
        for (name, stat) in &tree.files {
            while let Some((missing, _)) = listed.next_if(|(other, _)| other < name) {
                comparison.missing(missing, tree);
            }
            match listed.next_if(|(other, _)| other == name) {
                Some((_, digest)) => comparison.common.push((name, stat, *digest)),
                None if name.is_top(CHECKSUMS) => {}
                None => comparison.damage.added.push(name.clone()),
            }
        }
        listed.for_each(|(missing, _)| comparison.missing(missing, tree));
        comparison.strange(list, tree);
        comparison
    }

    /// A listed name under which there is no file; maybe there is something else.
    fn missing(&mut self, name: &Name, tree: &Tree) {
        if tree.strange.binary_search(name).is_err() {
            self.damage.missing.push(name.clone());
        }
    }

    fn strange(&mut self, list: &List, tree: &Tree) {
        for name in &tree.strange {
            let is_listed = list.get(name).is_some();
            let kind = if is_listed { &mut self.damage.changed } else { &mut self.damage.added };
            kind.push(name.clone());
        }
        self.damage.added.sort_unstable();
    }

    /// Finds what has another content. Gives the number of files that were read for it.
    fn contents(&mut self, root: &Path, tree: &Tree, how: &Look<'_>) -> Result<usize, VendorError> {
        let mut known = Known::load(root, how);
        // What the cache says is changed is read before it is told.
        let is_unknown =
            |(name, stat, wanted): &&(&Name, &Stat, Digest)| known.digest(name, stat) != Some(*wanted);
        let unknown: Vec<_> = self.common.iter().filter(is_unknown).collect();
        let names: Vec<&Name> = unknown.iter().map(|(name, ..)| *name).collect();
        let hashed = hash_files(&root.join(VENDOR), &names)?;
        for ((name, _, wanted), hashed) in unknown.iter().zip(&hashed) {
            if hashed.digest != *wanted {
                self.damage.changed.push((*name).clone());
            }
            known.learn(name, hashed);
        }
        self.damage.changed.sort_unstable();
        known.save(tree);
        Ok(names.len())
    }
}

/// The stat cache, and where it is kept.
struct Known {
    file: Option<PathBuf>,
    cache: StatCache,
    full: bool,
    now: SystemTime,
    has_learned: bool,
}

impl Known {
    fn load(root: &Path, how: &Look<'_>) -> Self {
        let file = how.cache.map(|folder| stat_cache::file_for(folder, root));
        let cache = file.as_deref().map(StatCache::load).unwrap_or_default();
        Self { file, cache, full: how.full, now: how.now, has_learned: false }
    }

    fn digest(&self, name: &Name, stat: &Stat) -> Option<Digest> {
        if self.full { None } else { self.cache.get(name, stat) }
    }

    fn learn(&mut self, name: &Name, hashed: &hash::Hashed) {
        if let Some(stat) = hashed.stat {
            self.cache.remember(name, stat, hashed.digest, self.now);
            self.has_learned = true;
        }
    }

    fn save(mut self, tree: &Tree) {
        let Some(file) = self.file.filter(|_| self.has_learned) else { return };
        self.cache.retain(&tree.files);
        // What is not kept is read again.
        let _ = self.cache.save(&file);
    }
}
