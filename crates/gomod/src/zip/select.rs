//! Which files of a module's folder belong into its zip (protocol.md C6 to C9).
//!
//! The order of the tests matters: a file that one of them leaves out is not seen by the next, so its name may be as bad as
//! it likes. Sizes are not known here; [`Writer`](super::Writer) holds them to their limits (protocol.md C2).

mod error;
mod vendored;

use std::collections::HashSet;

use super::collision::Paths;
use crate::path::check_file_path;

pub use error::SelectError;
use vendored::VendorRule;

/// What Mercurial puts into its archives; go leaves it out whatever the system (protocol.md C6).
const HG_ARCHIVAL: &str = ".hg_archival.txt";

/// Something in the folder of a module, as the repository lists it. Folders are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed<'a> {
    /// Relative to the folder of the module, with `/`.
    pub path: &'a str,
    /// What it is.
    pub kind: ListedKind,
}

/// What a listed thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedKind {
    /// A regular file.
    File,
    /// A symbolic link: never in a zip, but its name must be as good as that of a file.
    Symlink,
    /// Something else that is no folder; as a link.
    Other,
}

/// Which entries of a list belong into the zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection(Vec<bool>);

impl Selection {
    /// Whether the entry at this place of the list belongs into the zip.
    pub fn contains(&self, index: usize) -> bool {
        self.0.get(index).copied().unwrap_or_default()
    }

    /// The places of those that do, in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().filter_map(|(index, chosen)| chosen.then_some(index))
    }
}

/// Decides for each entry whether it belongs into the zip of the module in whose folder it lies. `go_mod` is the content of
/// the go.mod there, which says by which rule vendored packages are recognised (protocol.md C8); it counts only when a
/// regular file of that name is listed.
///
/// Stricter than go in one case that no repository has: a path that is listed twice is an error also when the first of the
/// two is no regular file; go loses the second one without a word.
///
/// ```
/// use gomod::zip::{Listed, ListedKind, select};
/// let file = |path| Listed { path, kind: ListedKind::File };
/// let entries = [file("go.mod"), file("a.go"), file("sub/go.mod"), file("sub/b\".go"), file("vendor/x/y.go")];
/// let chosen = select(&entries, Some(b"module example.com/m\n"))?;
/// assert_eq!(chosen.iter().collect::<Vec<_>>(), [0, 1]);
/// assert!(select(&[file("b\".go")], None).is_err());
/// # Ok::<(), gomod::zip::SelectError>(())
/// ```
///
/// # Errors
/// One name that go does not allow, or two that collide, make the whole module impossible (protocol.md C6, C9).
pub fn select(entries: &[Listed<'_>], go_mod: Option<&[u8]>) -> Result<Selection, SelectError> {
    let has_go_mod = entries.iter().any(|entry| entry.path == "go.mod" && entry.kind == ListedKind::File);
    let mut rules = Rules {
        vendor: VendorRule::of(go_mod.filter(|_| has_go_mod)),
        boundaries: entries.iter().filter_map(boundary).collect(),
        paths: Paths::default(),
    };
    let chosen = entries.iter().map(|entry| rules.see(entry)).collect::<Result<_, _>>()?;
    rules.paths.check()?;
    Ok(Selection(chosen))
}

/// The folder that an entry makes a module of its own, with its slash: that of a regular go.mod in whatever case
/// (protocol.md C7).
fn boundary<'a>(entry: &Listed<'a>) -> Option<&'a str> {
    let (folder, base) = split(entry.path);
    (entry.kind == ListedKind::File && base.eq_ignore_ascii_case("go.mod")).then_some(folder)
}

/// The folder of a path with its slash, or nothing, and the name in it.
fn split(path: &str) -> (&str, &str) {
    path.rfind('/').and_then(|slash| path.split_at_checked(slash + 1)).unwrap_or(("", path))
}

struct Rules<'a> {
    vendor: VendorRule,
    boundaries: HashSet<&'a str>,
    /// What was not left out by name.
    paths: Paths<'a>,
}

impl<'a> Rules<'a> {
    /// Whether the entry belongs into the zip, unless it collides with another.
    fn see(&mut self, entry: &Listed<'a>) -> Result<bool, SelectError> {
        let path = entry.path;
        check_clean(path)?;
        if self.vendor.omits(path) || self.is_in_other_module(path) || path == HG_ARCHIVAL {
            return Ok(false);
        }
        check_file_path(path)?;
        if path.eq_ignore_ascii_case("go.mod") && path != "go.mod" {
            return Err(SelectError::GoModCase(path.to_owned()));
        }
        self.paths.add(path, false);
        Ok(entry.kind == ListedKind::File)
    }

    fn is_in_other_module(&self, path: &str) -> bool {
        let mut folder = split(path).0;
        while !folder.is_empty() {
            if self.boundaries.contains(folder) {
                return true;
            }
            folder = split(folder.strip_suffix('/').unwrap_or(folder)).0;
        }
        false
    }
}

