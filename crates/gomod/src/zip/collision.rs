//! Finding paths that some file system would put in the same place (protocol.md C9).
//!
//! Each parent folder of each file takes part. Nothing is kept of a folder: the paths are sorted by their folded text, so
//! that all paths through one folder stand together, and two that cannot both be unpacked have neighbours that cannot. So
//! memory is that of the folded names and of one [`Path`] for each entry, however deep the names are, and time is that of
//! sorting.

use std::ops::Range;

use super::fold::fold;

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

/// One entry.
struct Path<'a> {
    text: &'a str,
    is_dir: bool,
    /// Where [`Paths::folded`] has its sort key.
    key: Range<usize>,
}

/// Takes the place of a slash in a key, so that a folder comes before all that is in it, and that before any other name.
/// No file path holds this character (protocol.md A4).
const SEPARATOR: char = '\0';

/// All paths so far.
#[derive(Default)]
pub(super) struct Paths<'a> {
    list: Vec<Path<'a>>,
    /// The keys of all paths, one behind the other.
    folded: String,
}

impl<'a> Paths<'a> {
    /// Adds a path that [`check_file_path`](crate::path::check_file_path) accepts.
    pub(super) fn add(&mut self, text: &'a str, is_dir: bool) {
        let start = self.folded.len();
        self.folded.extend(text.chars().map(|c| if c == '/' { SEPARATOR } else { fold(c) }));
        self.list.push(Path { text, is_dir, key: start..self.folded.len() });
    }

    /// Looks for two that collide. Of entries with equal keys the one added first counts as the first.
    pub(super) fn check(mut self) -> Result<(), Collision> {
        let key = |path: &Path<'a>| self.folded.get(path.key.clone()).unwrap_or_default();
        self.list.sort_by(|a, b| key(a).cmp(key(b)));
        self.list.windows(2).try_for_each(|pair| match pair {
            [a, b] => compare(a, b),
            _ => Ok(()),
        })
    }
}

/// Compares neighbours: as far as their elements fold to the same, they must be the same, and a file has nothing below it.
fn compare(a: &Path<'_>, b: &Path<'_>) -> Result<(), Collision> {
    let mut end = 0;
    for (ours, theirs) in a.text.split('/').zip(b.text.split('/')) {
        if ours != theirs {
            return if same_folded(ours, theirs) { Err(case(a, b, end)) } else { Ok(()) };
        }
        end += ours.len() + 1;
    }
    // One path leads to the other, and sorting puts the shorter one first.
    let path = || a.text.to_owned();
    let same = a.text.len() == b.text.len();
    match (a.is_dir, b.is_dir || !same) {
        (true, true) => Ok(()),
        (false, false) => Err(Collision::Duplicate(path())),
        _ => Err(Collision::FileAndDirectory(path())),
    }
}

fn same_folded(a: &str, b: &str) -> bool {
    a.chars().map(fold).eq(b.chars().map(fold))
}

/// The two paths up to the element that begins at `start`, where they part.
fn case(a: &Path<'_>, b: &Path<'_>, start: usize) -> Collision {
    let [a, b] = [a.text, b.text].map(|text| {
        let rest = text.get(start..).unwrap_or_default();
        let element = rest.split('/').next().unwrap_or(rest);
        text.get(..start + element.len()).unwrap_or(text).to_owned()
    });
    Collision::Case(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn add_all(paths: &[&str]) -> Result<(), Collision> {
        let mut all = Paths::default();
        for path in paths {
            all.add(path.strip_suffix('/').unwrap_or(path), path.ends_with('/'));
        }
        all.check()
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
    fn collisions_are_found_with_others_between() {
        assert_eq!(add_all(&["a", "a-b", "a.b/c", "a/b"]), Err(Collision::FileAndDirectory("a".into())));
        assert_eq!(add_all(&["D/z", "e", "d0", "d/a"]), Err(Collision::Case("d".into(), "D".into())));
        assert_eq!(add_all(&["x/a", "x/b", "x/a/"]), Err(Collision::FileAndDirectory("x/a".into())));
        assert_eq!(add_all(&["x/a", "x", "x/b"]), Err(Collision::FileAndDirectory("x".into())));
    }

    /// Counted, not timed: one [`Path`] for each entry and its folded name are all that is kept.
    #[test]
    fn deep_paths_take_no_more_room_than_their_length() {
        let deep: Vec<String> = (0..100).map(|i| format!("{}{i}", "a/".repeat(30_000))).collect();
        let mut paths = Paths::default();
        for path in &deep {
            paths.add(path, false);
        }
        assert_eq!(paths.list.len(), deep.len());
        assert_eq!(paths.folded.len(), deep.iter().map(String::len).sum::<usize>());
        assert_eq!(paths.check(), Ok(()));
        assert_eq!(add_all(&[&deep[0], &deep[0]]), Err(Collision::Duplicate(deep[0].clone())));
    }

    /// Two paths at a time, so that nothing depends on what stands next to what.
    fn collide(a: &str, b: &str) -> bool {
        let elements =
            |path: &str| path.trim_end_matches('/').split('/').map(str::to_owned).collect::<Vec<_>>();
        let (left, right) = (elements(a), elements(b));
        let shared = left.iter().zip(&right).take_while(|(l, r)| l.eq_ignore_ascii_case(r)).count();
        let (left_ends, right_ends) = (shared == left.len(), shared == right.len());
        let (left_is_file, right_is_file) = (!a.ends_with('/'), !b.ends_with('/'));
        left[..shared] != right[..shared]
            || left_ends && left_is_file && (right_ends || right.len() > shared)
            || right_ends && right_is_file
    }

    proptest! {
        #[test]
        fn a_list_collides_when_two_of_it_do(paths in prop::collection::vec("[abA](/[abA-]){0,2}/?", 0..6)) {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let pairs = (0..paths.len()).flat_map(|i| (0..i).map(move |j| (j, i)));
            let expected = pairs.into_iter().any(|(j, i)| collide(paths[j], paths[i]));
            prop_assert_eq!(add_all(&paths).is_err(), expected, "{:?}", paths);
        }
    }
}
