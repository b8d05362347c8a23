//! Whether vendor/modules.txt fits the go.mod files that it was made for (protocol.md F9).
//!
//! go refuses to build from a vendor folder that does not: "inconsistent vendoring". This is the same judgement without go,
//! so that a snapshot of another project, or of another day, is found out before it is put in place.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::directory::{clean, from_workspace};
use super::{ModulesTxt, VendoredModule, VendoredReplacement};
use crate::modfile::{GoMod, Replace, Replacement};
use crate::semver;
use crate::version::Version;

/// The minor release of Go 1 since which modules.txt says everything that is compared here.
const COMPLETE_SINCE: &str = "14";

/// A module that is built from the vendor folder: the one of the project, or one of its workspace.
#[derive(Debug, Clone, Copy)]
pub struct MainModule<'a> {
    /// The absolute folder of its go.mod. It matters in a workspace alone.
    pub folder: &'a str,
    /// What its go.mod says.
    pub go_mod: &'a GoMod,
}

/// The workspace of the main modules.
#[derive(Debug, Clone, Copy)]
pub struct Workspace<'a> {
    /// The absolute folder of its go.work.
    pub folder: &'a str,
    /// The `replace` lines of its go.work.
    pub replace: &'a [Replace],
}

/// One thing on which vendor/modules.txt and the go.mod files disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The module path.
    pub path: String,
    /// Its version; `None` where all versions are meant.
    pub version: Option<String>,
    /// What is wrong.
    pub flaw: Flaw,
}

/// What is wrong with what vendor/modules.txt says of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// A go.mod requires it at this version, and the list does not mark it as required.
    NotExplicit,
    /// A go.mod of go 1.13 or before requires it, and the folder holds another version.
    OtherVersion,
    /// It is replaced, and the list does not say so.
    NotReplaced,
    /// It is replaced by something else than the list says.
    OtherReplacement,
    /// The list marks it as required, and no go.mod requires it.
    NotRequired,
    /// The list marks it as replaced, and it is not.
    StaleReplacement,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.version.as_deref();
        write!(f, "{}{}{}: ", self.path, version.map_or("", |_| "@"), version.unwrap_or_default())?;
        f.write_str(match self.flaw {
            Flaw::NotExplicit => "go.mod requires it, vendor/modules.txt does not have it as required",
            Flaw::OtherVersion => "go.mod requires this version, vendor/ holds another one",
            Flaw::NotReplaced => "it is replaced, vendor/modules.txt does not say so",
            Flaw::OtherReplacement => "it is replaced by something else than vendor/modules.txt says",
            Flaw::NotRequired => "vendor/modules.txt has it as required, no go.mod requires it",
            Flaw::StaleReplacement => "vendor/modules.txt has it as replaced, it is not replaced",
        })
    }
}

/// Everything on which the list and the go.mod files disagree, as go would find it; empty when go would build from the folder.
///
/// `main` are the main modules: one, unless there is a workspace. In a project of go 1.13 or before, whose go.mod may also
/// have no `go` line, less is compared, because the list says less.
///
/// ```
/// use gomod::modfile::GoMod;
/// use gomod::modules_txt::{Flaw, MainModule, ModulesTxt, disagreements};
/// let go_mod = GoMod::parse(b"module example.com/m\ngo 1.23\nrequire example.com/a v1.2.0\n")?;
/// let main = [MainModule { folder: "/m", go_mod: &go_mod }];
/// let list = ModulesTxt::parse(b"# example.com/a v1.2.0\n## explicit; go 1.20\nexample.com/a\n");
/// assert_eq!(disagreements(&list, &main, None), []);
/// assert_eq!(disagreements(&ModulesTxt::default(), &main, None)[0].flaw, Flaw::NotExplicit);
/// # Ok::<(), gomod::modfile::ParseErrors>(())
/// ```
pub fn disagreements(
    list: &ModulesTxt,
    main: &[MainModule<'_>],
    workspace: Option<&Workspace<'_>>,
) -> Vec<Disagreement> {
    let comparison = Comparison::new(list, main, workspace);
    let mut found = Vec::new();
    comparison.requirements(&mut found);
    comparison.replacements(&mut found);
    comparison.marks(&mut found);
    found
}

/// A module at a version, or at all.
type Key<'a> = (&'a str, Option<&'a str>);

struct Comparison<'a> {
    main: &'a [MainModule<'a>],
    workspace: Option<&'a Workspace<'a>>,
    listed: BTreeMap<Key<'a>, &'a VendoredModule>,
    /// The modules of which the folder holds packages.
    holding: Vec<&'a VendoredModule>,
    /// The version of each of them, the newest where there are several.
    held: BTreeMap<&'a str, &'a str>,
    /// Whether the list says less than this go would have it.
    is_old: bool,
}

impl<'a> Comparison<'a> {
    fn new(list: &'a ModulesTxt, main: &'a [MainModule<'a>], workspace: Option<&'a Workspace<'a>>) -> Self {
        let listed = list.modules.iter().map(|module| (key_of(module), module)).collect();
        let (mut holding, mut held) = (Vec::new(), BTreeMap::<&str, &str>::new());
        for module in list.modules.iter().filter(|module| !module.packages.is_empty()) {
            let version = module.version.as_deref().unwrap_or_default();
            if held.get(module.path.as_str()).is_none_or(|known| semver::compare(known, version).is_lt()) {
                held.insert(&module.path, version);
                holding.push(module);
            }
        }
        let says_all = |main: &MainModule<'_>| {
            main.go_mod.go.as_ref().is_some_and(|version| version.is_at_least(COMPLETE_SINCE))
        };
        let is_old = workspace.is_none() && !main.iter().all(says_all);
        Self { main, workspace, listed, holding, held, is_old }
    }