/// As go's `path.Clean` has it, which knows `..` at the beginning of a relative path.
fn check_clean(path: &str) -> Result<(), SelectError> {
    if path.starts_with('/') {
        return Err(SelectError::NotRelative(path.to_owned()));
    }
    let mut elements = path.split('/').skip_while(|element| *element == "..");
    if path == "." || elements.all(|element| !matches!(element, "" | "." | "..")) {
        Ok(())
    } else {
        Err(SelectError::NotClean(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zip::Collision;

    fn listed(path: &str) -> Listed<'_> {
        match path.strip_prefix('@') {
            Some(path) => Listed { path, kind: ListedKind::Symlink },
            None => Listed { path, kind: ListedKind::File },
        }
    }

    /// The names that are chosen; `@` marks a link.
    fn chosen<'a>(paths: &[&'a str]) -> Result<Vec<&'a str>, SelectError> {
        let entries: Vec<_> = paths.iter().map(|path| listed(path)).collect();
        let selection = select(&entries, None)?;
        Ok(selection.iter().map(|index| entries[index].path).collect())
    }

    #[test]
    fn files_are_chosen_in_the_order_of_the_list() {
        assert_eq!(
            chosen(&["z", "go.mod", "a/b", ".gitignore"]).unwrap(),
            ["z", "go.mod", "a/b", ".gitignore"]
        );
        assert_eq!(chosen(&[]).unwrap(), [""; 0]);
    }

    #[test]
    fn other_modules_are_left_out_with_all_that_is_in_them() {
        assert_eq!(chosen(&["a/go.mod", "a/x/y", "b", "ab/c"]).unwrap(), ["b", "ab/c"]);
        assert_eq!(
            chosen(&["a/x", "a/GO.MOD"]).unwrap(),
            [""; 0],
            "in whatever case, and wherever it is listed"
        );
        assert_eq!(chosen(&["a/@x", "a/go.mod", "a/con", "a/A", "a/a", "a/\u{fffd}"]).unwrap(), [""; 0]);
        assert_eq!(chosen(&["@a/go.mod", "a/x"]).unwrap(), ["a/x"], "a link begins no module");
        assert_eq!(chosen(&["a/go.mod/x", "a/y"]).unwrap(), ["a/go.mod/x", "a/y"], "nor does a folder");
        assert_eq!(chosen(&["v/vendor/a/b/go.mod", "v/vendor/a/b/x", "v/y"]).unwrap(), ["v/y"]);
    }

    #[test]
    fn what_is_left_out_may_have_any_name() {
        assert_eq!(chosen(&["vendor/a/con", "vendor/a/\"", "vendor/a/x", "vendor/A/x"]).unwrap(), [""; 0]);
        assert_eq!(chosen(&[".hg_archival.txt", "sub/.hg_archival.txt"]).unwrap(), ["sub/.hg_archival.txt"]);
        assert_eq!(chosen(&[".hg_archival.txt", ".HG_archival.txt"]).unwrap(), [".HG_archival.txt"]);
    }

    #[test]
    fn links_are_left_out_but_their_names_count() {
        assert_eq!(chosen(&["@a", "b"]).unwrap(), ["b"]);
        assert!(matches!(chosen(&["@con", "b"]), Err(SelectError::Path(_))));
        assert!(matches!(chosen(&["@B", "b"]), Err(SelectError::Collision(Collision::Case(..)))));
        assert!(matches!(
            chosen(&["@b", "b/c"]),
            Err(SelectError::Collision(Collision::FileAndDirectory(_)))
        ));
        assert_eq!(chosen(&["@Go.mod"]), Err(SelectError::GoModCase("Go.mod".into())));
    }

    #[test]
    fn one_bad_name_fails_the_module() {
        for path in ["a\"b", "con/x", "x.", "\u{1f600}", "..", "../x", "."] {
            assert!(matches!(chosen(&["a", path]), Err(SelectError::Path(_))), "{path}");
        }
        for path in ["", "a//b", "./a", "a/..", "a/", "../../a/../b"] {
            assert_eq!(chosen(&["a", path]), Err(SelectError::NotClean(path.into())));
        }
        assert_eq!(chosen(&["/a"]), Err(SelectError::NotRelative("/a".into())));
        assert_eq!(chosen(&["GO.MOD"]), Err(SelectError::GoModCase("GO.MOD".into())));
        assert!(matches!(chosen(&["d/x", "D/y"]), Err(SelectError::Collision(_))));
    }

    #[test]
    fn the_go_mod_decides_how_vendored_packages_are_recognised() {
        let new = &b"module example.com/m\ngo 1.24\n"[..];
        let entries = ["go.mod", "pkg/vendor/v.go"].map(listed);
        let count = |entries: &[Listed<'_>], go_mod| select(entries, go_mod).unwrap().iter().count();
        assert_eq!(count(&entries, Some(new)), 2);
        assert_eq!(count(&entries, None), 1);
        let linked = ["@go.mod", "pkg/vendor/v.go"].map(listed);
        assert_eq!(count(&linked, Some(new)), 0, "a link says nothing");
    }
}
