//! Which module a place is asked for: the one that the user names, else one that go.sum has the hash of. A path that matches GONOPROXY goes to
//! no place that is not marked private (invariant 3).

use gomod::ModuleVersion;
use gomod::glob::PrefixPatterns;
use gomod::gosum::{GoSum, Part};

/// The module of go's own distributions, whose zips are too large for a look.
const TOOLCHAIN: &str = "golang.org/toolchain";

/// What there is to ask for.
pub(super) struct Asked<'a> {
    pub(super) named: Option<&'a ModuleVersion>,
    pub(super) pins: &'a GoSum,
}

impl Asked<'_> {
    /// The module for somebody who may hear of all but these.
    pub(super) fn for_all_but(&self, hidden: &[&PrefixPatterns]) -> Option<ModuleVersion> {
        let may =
            |module: &ModuleVersion| hidden.iter().all(|patterns| !patterns.matches(module.path().as_str()));
        match self.named {
            Some(named) => Some(named.clone()).filter(may),
            None => self.pinned().find(may),
        }
    }

    /// Versions whose zip and go.mod go.sum has the hashes of.
    fn pinned(&self) -> impl Iterator<Item = ModuleVersion> {
        let zips = self.pins.entries().filter(|(_, version, _)| !version.ends_with("/go.mod"));
        let modules = zips.filter_map(|(path, version, _)| ModuleVersion::parse(path, version).ok());
        modules.filter(|module| {
            let is_whole = self.pins.hashes(module, Part::GoMod).next().is_some();
            is_whole && module.path().as_str() != TOOLCHAIN
        })
    }
}

/// Reads `PATH@VERSION`.
pub(super) fn module_version(text: &str) -> Result<ModuleVersion, String> {
    let (path, version) = text.split_once('@').ok_or("write it as PATH@VERSION")?;
    ModuleVersion::parse(path, version).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_path_is_for_nobody_who_may_not_hear_of_it() {
        let hash = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let line = |path: &str| format!("{path} v1.0.0 {hash}\n{path} v1.0.0/go.mod {hash}\n");
        let text = [
            "corp.example/a v1.0.0 h1:x\n".to_owned(),
            line("corp.example/b"),
            line(TOOLCHAIN),
            line("other.example/c"),
        ]
        .concat();
        let pins = GoSum::parse_lenient(text.as_bytes());
        let asked = Asked { named: None, pins: &pins };
        let of = |asked: &Asked<'_>, hidden: &str| {
            asked.for_all_but(&[&PrefixPatterns::parse(hidden)]).map(|module| module.path().to_string())
        };
        assert_eq!(of(&asked, "").as_deref(), Some("corp.example/b"));
        assert_eq!(of(&asked, "corp.example").as_deref(), Some("other.example/c"));
        let named = module_version("corp.example/z@v1.0.0").unwrap();
        assert_eq!(of(&Asked { named: Some(&named), pins: &pins }, "corp.example"), None);
        assert!(module_version("corp.example/z").is_err());
    }
}
