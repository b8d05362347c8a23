//! How much of a build was there already: packages in go's build cache, modules in its module cache.
//!
//! The packages are read from go's own action data (`-debug-actiongraph`): a package that was needed and for which no command ran came
//! from the cache. The modules are those that these packages are in, and one that was asked for in the run was not there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use gomod::gosum::GoSum;
use gomod::modfile::{Replace, Replacement};
use serde::{Deserialize, Serialize};

/// More than the action data of any build, in bytes: some kilobytes for each package.
const BYTES_MAX: u64 = 512 << 20;

/// So many of so many were there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Hits {
    /// Those that were there.
    pub hits: usize,
    /// All that were needed.
    pub of: usize,
}

/// The statistics of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Packages whose compiled form was in GOCACHE.
    pub build_cache: Hits,
    /// Modules that were in GOMODCACHE. One whose packages come from `vendor/` or from a folder does not count.
    pub module_cache: Hits,
}

/// The modules of a project: by the path that their packages begin with, the path by which the module cache has them. What a folder
/// stands in for is in none.
#[derive(Debug, Clone, Default)]
pub struct Modules(BTreeMap<String, Option<String>>);

impl Modules {
    /// Those that have a hash in `sums`, with what `replaced` puts in the place of some.
    pub fn of(sums: &GoSum, replaced: &[Replace]) -> Self {
        let mut modules = Self::default();
        sums.entries().for_each(|(path, _, _)| modules.add(path));
        for line in replaced {
            // A line for one version may not be the one that counts: then go.sum has another version.
            if line.version.is_some() && has_zip(sums, &line.path) {
                continue;
            }
            let by = match &line.with {
                Replacement::Directory(_) => None,
                Replacement::Module { path, .. } => Some(path.clone()),
            };
            modules.0.insert(line.path.clone(), by);
        }
        modules
    }

    fn add(&mut self, path: &str) {
        if !self.0.contains_key(path) {
            self.0.insert(path.to_owned(), Some(path.to_owned()));
        }
    }

    /// The module of the module cache that a package is in: that of the longest path that it begins with.
    fn of_package(&self, package: &str) -> Option<&str> {
        let mut path = package;
        loop {
            if let Some(found) = self.0.get(path) {
                return found.as_deref();
            }
            path = path.rsplit_once('/')?.0;
        }
    }
}

/// Whether go.sum has the hash of the files of a module, in any version.
fn has_zip(sums: &GoSum, path: &str) -> bool {
    sums.entries().any(|(known, version, _)| known == path && !version.ends_with("/go.mod"))
}

/// One thing that go did, of which these fields are read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Action {
    mode: String,
    #[serde(default)]
    package: String,
    #[serde(default)]
    need_build: bool,
    #[serde(default, rename = "BuildID")]
    build_id: String,
    #[serde(default)]
    cmd: Option<Vec<String>>,
}

impl Action {
    /// Whether it made a package, or had it: one that go did not come to has neither a result nor a command.
    fn is_package(&self) -> bool {
        self.mode == "build" && self.need_build && (!self.build_id.is_empty() || self.has_run())
    }

    fn has_run(&self) -> bool {
        self.cmd.as_ref().is_some_and(|commands| !commands.is_empty())
    }

    /// The import path, without the test that this variant of the package is for.
    fn import_path(&self) -> &str {
        self.package.split(' ').next().unwrap_or_default()
    }
}

