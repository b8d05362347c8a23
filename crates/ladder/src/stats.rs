//! How much of a build was there already: packages in go's build cache, modules in its module cache.
//!
//! The packages are read from go's own action data (`-debug-actiongraph`): a package that was needed and for which no command ran came
//! from the cache. The modules are those that these packages are in, and one that was asked for in the run was not there.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

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
    /// Reads the action data of a run in which the modules `fetched` were asked for. `modules` are the paths of all that the project knows.
    ///
    /// # Errors
    /// The file cannot be read, or is no action data.
    pub fn read<'a>(
        file: &Path,
        modules: impl Iterator<Item = &'a str>,
        fetched: &'a BTreeSet<String>,
    ) -> io::Result<Self> {
        let mut text = Vec::new();
        File::open(file)?.take(BYTES_MAX).read_to_end(&mut text)?;
        let actions: Vec<Action> = serde_json::from_slice(&text)?;
        let packages: Vec<&Action> = actions.iter().filter(|action| action.is_package()).collect();
        let hits = packages.iter().filter(|action| !action.has_run()).count();
        let known: BTreeSet<&str> = modules.chain(fetched.iter().map(String::as_str)).collect();
        let used: BTreeSet<&str> =
            packages.iter().filter_map(|action| module_of(action.import_path(), &known)).collect();
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

/// The module that a package is in: the longest path that it begins with.
fn module_of<'a>(package: &str, known: &BTreeSet<&'a str>) -> Option<&'a str> {
    let mut path = package;
    loop {
        if let Some(found) = known.get(path) {
            return Some(found);
        }
        path = path.rsplit_once('/')?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(actions: &str, fetched: &[&str]) -> Stats {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("actions");
        std::fs::write(&file, actions).unwrap();
        let fetched = fetched.iter().map(|path| (*path).to_owned()).collect();
        Stats::read(&file, ["a.example/m", "a.example/m/sub"].into_iter(), &fetched).unwrap()
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
    fn what_is_no_action_data_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("actions");
        std::fs::write(&file, "{").unwrap();
        Stats::read(&file, std::iter::empty(), &BTreeSet::new()).unwrap_err();
    }
}
