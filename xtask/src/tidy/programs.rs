//! What the checks start besides cargo, fetched before the first of them: one that is missing is told at once, not after
//! minutes of compiling.

use super::Check;
use crate::failure::Failure;
use crate::tools::{cargo_deny, components, debian};
use crate::workspace::Workspace;

/// A way to get programs, and who needs them.
struct Source {
    /// The names of the checks that start them; every check does when none is named.
    checks: &'static [&'static str],
    get: fn(&Workspace) -> Result<(), Failure>,
}

const SOURCES: &[Source] = &[
    // git lists the files that are looked at.
    Source { checks: &[], get: |_| debian::install(debian::FOR_TESTS) },
    Source { checks: &["format", "clippy"], get: components::install },
    // Clippy looks at fuzz/ too, and libFuzzer's build script compiles C++ even then.
    Source { checks: &["clippy"], get: |_| debian::install(debian::FOR_FUZZ) },
    Source { checks: &["supply"], get: |workspace| cargo_deny::find_or_fetch(workspace).map(drop) },
];

/// Gets all that `checks` will start. All of it is tried; the first failure is told.
pub(super) fn get(workspace: &Workspace, checks: &[&Check]) -> Result<(), Failure> {
    let wanted = SOURCES.iter().filter(|source| source.is_for(checks));
    let results: Vec<_> = wanted.map(|source| (source.get)(workspace)).collect();
    results.into_iter().collect()
}

impl Source {
    fn is_for(&self, checks: &[&Check]) -> bool {
        self.checks.is_empty() || checks.iter().any(|check| self.checks.contains(&check.name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CHECKS, chosen};
    use super::*;

    #[test]
    fn only_what_the_chosen_checks_start_is_fetched() {
        let count = |name: &str| {
            let checks = chosen(&[name.to_owned()]).unwrap();
            SOURCES.iter().filter(|source| source.is_for(&checks)).count()
        };
        assert_eq!([count("words"), count("format"), count("clippy"), count("supply")], [1, 2, 3, 2]);
    }

    #[test]
    fn every_name_is_a_check() {
        for name in SOURCES.iter().flat_map(|source| source.checks) {
            assert!(CHECKS.iter().any(|check| check.name == *name), "{name}");
        }
    }
}