impl Stats {
    /// Reads the action data of a run in which the modules `fetched` were asked for. `modules` are all that the project knows.
    ///
    /// # Errors
    /// The file cannot be read, or is no action data.
    pub fn read(file: &Path, mut modules: Modules, fetched: &BTreeSet<String>) -> io::Result<Self> {
        let mut text = Vec::new();
        File::open(file)?.take(BYTES_MAX).read_to_end(&mut text)?;
        let actions: Vec<Action> = serde_json::from_slice(&text)?;
        let packages: Vec<&Action> = actions.iter().filter(|action| action.is_package()).collect();
        let hits = packages.iter().filter(|action| !action.has_run()).count();
        for path in fetched {
            modules.add(path);
        }
        let used: BTreeSet<&str> =
            packages.iter().filter_map(|action| modules.of_package(action.import_path())).collect();
        let present = used.iter().filter(|module| !fetched.contains(**module)).count();
        Ok(Self {
            build_cache: Hits { hits, of: packages.len() },
            module_cache: Hits { hits: present, of: used.len() },
        })
    }

    /// The line for the end of a run.
    pub fn line(&self) -> String {
        let Self { build_cache, module_cache } = self;
        format!(
            "build cache: {} of {} packages; module cache: {} of {} modules",
            build_cache.hits, build_cache.of, module_cache.hits, module_cache.of
        )
    }
}

#[cfg(test)]
mod tests {
    use gomod::modfile::GoMod;

    use super::*;

    /// Those of which go.sum has lines, with these `replace` lines.
    fn modules(sums: &str, replaced: &str) -> Modules {
        let line = |path: &str| format!("{path} v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
        let sums: String = sums.split(' ').map(line).collect();
        let go_mod = GoMod::parse(format!("module main\n{replaced}").as_bytes()).unwrap();
        Modules::of(&GoSum::parse_lenient(sums.as_bytes()), &go_mod.replace)
    }

    fn read(actions: &str, fetched: &[&str]) -> Stats {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("actions");
        std::fs::write(&file, actions).unwrap();
        let fetched = fetched.iter().map(|path| (*path).to_owned()).collect();
        Stats::read(&file, modules("a.example/m a.example/m/sub", ""), &fetched).unwrap()
    }

    #[test]
    fn what_ran_a_command_was_not_there_and_what_was_not_come_to_does_not_count() {
        let actions = r#"[
            {"Mode":"build","Package":"a.example/m/sub/x [main.test]","NeedBuild":true,"BuildID":"1","Cmd":null},
            {"Mode":"build","Package":"a.example/m/y","NeedBuild":true,"BuildID":"2","Cmd":["compile"]},
            {"Mode":"build","Package":"fmt","NeedBuild":true,"BuildID":"3","Cmd":null},
            {"Mode":"build","Package":"main","NeedBuild":true,"Cmd":null},
            {"Mode":"build","Package":"a.example/m/z","BuildID":"4","Cmd":null},
            {"Mode":"link","Package":"main","NeedBuild":true,"BuildID":"5","Cmd":null}]"#;
        let stats = read(actions, &["a.example/m"]);
        assert_eq!(stats.build_cache, Hits { hits: 2, of: 3 });
        assert_eq!(stats.module_cache, Hits { hits: 1, of: 2 });
        assert_eq!(stats.line(), "build cache: 2 of 3 packages; module cache: 1 of 2 modules");
    }

    #[test]
    fn a_package_of_a_replaced_module_is_in_the_one_that_stands_in_for_it() {
        let lines = "replace a.example/m => fork.example/m v1.0.0\nreplace a.example/m/sub => ./sub\n\
                     replace b.example/m v1.2.0 => ./b\nreplace c.example/m v1.0.0 => fork.example/c v1.0.0\n";
        let modules = modules("fork.example/m b.example/m fork.example/c", lines);
        for (package, expected) in [
            ("a.example/m/x", Some("fork.example/m")),
            ("a.example/m/sub/x", None),
            ("b.example/m", Some("b.example/m")),
            ("c.example/m", Some("fork.example/c")),
            ("fmt", None),
        ] {
            assert_eq!(modules.of_package(package), expected, "{package}");
        }
    }

    #[test]
    fn what_is_no_action_data_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("actions");
        std::fs::write(&file, "{").unwrap();
        Stats::read(&file, Modules::default(), &BTreeSet::new()).unwrap_err();
    }
}
