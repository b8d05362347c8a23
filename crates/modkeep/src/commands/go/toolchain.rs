//! Whether go may have to fetch another toolchain before it does anything at all.
//!
//! Commands that fetch no modules are run as if modkeep were not there. If go would switch to a toolchain that is not on this machine
//! yet, it would be fetched without the ladder, so it is fetched before.

use std::cmp::Ordering;

use ladder::project::Project;

use crate::env::Env;
use crate::files::Files;
use crate::go::{GoSettings, goroot};

/// What GOTOOLCHAIN begins with when no version but the local one is to be fetched.
const LOCAL: &str = "local";

/// Whether a toolchain may have to be fetched for a command in this project. `true` where it cannot be known.
pub(super) fn may_be_fetched(project: &Project, go: &GoSettings<'_>, env: &Env, files: &dyn Files) -> bool {
    let setting = go.get("GOTOOLCHAIN").map(|(value, _)| value).unwrap_or_default();
    let goroot = go.get("GOROOT").map(|(value, _)| value);
    let version = goroot::go_env(goroot.as_deref(), env, files)
        .and_then(|path| files.read(&path.with_file_name("VERSION")).ok())
        .and_then(|text| String::from_utf8(text).ok());
    let local = version.as_deref().and_then(|text| text.lines().next()).unwrap_or_default();
    is_fetched(&setting, local, &project.wanted_versions())
}

/// `setting` is GOTOOLCHAIN, `local` the version of the installed go, `wanted` what the project asks for.
fn is_fetched(setting: &str, local: &str, wanted: &[String]) -> bool {
    let (name, mode) = setting.split_once('+').unwrap_or(match setting {
        "" | "auto" => (LOCAL, "auto"),
        "path" => (LOCAL, "path"),
        name => (name, ""),
    });
    let named = (name != LOCAL && name != local).then_some(name);
    let of_project = wanted.iter().map(String::as_str).filter(|_| mode == "auto");
    // In the mode `path` they must be on PATH.
    mode != "path" && (named.is_some() || of_project.into_iter().any(|version| is_later(version, local)))
}

/// Whether one version may be later than another; of two that differ only in words, each may.
fn is_later(version: &str, than: &str) -> bool {
    let (version, than) = (version.trim_start_matches("go"), than.trim_start_matches("go"));
    let numbers = |text: &str| -> Vec<u64> {
        let release = text.split(|c: char| c.is_ascii_alphabetic()).next().unwrap_or_default();
        release.split('.').filter_map(|number| number.parse().ok()).collect()
    };
    let is_prerelease = |text: &str| text.contains(|c: char| c.is_ascii_alphabetic());
    match numbers(version).cmp(&numbers(than)) {
        Ordering::Equal => version != than && (is_prerelease(version) || is_prerelease(than)),
        order => order == Ordering::Greater,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_later_than_the_installed_go_and_may_be_fetched() {
        let fetched = |setting: &str, wanted: &[&str]| {
            let wanted: Vec<String> = wanted.iter().map(|text| (*text).to_owned()).collect();
            is_fetched(setting, "go1.26.8", &wanted)
        };
        for setting in ["", "auto", "local+auto"] {
            assert!(fetched(setting, &["1.27"]) && fetched(setting, &["1.21", "go1.26.9"]), "{setting}");
            assert!(!fetched(setting, &["1.26.8"]) && !fetched(setting, &[]), "{setting}");
        }
        for setting in ["local", "path", "local+path", "go1.27.0+path"] {
            assert!(!fetched(setting, &["1.99"]), "{setting}");
        }
        assert!(fetched("go1.27.1", &[]) && fetched("go1.27.1+auto", &[]) && !fetched("go1.26.8", &["1.99"]));
        assert!(
            fetched("go1.20+auto", &[]) && fetched("go1.22.0", &[]),
            "the named one is taken, older or not"
        );
        assert!(
            is_later("1.27.0", "go1.27rc2")
                && is_later("1.27rc3", "go1.27rc2")
                && !is_later("1.27rc1", "go1.27.0")
        );
        assert!(is_fetched("auto", "", &["1.21".to_owned()]), "nobody knows which go is installed");
    }
}
