//! What go.mod and go.sum say that go will ask.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use gomod::gosum::{GoSum, Part};
use gomod::modfile::{Replace, Replacement, Require};
use gomod::{ModulePath, ModuleVersion, Revision};
use source::Ask;

use super::nearby::Nearby;
use crate::lock::{Mains, RequiredError};
use crate::project::Project;

/// How many lines of a go.sum are looked at: more than any project has.
const LINES_MAX: usize = 40_000;

/// What stands behind the version in a line of go.sum that is about a go.mod (protocol.md F4).
const GO_MOD: &str = "/go.mod";

/// What a project is made of, as its files say. All of it is pinned: go.sum has its hash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    /// The modules whose go.mod may be read: those that are required first, then all others of the graph.
    pub(super) graph: Vec<ModuleVersion>,
    /// How many of them are required.
    pub(super) roots: usize,
    /// The modules whose files may be read, at the versions that are required: those first that the project itself names.
    pub(super) built: Vec<ModuleVersion>,
    /// What lies on this machine.
    pub(super) nearby: Nearby,
    /// The modules whose names somebody would hear of who need not know them unless go asks.
    pub(super) unnamed: HashSet<ModulePath>,
}

impl Outlook {
    /// Reads the go.mod of a project, or those of its workspace. `pins` are the hashes that it has; what lies `nearby` is asked of
    /// nobody.
    ///
    /// # Errors
    /// A go.mod or go.work that cannot be read or understood, about which go itself complains.
    pub fn read(project: &Project, pins: &GoSum, nearby: Nearby) -> Result<Self, RequiredError> {
        Ok(Self { nearby, ..Self::of(&Mains::read(project)?, pins) })
    }

    /// The same, with the modules that are not named before go asks about them.
    #[must_use]
    pub fn without_naming(mut self, is_unnamed: impl Fn(&ModulePath) -> bool) -> Self {
        let all = self.graph.iter().chain(&self.built).map(ModuleVersion::path);
        self.unnamed = all.filter(|path| is_unnamed(path)).cloned().collect();
        self
    }

    fn of(mains: &Mains, pins: &GoSum) -> Self {
        let required = required(mains);
        let is_pinned = |module: &ModuleVersion, part| pins.hashes(module, part).next().is_some();
        let mut graph: Vec<ModuleVersion> = required.keys().cloned().collect();
        graph.retain(|module| is_pinned(module, Part::GoMod));
        let (roots, known) = (graph.len(), graph.iter().cloned().collect::<BTreeSet<_>>());
        let others = pins.entries().take(LINES_MAX).filter_map(|(path, version, _)| {
            let module = ModuleVersion::parse(path, version.strip_suffix(GO_MOD)?).ok()?;
            (!known.contains(&module) && !mains.replaces(path, module.version().as_str())).then_some(module)
        });
        graph.extend(others.collect::<BTreeSet<_>>());
        let mut built: Vec<_> =
            required.into_iter().filter(|(module, _)| is_pinned(module, Part::Zip)).collect();
        built.sort_by_key(|(_, is_indirect)| *is_indirect);
        let built = built.into_iter().map(|(module, _)| module).collect();
        Self { graph, roots, built, ..Self::default() }
    }

    /// The question about the go.mod of a module, unless it lies on this machine.
    pub(super) fn go_mod(&self, module: &ModuleVersion) -> Option<Ask> {
        self.unless_nearby(Ask::Mod(module.clone()))
    }

    /// The same for its files.
    pub(super) fn zip(&self, module: &ModuleVersion) -> Option<Ask> {
        self.unless_nearby(Ask::Zip(module.clone()))
    }

    /// The same for what is known about its version.
    pub(super) fn info(&self, module: &ModuleVersion) -> Option<Ask> {
        let revision = Revision::parse(module.version().as_str()).ok()?;
        self.unless_nearby(Ask::Info(module.path().clone(), revision))
    }

    /// A question, if it may be asked before go asks it.
    pub(super) fn ahead(&self, ask: Option<Ask>) -> Option<Ask> {
        ask.filter(|ask| self.may_ask(ask))
    }

    /// Whether it may be asked before go asks it.
    pub(super) fn may_ask(&self, ask: &Ask) -> bool {
        ask.module().is_some_and(|module| !self.unnamed.contains(module))
    }

    fn unless_nearby(&self, ask: Ask) -> Option<Ask> {
        (!self.nearby.has(&ask)).then_some(ask)
    }
}

/// The modules that are required, at the highest version of each path, and whether each is required for another module alone.
fn required(mains: &Mains) -> BTreeMap<ModuleVersion, bool> {
    let mut highest: BTreeMap<ModulePath, (ModuleVersion, bool)> = BTreeMap::new();
    for require in mains.required() {
        let Some(module) = fetched(require, mains) else { continue };
        let name = module.path().clone();
        if highest.get(&name).is_none_or(|(known, _)| *known < module) {
            highest.insert(name, (module, require.indirect));
        }
    }
    highest.into_values().collect()
}