    /// Everything that is required must be marked so.
    fn requirements(&self, found: &mut Vec<Disagreement>) {
        for require in self.main.iter().flat_map(|main| &main.go_mod.require) {
            let key = (require.path.as_str(), Some(require.version.as_str()));
            if self.listed.get(&key).is_some_and(|module| module.explicit) {
                continue;
            }
            let holds_other = self.held.get(key.0).is_some_and(|held| Some(*held) != key.1);
            if !self.is_old {
                found.push(flawed(key, Flaw::NotExplicit));
            } else if holds_other {
                found.push(flawed(key, Flaw::OtherVersion));
            }
        }
    }

    /// Every replacement must be recorded as it is, also one that this build does not meet.
    fn replacements(&self, found: &mut Vec<Disagreement>) {
        let of_main = self.main.iter().flat_map(|main| &main.go_mod.replace);
        let of_workspace = self.workspace.iter().flat_map(|workspace| workspace.replace);
        let mut seen = BTreeSet::new();
        for replace in of_main.chain(of_workspace) {
            let key = (replace.path.as_str(), replace.version.as_ref().map(Version::as_str));
            if seen.insert(key) {
                found.extend(self.replacement(key).map(|flaw| flawed(key, flaw)));
            }
        }
    }

    fn replacement(&self, key: Key<'a>) -> Option<Flaw> {
        let recorded = self.listed.get(&key).and_then(|module| module.replacement.as_ref());
        match (recorded, self.replacement_of(key)) {
            (None, None) => None,
            (None, Some(_)) if self.is_old && (key.1.is_none() || self.held.get(key.0).copied() != key.1) => {
                None
            }
            (None, Some(_)) => Some(Flaw::NotReplaced),
            (Some(recorded), Some(actual)) if *recorded == actual => None,
            (Some(_), _) => Some(Flaw::OtherReplacement),
        }
    }

    /// Everything that the list marks must be so.
    fn marks(&self, found: &mut Vec<Disagreement>) {
        let unrequired = self.holding.iter().filter(|module| module.explicit && !self.is_required(module));
        found.extend(unrequired.map(|module| flawed(key_of(module), Flaw::NotRequired)));
        for (key, module) in &self.listed {
            if module.replacement.is_some() && self.replacement_of(*key).is_none() {
                found.push(flawed(*key, Flaw::StaleReplacement));
            }
        }
    }

    fn is_required(&self, module: &VendoredModule) -> bool {
        let mut required = self.main.iter().flat_map(|main| &main.go_mod.require);
        required.any(|require| {
            require.path == module.path && Some(require.version.as_str()) == module.version.as_deref()
        })
    }

    /// What a module is replaced by: what the workspace says, else what the main modules say, of which the last one wins.
    fn replacement_of(&self, key: Key<'a>) -> Option<VendoredReplacement> {
        if key.1.is_none() && self.main.iter().any(|main| path_of(main) == Some(key.0)) {
            return None;
        }
        if let Some(replacement) = self.workspace.and_then(|workspace| matching(workspace.replace, key)) {
            return Some(recorded(replacement, str::to_owned));
        }
        let of_main = |main: &MainModule<'a>| {
            let replacement = matching(&main.go_mod.replace, key)?;
            Some(recorded(replacement, |directory| self.seen_from_workspace(main, directory)))
        };
        self.main.iter().rev().find_map(of_main)
    }

    fn seen_from_workspace(&self, main: &MainModule<'_>, directory: &str) -> String {
        match self.workspace {
            Some(workspace) if !directory.starts_with('/') => {
                from_workspace(&clean(workspace.folder), &clean(&format!("{}/{directory}", main.folder)))
            }
            _ => directory.to_owned(),
        }
    }
}

fn key_of(module: &VendoredModule) -> Key<'_> {
    (&module.path, module.version.as_deref())
}

fn path_of<'a>(main: &MainModule<'a>) -> Option<&'a str> {
    main.go_mod.module.as_ref().map(|module| module.path.as_str())
}

fn flawed(key: Key<'_>, flaw: Flaw) -> Disagreement {
    Disagreement { path: key.0.to_owned(), version: key.1.map(str::to_owned), flaw }
}

/// The line that says what stands in for a module: the last one with its version, else the last one without any.
fn matching<'a>(lines: &'a [Replace], key: Key<'_>) -> Option<&'a Replacement> {
    let last = |version: Option<&str>| {
        let fits =
            |line: &&Replace| line.path == key.0 && line.version.as_ref().map(Version::as_str) == version;
        lines.iter().rev().find(fits)
    };
    last(key.1).or_else(|| last(None)).map(|line| &line.with)
}

/// A replacement as modules.txt records it.
fn recorded(replacement: &Replacement, directory: impl Fn(&str) -> String) -> VendoredReplacement {
    match replacement {
        Replacement::Module { path, version } => {
            VendoredReplacement::Module { path: path.clone(), version: version.as_str().to_owned() }
        }
        Replacement::Directory(path) => VendoredReplacement::Directory(directory(path)),
    }
}

#[cfg(test)]
mod tests;
