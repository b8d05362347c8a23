//! vendor/modules.txt: which modules a vendor folder holds, and which packages of them (protocol.md F8).
//!
//! The reader follows go: what it does not understand it skips, so there is no error. The file is written by
//! `go mod vendor` and never by hand. [`disagreements`] tells whether it fits the go.mod beside it, which go checks before it
//! builds from the folder (protocol.md F9).

mod agreement;
mod directory;

pub use agreement::{Disagreement, Flaw, MainModule, Workspace, disagreements};

use std::collections::BTreeMap;

use crate::path::check_import_path;
use crate::semver;

/// The meaning of a vendor/modules.txt file.
///
/// ```
/// use gomod::modules_txt::ModulesTxt;
/// let list = ModulesTxt::parse(b"# example.com/a v1.2.0\n## explicit; go 1.20\nexample.com/a/b\n");
/// assert!(list.modules[0].explicit);
/// assert_eq!(list.module_of("example.com/a/b").map(|m| m.path.as_str()), Some("example.com/a"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModulesTxt {
    /// Whether the folder belongs to a workspace (go.work) rather than to one module.
    pub workspace: bool,
    /// The modules in the order in which they first appear; each path and version once.
    pub modules: Vec<VendoredModule>,
    packages: BTreeMap<String, usize>,
}

/// One module of a vendor folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VendoredModule {
    /// The module path, unchecked.
    pub path: String,
    /// A semantic version as written, not necessarily canonical. None when the entry only records a replacement of
    /// every version of the module.
    pub version: Option<String>,
    /// What go.mod puts in its place.
    pub replacement: Option<VendoredReplacement>,
    /// Whether the go.mod of the main module (or of one in the workspace) requires it.
    pub explicit: bool,
    /// The go version of its go.mod, as written.
    pub go: Option<String>,
    /// Its packages in the folder, in the order of the file.
    pub packages: Vec<String>,
}

/// What a vendored module was replaced with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VendoredReplacement {
    /// Another module.
    Module {
        /// Its path, unchecked.
        path: String,
        /// A semantic version as written.
        version: String,
    },
    /// A directory, relative to the main module unless it is absolute.
    Directory(String),
}

impl ModulesTxt {
    /// Reads a file. Lines that cannot be understood are skipped, bytes that are no UTF-8 count as U+FFFD.
    pub fn parse(data: &[u8]) -> Self {
        let text = String::from_utf8_lossy(data);
        let mut reader = Reader::default();
        reader.list.workspace = text.lines().next().is_some_and(is_workspace_mark);
        text.split('\n').for_each(|line| reader.line(line));
        reader.list
    }

    /// The module that a package came from. A package that is listed twice belongs to the module listed last.
    pub fn module_of(&self, package: &str) -> Option<&VendoredModule> {
        self.packages.get(package).and_then(|&index| self.modules.get(index))
    }
}

#[derive(Default)]
struct Reader {
    list: ModulesTxt,
    /// Where in the list the module is that the lines being read belong to.
    current: Option<usize>,
    known: BTreeMap<(String, Option<String>), usize>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if line.starts_with("# ") {
            self.module_line(&line.split_whitespace().skip(1).collect::<Vec<_>>());
            return;
        }
        let Some(index) = self.current else { return };
        let Some(module) = self.list.modules.get_mut(index) else { return };
        if let Some(annotations) = line.strip_prefix("## ") {
            annotate(module, annotations);
        } else if let Some(package) = package_on(line)
            && self.list.packages.insert(package.to_owned(), index) != Some(index)
        {
            module.packages.push(package.to_owned());
        }
    }

    /// `path version`, with or without `=> replacement`, or `path => replacement`.
    fn module_line(&mut self, words: &[&str]) {
        let (key, rest) = match *words {
            [path, version, ref rest @ ..] if semver::is_valid(version) => {
                ((path.to_owned(), Some(version.to_owned())), rest)
            }
            [path, "=>", ..] => ((path.to_owned(), None), &words[1..]),
            [_, _, ..] => return self.current = None,
            // Too short to be about another module.
            _ => return,
        };
        let module = self.enter(key);
        if let Some(replacement) = replacement(rest) {
            module.replacement = Some(replacement);
        }
    }

    /// Makes the module current; a new one is added, one seen before goes on.
    fn enter(&mut self, key: (String, Option<String>)) -> &mut VendoredModule {
        let end = self.list.modules.len();
        let index = *self.known.entry(key.clone()).or_insert(end);
        if index == end {
            let (path, version) = key;
            self.list.modules.push(VendoredModule { path, version, ..VendoredModule::default() });
        }
        self.current = Some(index);
        &mut self.list.modules[index]
    }
}

