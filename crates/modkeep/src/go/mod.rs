//! go's own settings, found without running go (invariant 8).
//!
//! go asks three places and takes the first that has the name: the environment, the user's file that `go env -w`
//! writes ([`user_file`]), and the `go.env` that comes with an installed go ([`goroot`]). A variable that is empty counts
//! as not set; an empty line in the user's file counts as set to nothing, and hides what `go.env` says.

pub mod env_file;
pub mod goroot;
pub mod user_file;

use std::path::PathBuf;

use crate::env::Env;
use crate::files::Files;
use env_file::Entries;

/// Where go would find one of its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// In a variable of the environment.
    Variable,
    /// In this file.
    File(PathBuf),
}

/// What go would see on this machine.
#[derive(Debug)]
pub struct GoSettings<'a> {
    env: &'a Env,
    files: Vec<(PathBuf, Entries)>,
}

impl<'a> GoSettings<'a> {
    /// Reads the two files, where they exist. As with go, a file that cannot be read is passed over.
    pub fn load(env: &'a Env, files: &dyn Files) -> Self {
        let mut found = Vec::new();
        let user = user_file::path(env).and_then(|path| read(path, files));
        let goroot_in_file = user.as_ref().and_then(|(_, entries)| entries.get("GOROOT").cloned());
        found.extend(user);
        found
            .extend(goroot::go_env(goroot_in_file.as_deref(), env, files).and_then(|path| read(path, files)));
        Self { env, files: found }
    }

    /// The value of the setting `name`, such as `GOPROXY`, and where it stands.
    pub fn get(&self, name: &str) -> Option<(String, Found)> {
        if let Some(value) = self.env.var(name) {
            return Some((value.to_string_lossy().into_owned(), Found::Variable));
        }
        let set = self.files.iter().find_map(|(path, entries)| Some((path, entries.get(name)?)));
        let (path, value) = set.filter(|(_, value)| !value.is_empty())?;
        Some((value.clone(), Found::File(path.clone())))
    }
}

fn read(path: PathBuf, files: &dyn Files) -> Option<(PathBuf, Entries)> {
    let content = files.read(&path).ok()?;
    Some((path, env_file::parse(&content)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Platform;
    use crate::files::Memory;
    use std::path::Path;

    const USER: &str = "/home/u/.config/go/env";
    const GO_ENV: &str = "/opt/go/go.env";

    fn get(vars: &[(&str, &str)], files: &[(&str, &str)]) -> Option<(String, Found)> {
        let vars = [("HOME", "/home/u"), ("GOROOT", "/opt/go")].into_iter().chain(vars.iter().copied());
        let env = Env::new(vars, Path::new("/here"), Platform::Unix);
        GoSettings::load(&env, &Memory::of(files)).get("GOPROXY")
    }

    #[test]
    fn environment_then_user_file_then_go_env() {
        let all = [(USER, "GOPROXY=user"), (GO_ENV, "GOPROXY=dist")];
        let text = |value: &str, found| Some((value.to_owned(), found));
        assert_eq!(get(&[("GOPROXY", "env")], &all), text("env", Found::Variable));
        assert_eq!(get(&[("GOPROXY", "")], &all), text("user", Found::File(USER.into())));
        assert_eq!(get(&[], &all[1..]), text("dist", Found::File(GO_ENV.into())));
        assert_eq!(get(&[], &[]), None);
    }

    #[test]
    fn an_empty_line_of_the_user_hides_go_env() {
        assert_eq!(get(&[], &[(USER, "GOPROXY=\n"), (GO_ENV, "GOPROXY=dist")]), None);
    }

    #[test]
    fn the_users_file_may_name_another_go() {
        let files =
            [(USER, "GOROOT=/else/go"), ("/else/go/go.env", "GOPROXY=other"), (GO_ENV, "GOPROXY=dist")];
        assert_eq!(get(&[], &files), Some(("other".to_owned(), Found::File("/else/go/go.env".into()))));
    }

    #[test]
    fn goenv_off_means_no_user_file() {
        let files = [(USER, "GOPROXY=user"), (GO_ENV, "GOPROXY=dist")];
        assert_eq!(get(&[("GOENV", "off")], &files).map(|found| found.0), Some("dist".to_owned()));
    }
}