/// What is fetched for a requirement: itself, or what stands in for it; nothing, where that is a folder.
fn fetched(require: &Require, mains: &Mains) -> Option<ModuleVersion> {
    match mains.replacement(&require.path, require.version.as_str()).map(|replace| &replace.with) {
        None => ModuleVersion::parse(&require.path, require.version.as_str()).ok(),
        Some(Replacement::Module { path, version }) => ModuleVersion::parse(path, version.as_str()).ok(),
        Some(Replacement::Directory(_)) => None,
    }
}

impl Mains {
    /// The `replace` line for a version; one for this version alone counts more than one for all.
    fn replacement(&self, path: &str, version: &str) -> Option<&Replace> {
        let of_path = || self.replaces_of(path);
        let exact = of_path().find(|line| line.version.as_ref().is_some_and(|it| it.as_str() == version));
        exact.or_else(|| of_path().find(|line| line.version.is_none()))
    }

    /// Whether something stands in for a version.
    fn replaces(&self, path: &str, version: &str) -> bool {
        self.replacement(path, version).is_some()
    }
}

#[cfg(test)]
mod tests {
    use gomod::modfile::GoMod;

    use super::*;

    const H1: &str = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    fn outlook(go_mods: &[&str], go_sum: &str) -> Outlook {
        let mains = go_mods.iter().map(|text| GoMod::parse(text.as_bytes()).unwrap()).collect();
        let lines: Vec<String> = go_sum.lines().map(|line| format!("{} {H1}\n", line.trim())).collect();
        let lines = lines.concat();
        Outlook::of(&Mains::new(mains, Vec::new()), &GoSum::parse_lenient(lines.as_bytes()))
    }

    fn names(modules: &[ModuleVersion]) -> Vec<String> {
        modules.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn go_mods_of_all_lines_and_zips_of_what_is_required_alone() {
        let go_mod = "module m.example/m\n\ngo 1.21\n\nrequire (\n\ta.example/x v1.1.0 // indirect\n\tb.example/y v1.0.0\n)\n";
        let go_sum = "a.example/w v1.0.0/go.mod\na.example/x v1.0.0\na.example/x v1.0.0/go.mod\na.example/x v1.1.0\n\
                      a.example/x v1.1.0/go.mod\nb.example/y v1.0.0\nb.example/y v1.0.0/go.mod\nb.example/z v9.9.9 junk\n\
                      ../evil v1.0.0/go.mod\nc.example/v v1.0.0";
        let outlook = outlook(&[go_mod], go_sum);
        assert_eq!(
            names(&outlook.graph),
            ["a.example/x@v1.1.0", "b.example/y@v1.0.0", "a.example/w@v1.0.0", "a.example/x@v1.0.0"]
        );
        assert_eq!(outlook.roots, 2);
        assert_eq!(names(&outlook.built), ["b.example/y@v1.0.0", "a.example/x@v1.1.0"], "direct ones first");
    }

    #[test]
    fn what_stands_in_for_a_module_is_fetched_in_its_place_and_a_folder_is_not() {
        let go_mod = "module m.example/m\n\nrequire (\n\ta.example/x v1.0.0\n\tb.example/y v1.0.0\n\tc.example/z v1.0.0\n)\n\n\
                      replace a.example/x => f.example/fork v1.2.0\n\nreplace b.example/y v1.0.0 => ../y\n\n\
                      replace c.example/z v1.9.0 => ../z\n";
        let all = ["a.example/x v1.0.0", "b.example/y v1.0.0", "c.example/z v1.0.0", "f.example/fork v1.2.0"];
        let go_sum = all.map(|line| format!("{line}\n{line}/go.mod\n")).concat();
        let outlook = outlook(&[go_mod], &go_sum);
        assert_eq!(names(&outlook.built), ["c.example/z@v1.0.0", "f.example/fork@v1.2.0"]);
        assert_eq!(outlook.graph, outlook.built);
    }

    #[test]
    fn of_a_workspace_the_highest_version_counts_and_no_member() {
        let a = "module m.example/a\n\nrequire (\n\tm.example/b v0.0.0\n\tx.example/x v1.0.0\n)\n";
        let b = "module m.example/b\n\nrequire x.example/x v1.1.0 // indirect\n";
        let all = ["m.example/b v0.0.0", "x.example/x v1.0.0", "x.example/x v1.1.0"];
        let go_sum = all.map(|line| format!("{line}\n{line}/go.mod\n")).concat();
        assert_eq!(names(&outlook(&[a, b], &go_sum).built), ["x.example/x@v1.1.0"]);
    }
}