/// A first line `## workspace`, or `## ` with that among other words between semicolons.
fn is_workspace_mark(line: &str) -> bool {
    let annotations = line.strip_prefix("## ").unwrap_or_default();
    annotations.split(';').any(|word| word.trim() == "workspace")
}

fn replacement(words: &[&str]) -> Option<VendoredReplacement> {
    match *words {
        ["=>", directory] => Some(VendoredReplacement::Directory(directory.to_owned())),
        ["=>", path, version] if semver::is_valid(version) => {
            Some(VendoredReplacement::Module { path: path.to_owned(), version: version.to_owned() })
        }
        _ => None,
    }
}

fn annotate(module: &mut VendoredModule, annotations: &str) {
    for annotation in annotations.split(';').map(str::trim) {
        if annotation == "explicit" {
            module.explicit = true;
        }
        if let Some(version) = annotation.strip_prefix("go ") {
            module.go = Some(version.to_owned());
        }
    }
}

fn package_on(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let package = words.next()?;
    (words.next().is_none() && check_import_path(package).is_ok()).then_some(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "\
# example.com/a v1.2.0
## explicit; go 1.20
example.com/a
example.com/a/b
# example.com/c v0.1.0 => example.com/fork v0.1.1
## explicit
example.com/c/d
# example.com/e v1.0.0 => ../e
example.com/e
# example.com/f => ./f
";

    #[test]
    fn modules_have_packages_annotations_and_replacements() {
        let list = ModulesTxt::parse(SAMPLE.as_bytes());
        assert!(!list.workspace);
        let [a, c, e, f] = list.modules.as_slice() else { panic!("{list:?}") };
        assert_eq!((a.explicit, a.go.as_deref(), a.replacement.as_ref()), (true, Some("1.20"), None));
        assert_eq!(a.packages, ["example.com/a", "example.com/a/b"]);
        let fork = VendoredReplacement::Module { path: "example.com/fork".into(), version: "v0.1.1".into() };
        assert_eq!((c.explicit, c.go.as_ref(), c.replacement.as_ref()), (true, None, Some(&fork)));
        assert_eq!(e.replacement, Some(VendoredReplacement::Directory("../e".into())));
        assert_eq!((f.version.as_ref(), f.packages.len()), (None, 0));
    }

    #[test]
    fn line_ends_of_windows_change_nothing() {
        let dos = SAMPLE.replace('\n', "\r\n");
        assert_eq!(ModulesTxt::parse(dos.as_bytes()), ModulesTxt::parse(SAMPLE.as_bytes()));
    }

    #[test]
    fn a_workspace_is_marked_on_the_first_line() {
        assert!(ModulesTxt::parse(b"## workspace\n# example.com/a v1.0.0\n").workspace);
        assert!(!ModulesTxt::parse(b"# example.com/a v1.0.0\n## workspace\n").workspace);
    }

    #[test]
    fn what_is_not_understood_is_skipped() {
        let list = ModulesTxt::parse(
            b"before.any/module\n# example.com/a v1.0.0 => x y z\n## later; explicit ;go 1.9\n\
              two words\nbad..path\\x\n# short\nexample.com/a/kept\n# example.com/b nonsense\nexample.com/b/lost\n",
        );
        assert_eq!(list.modules.len(), 1);
        assert_eq!(list.modules[0].replacement, None);
        assert_eq!((list.modules[0].explicit, list.modules[0].go.as_deref()), (true, Some("1.9")));
        assert_eq!(list.modules[0].packages, ["example.com/a/kept"]);
        assert!(list.module_of("example.com/b/lost").is_none());
    }

    #[test]
    fn a_module_listed_twice_is_one_module() {
        let list = ModulesTxt::parse(
            b"# a.b/c v1.0.0\na.b/c/x\n# a.b/d v1.0.0\na.b/c/x\n# a.b/c v1.0.0\n## explicit\na.b/c/y\n",
        );
        assert_eq!(list.modules.len(), 2);
        assert!(list.modules[0].explicit);
        assert_eq!(list.modules[0].packages, ["a.b/c/x", "a.b/c/y"]);
        assert_eq!(list.module_of("a.b/c/x").unwrap().path, "a.b/d");
    }
}
