//! Finding paths that some file system would put in the same place (protocol.md C9).
//!
//! The paths are kept as a tree of names, so memory grows with the directory of the zip and not with its depth: each parent
//! folder of each file takes part, and a list of whole paths would square the length of a deep one.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use super::fold::fold_name;

/// Two entries that cannot both be unpacked everywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Collision {
    /// Names that differ only by case.
    #[error("{0:?} and {1:?} differ only by case")]
    Case(String, String),
    /// The same name for a file and a folder.
    #[error("{0:?} is both a file and a directory")]
    FileAndDirectory(String),
    /// The same file twice.
    #[error("{0:?} is there twice")]
    Duplicate(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Directory,
}

struct Node {
    parent: usize,
    name: String,
    kind: Kind,
}

const ROOT: usize = 0;

/// All paths so far.
pub(super) struct Paths {
    /// The first is the root, which has no name.
    nodes: Vec<Node>,
    /// From a parent and a folded name.
    by_name: HashMap<(usize, String), usize>,
}

impl Paths {
    pub(super) fn new() -> Self {
        let root = Node { parent: ROOT, name: String::new(), kind: Kind::Directory };
        Self { nodes: vec![root], by_name: HashMap::new() }
    }

    /// Adds a path and the folders above it.
    pub(super) fn add(&mut self, path: &str, is_dir: bool) -> Result<(), Collision> {
        let kind = if is_dir { Kind::Directory } else { Kind::File };
        let (folders, name) = match path.rsplit_once('/') {
            None => (None, path),
            Some((folders, name)) => (Some(folders), name),
        };
        let mut parent = ROOT;
        for folder in folders.into_iter().flat_map(|folders| folders.split('/')) {
            parent = self.enter(parent, folder, Kind::Directory)?;
        }
        self.enter(parent, name, kind).map(|_| ())
    }

    /// Finds or makes one element.
    fn enter(&mut self, parent: usize, name: &str, kind: Kind) -> Result<usize, Collision> {
        match self.by_name.entry((parent, fold_name(name))) {
            Slot::Vacant(slot) => {
                slot.insert(self.nodes.len());
                self.nodes.push(Node { parent, name: name.to_owned(), kind });
                Ok(self.nodes.len() - 1)
            }
            Slot::Occupied(slot) => {
                let there = *slot.get();
                self.compare(there, name, kind).map(|()| there)
            }
        }
    }

    fn compare(&self, there: usize, name: &str, kind: Kind) -> Result<(), Collision> {
        let node = &self.nodes[there];
        if node.name != name {
            let ours = self.path(node.parent) + name;
            return Err(Collision::Case(self.path(node.parent) + &node.name, ours));
        }
        match (node.kind, kind) {
            (Kind::Directory, Kind::Directory) => Ok(()),
            (Kind::File, Kind::File) => Err(Collision::Duplicate(self.path(node.parent) + name)),
            _ => Err(Collision::FileAndDirectory(self.path(node.parent) + name)),
        }
    }

    /// The path of a folder, with a slash behind each element.
    fn path(&self, node: usize) -> String {
        let mut names = Vec::new();
        let mut at = node;
        while at != ROOT {
            names.push(self.nodes[at].name.as_str());
            at = self.nodes[at].parent;
        }
        names.iter().rev().fold(String::new(), |path, name| path + name + "/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add_all(paths: &[&str]) -> Result<(), Collision> {
        let mut all = Paths::new();
        paths.iter().try_for_each(|path| match path.strip_suffix('/') {
            Some(dir) => all.add(dir, true),
            None => all.add(path, false),
        })
    }

    #[test]
    fn different_paths_and_repeated_folders_are_fine() {
        assert_eq!(
            add_all(&["a/b/c", "a/b/d", "a/b/", "a/b/", "a/", "b", "ab", "straße", "strasse"]),
            Ok(())
        );
    }

    #[test]
    fn case_counts_in_files_and_folders() {
        for (paths, first, second) in [
            (["a", "A"], "a", "A"),
            (["d/x", "D/y"], "d", "D"),
            (["a/d/x", "a/D/y"], "a/d", "a/D"),
            (["k", "\u{212A}"], "k", "\u{212A}"),
            (["d/", "D"], "d", "D"),
        ] {
            assert_eq!(add_all(&paths), Err(Collision::Case(first.into(), second.into())));
        }
    }

    #[test]
    fn a_name_is_a_file_or_a_folder() {
        for paths in [["x/a", "x/a/"], ["x/a/", "x/a"], ["x/a", "x/a/b"], ["x/a/b", "x/a"]] {
            assert_eq!(add_all(&paths), Err(Collision::FileAndDirectory("x/a".into())));
        }
    }

    #[test]
    fn a_file_is_there_once() {
        assert_eq!(add_all(&["x/a", "x/a"]), Err(Collision::Duplicate("x/a".into())));
    }

    #[test]
    fn a_deep_path_takes_no_more_room_than_its_length() {
        let deep = vec!["a"; 30_000].join("/");
        let mut paths = Paths::new();
        paths.add(&deep, false).unwrap();
        assert_eq!(paths.nodes.iter().map(|node| node.name.len()).sum::<usize>(), 30_000);
        assert_eq!(paths.add(&deep, false), Err(Collision::Duplicate(deep)));
    }
}
