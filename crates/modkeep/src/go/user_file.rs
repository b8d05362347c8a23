//! Where `go env -w` keeps the user's settings.

use std::path::PathBuf;

use crate::env::{Env, Platform};

/// The user's file: what `GOENV` names (`off` means none), else `go/env` in the user's settings folder.
///
/// Unlike the XDG rule, a relative `XDG_CONFIG_HOME` means that go has no such folder.
pub fn path(env: &Env) -> Option<PathBuf> {
    match env.var("GOENV") {
        Some(value) if value == "off" => None,
        Some(value) => Some(env.cwd().join(value)),
        None => settings_folder(env).map(|folder| folder.join("go/env")),
    }
}

fn settings_folder(env: &Env) -> Option<PathBuf> {
    if env.platform() == Platform::MacOs {
        return env.home().map(|home| home.join("Library/Application Support"));
    }
    match env.var("XDG_CONFIG_HOME").map(PathBuf::from) {
        Some(folder) => folder.is_absolute().then_some(folder),
        None => env.home().map(|home| home.join(".config")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_file_is_where_go_looks_for_it() {
        let home = ("HOME", "/home/u");
        for (platform, vars, expected) in [
            (Platform::Unix, vec![home], Some("/home/u/.config/go/env")),
            (Platform::Unix, vec![home, ("XDG_CONFIG_HOME", "/c")], Some("/c/go/env")),
            (Platform::Unix, vec![home, ("XDG_CONFIG_HOME", "c")], None),
            (
                Platform::MacOs,
                vec![home, ("XDG_CONFIG_HOME", "/c")],
                Some("/home/u/Library/Application Support/go/env"),
            ),
            (Platform::Unix, vec![home, ("GOENV", "off")], None),
            (Platform::Unix, vec![home, ("GOENV", "/e")], Some("/e")),
            (Platform::Unix, vec![home, ("GOENV", "e")], Some("/here/e")),
            (Platform::Unix, vec![], None),
        ] {
            let env = Env::new(vars.clone(), Path::new("/here"), platform);
            assert_eq!(path(&env), expected.map(PathBuf::from), "{platform:?} {vars:?}");
        }
    }
}
