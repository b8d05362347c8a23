//! Finding the go that is to be run.

use std::ffi::OsString;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::env::Env;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// The first program called `name` in PATH. For go it is one that is not this very program: modkeep may stand there under its name.
pub(in crate::commands) fn find(name: &str, env: &Env) -> Result<PathBuf, Failed> {
    let own = std::env::current_exe().ok().filter(|_| name == "go").and_then(|path| identity(&path));
    let folders = env.var("PATH").map(std::env::split_paths);
    // Relative folders are skipped, as go itself refuses them: the working directory may be a stranger's.
    let folders = folders.into_iter().flatten().filter(|folder| folder.is_absolute());
    let candidates = folders.map(|folder| folder.join(name));
    let mut programs = candidates.filter(|path| is_program(path) && (own.is_none() || identity(path) != own));
    programs.next().ok_or_else(|| {
        let problem = Problem::new(format!("there is no {name} in PATH"));
        Failed::new(
            Exit::Unavailable,
            problem.advise(format!("install {name}, or put the folder that it is in into PATH")),
        )
    })
}

/// The variable that counts how many of us stand above one another. It is no setting.
pub(in crate::commands) const DEPTH: &str = "_MODKEEP_DEPTH";

/// How many: a script that runs modkeep may well be run by modkeep, and more than that is a go that runs modkeep that runs it.
const DEPTH_MAX: u32 = 6;

/// How many of us stand above, and we with them.
///
/// # Errors
/// The go in PATH leads back to us.
pub(in crate::commands) fn depth(env: &Env) -> Result<u32, Failed> {
    let above = env.var(DEPTH).and_then(|depth| depth.to_str()?.parse().ok()).unwrap_or(0);
    if above < DEPTH_MAX {
        return Ok(above + 1);
    }
    let problem = Problem::new("modkeep runs a go that runs modkeep, and so on");
    let advice =
        "a script called go stands first in PATH; have it run the real go by its path, or put that before it";
    Err(Failed::new(Exit::Unavailable, problem.advise(advice)))
}

/// The program of a command line, by its path or by its name in PATH, and the arguments behind it.
pub(in crate::commands) fn of<'a>(
    command: &'a [OsString],
    env: &Env,
) -> Result<(PathBuf, &'a [OsString]), Failed> {
    let Some((name, rest)) = command.split_first() else {
        let problem = Problem::new("no command was given").advise("write it behind --");
        return Err(Failed::new(Exit::Usage, problem));
    };
    let program = match name.to_str() {
        Some(name) if !name.contains('/') => find(name, env)?,
        _ => env.cwd().join(name),
    };
    Ok((program, rest))
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Which file it is, whatever it is called.
fn identity(path: &Path) -> Option<(u64, u64)> {
    path.metadata().ok().map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::env::Platform;

    fn found(path: &str) -> Result<PathBuf, Failed> {
        find("go", &Env::new([("PATH", path)], Path::new("/here"), Platform::Unix))
    }

    #[test]
    fn the_first_program_counts_that_is_not_ourselves() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            path.join("go")
        };
        let (text, own, real) = (place("text"), place("own"), place("real"));
        fs::write(text, "no program").unwrap();
        std::os::unix::fs::symlink(std::env::current_exe().unwrap(), own).unwrap();
        fs::write(&real, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o755)).unwrap();
        let path =
            ["text", "own", "real"].map(|name| folder.path().join(name).display().to_string()).join(":");
        assert_eq!(found(&path).unwrap(), real);
        assert_eq!(found("/nowhere").unwrap_err().exit, Exit::Unavailable);
        assert!(found("").is_err());
    }
}
