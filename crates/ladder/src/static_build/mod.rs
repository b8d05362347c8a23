//! The rung `static`: a build from go.mod, go.sum and `vendor/` alone, without any network, and the proof of it.
//!
//! * [`locks`]: what has to hold before such a build.
//! * [`isolation`]: a network in which nothing but loopback is up.
//! * this file: the environment that go gets.

pub mod isolation;
pub mod locks;

use std::ffi::OsString;
use std::path::Path;

/// What go must not be able to do: fetch, ask, or become another go (the fourth lock).
const SETTINGS: [(&str, &str); 4] =
    [("GO111MODULE", "on"), ("GOPROXY", "off"), ("GOSUMDB", "off"), ("GOTOOLCHAIN", "local")];

/// The variables for go: nothing is fetched or asked, the module cache is this empty folder, and packages come from `vendor/`.
/// `goflags` are the user's own; the flag stands behind them, so that it counts.
pub fn environment(goflags: &str, module_cache: &Path) -> Vec<(&'static str, OsString)> {
    let mut variables: Vec<_> = SETTINGS.iter().map(|(name, value)| (*name, OsString::from(value))).collect();
    let flags = format!("{goflags} -mod=vendor");
    variables.push(("GOFLAGS", flags.trim_start().into()));
    variables.push(("GOMODCACHE", module_cache.into()));
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_flags_stay_and_vendor_has_the_last_word() {
        let value = |goflags: &str| {
            let variables = environment(goflags, Path::new("/empty"));
            variables.into_iter().find(|(name, _)| *name == "GOFLAGS").unwrap().1
        };
        assert_eq!(value("-tags=x -mod=mod"), "-tags=x -mod=mod -mod=vendor");
        assert_eq!(value(""), "-mod=vendor");
    }
}
