//! Finds the installed go, to read the `go.env` that came with it.
//!
//! Nothing is run: `go` is looked up on PATH and its folder is followed upwards, because a distribution keeps the command
//! in `bin/` (or `bin/OS_ARCH/`) below the folder that holds `go.env`. Many systems have a link on PATH, so the folder
//! of the link is tried first and then the folder that it leads to.

use std::path::{Path, PathBuf};

use crate::env::Env;
use crate::files::Files;

/// The `go.env` of the go that this user would run.
///
/// A GOROOT from the user's file beats the variable of that name, and both beat PATH, in go's own order.
pub fn go_env(goroot_in_user_file: Option<&str>, env: &Env, files: &dyn Files) -> Option<PathBuf> {
    let in_file = goroot_in_user_file.filter(|value| !value.is_empty()).map(PathBuf::from);
    match in_file.or_else(|| env.var("GOROOT").map(PathBuf::from)) {
        Some(goroot) => goroot.is_absolute().then(|| goroot.join("go.env")),
        None => of_command(&go_on_path(env, files)?, files),
    }
}

/// The first `go` on PATH. Relative entries are skipped, as go itself refuses them: the working directory has no say.
pub fn go_on_path(env: &Env, files: &dyn Files) -> Option<PathBuf> {
    let folders = std::env::split_paths(env.var("PATH")?).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join("go")).find(|go| files.is_executable(go))
}

fn of_command(go: &Path, files: &dyn Files) -> Option<PathBuf> {
    let target = files.canonical(go).ok()?;
    let near = |command: &Path| {
        command.ancestors().skip(2).take(2).map(|dir| dir.join("go.env")).collect::<Vec<_>>()
    };
    near(go).into_iter().chain(near(&target)).find(|candidate| files.read(candidate).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Platform;
    use crate::files::Memory;

    fn found(vars: &[(&str, &str)], in_file: Option<&str>, files: &Memory) -> Option<String> {
        let env = Env::new(vars.iter().copied(), Path::new("/here"), Platform::Unix);
        go_env(in_file, &env, files).map(|path| path.to_string_lossy().into_owned())
    }

    #[test]
    fn the_users_file_beats_the_variable_and_both_beat_path() {
        let files = Memory::of(&[("/p/bin/go", ""), ("/p/go.env", "")]);
        let vars = [("GOROOT", "/v"), ("PATH", "/p/bin")];
        assert_eq!(found(&vars, Some("/f"), &files).as_deref(), Some("/f/go.env"));
        assert_eq!(found(&vars, Some(""), &files).as_deref(), Some("/v/go.env"));
        assert_eq!(found(&vars[1..], None, &files).as_deref(), Some("/p/go.env"));
        assert_eq!(found(&[("GOROOT", "rel")], None, &files), None);
    }

    #[test]
    fn a_link_on_path_is_followed() {
        let files = Memory::of(&[("/lib/go/bin/go", ""), ("/lib/go/go.env", "")])
            .link("/usr/bin/go", "/lib/go/bin/go");
        assert_eq!(found(&[("PATH", "/none:/usr/bin")], None, &files).as_deref(), Some("/lib/go/go.env"));
    }

    #[test]
    fn a_cross_compiled_go_is_one_folder_deeper() {
        let files = Memory::of(&[("/g/bin/linux_arm64/go", ""), ("/g/go.env", "")]);
        assert_eq!(found(&[("PATH", "/g/bin/linux_arm64")], None, &files).as_deref(), Some("/g/go.env"));
    }

    #[test]
    fn the_working_directory_is_never_searched() {
        let files = Memory::of(&[("/here/bin/go", ""), ("/here/go.env", ""), ("bin/go", ""), ("go.env", "")]);
        assert_eq!(found(&[("PATH", ":.:bin")], None, &files), None);
        assert_eq!(found(&[], None, &files), None);
    }
}
