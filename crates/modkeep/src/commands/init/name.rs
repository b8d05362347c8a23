//! What a new module is called: by the argument, else by its place below GOPATH/src, else by the git remote origin, else by the name of
//! its folder.

use std::path::{Path, PathBuf};

use gomod::path::{check_import_path, split_path_version};

use super::repository::Repository;
use crate::commands::Session;
use crate::exit::Exit;
use crate::go::GoSettings;
use crate::report::{Failed, Problem};

/// Why a path is none whose end looks like a major version, but is not.
const NO_MAJOR: &str = "a major version at its end is /v2 or later, and for gopkg.in .v0 or later";

/// A module path, and who gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) path: String,
    pub(super) from: &'static str,
}

/// The first of them that gives a path which can be one.
pub(super) fn of(
    argument: Option<&str>,
    folder: &Path,
    repository: &Repository,
    session: &Session<'_>,
) -> Result<Name, Failed> {
    if let Some(path) = argument {
        check_import_path(path).map_err(|error| unfit(path, &error.to_string()))?;
        split_path_version(path).ok_or_else(|| unfit(path, NO_MAJOR))?;
        return Ok(Name { path: path.to_owned(), from: "the command line" });
    }
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let last = folder.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let candidates = [
        (below_gopath(&folder, session), "the place below GOPATH/src"),
        (repository.module_path(), "the git remote origin"),
        (last, "the name of the folder"),
    ];
    let fit = |path: &String| check_import_path(path).is_ok();
    let found = candidates.into_iter().find_map(|(path, from)| Some(Name { path: path.filter(fit)?, from }));
    found.ok_or_else(|| nameless(&folder))
}

/// The path of a folder below `src` in one of the folders of GOPATH.
fn below_gopath(folder: &Path, session: &Session<'_>) -> Option<String> {
    let set = GoSettings::load(session.env, session.files).get("GOPATH");
    let folders: Vec<PathBuf> = match set {
        Some((list, _)) => std::env::split_paths(&list).collect(),
        None => session.env.home().map(|home| home.join("go")).into_iter().collect(),
    };
    let below = |gopath: &PathBuf| {
        let src = gopath.join("src").canonicalize().ok()?;
        folder.strip_prefix(src).ok()?.to_str().map(str::to_owned)
    };
    folders.iter().find_map(below)
}

fn unfit(path: &str, reason: &str) -> Failed {
    let problem = Problem::new(format!("`{path}` cannot be the path of a module")).because(reason);
    Failed::new(Exit::Usage, problem.advise("take one like example.com/you/project"))
}

fn nameless(folder: &Path) -> Failed {
    let problem = Problem::new(format!("{} gives no name for a module", folder.display()));
    Failed::new(Exit::Usage, problem.advise("name it: modkeep init example.com/you/project"))
}
