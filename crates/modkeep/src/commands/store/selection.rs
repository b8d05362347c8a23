//! What the commands of `modkeep store` have in common: the folder that they look into, and the patterns that choose from it.

use std::path::{Path, PathBuf};

use gomod::glob::{Pattern, PrefixPatterns};

use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::{Settings, table};

/// The data folder of these settings, which is there and can be read.
pub(super) fn data_folder(settings: &Settings) -> Result<PathBuf, Failed> {
    let root = settings.get(&table::DATA)?;
    check(&root)?;
    Ok(root)
}

fn check(root: &Path) -> Result<(), Failed> {
    root.read_dir().map(drop).map_err(|error| {
        let problem = Problem::new(format!("cannot read the data folder {}", root.display()));
        let advice = "name it with --data; `modkeep config show` says which one is meant without it";
        Failed::new(Exit::Unavailable, problem.because(error.to_string()).advise(advice))
    })
}

/// Reads a list of patterns. To go a malformed one matches nothing, which here would look like an empty store.
pub(super) fn patterns(text: &str) -> Result<PrefixPatterns, Failed> {
    match text.split(',').find(|item| Pattern::parse(item).is_none()) {
        None => Ok(PrefixPatterns::parse(text)),
        Some(bad) => Err(malformed(bad, "write it as in GOPRIVATE, such as *.corp.example")),
    }
}

/// A pattern that is none.
pub(super) fn malformed(pattern: &str, advice: &str) -> Failed {
    let problem = Problem::new(format!("`{pattern}` is not a pattern: a [ is not closed, or a \\ ends it"));
    Failed::new(Exit::Usage, problem.advise(advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_pattern_is_a_wrong_command_line() {
        for bad in ["[", "a.example,b[", "a\\"] {
            assert_eq!(patterns(bad).unwrap_err().exit, Exit::Usage, "{bad}");
        }
        assert!(patterns("*.corp.example,git.example/[a-z]*").is_ok());
    }
}
