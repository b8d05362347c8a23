//! What the go.mod file of a dependency names.

use gomod::modfile::GoMod;
use gomod::{ModulePath, ModuleVersion};

/// The largest go.mod file that is read, in bytes. Large ones have some ten thousand.
pub(super) const GO_MOD_MAX: u64 = 1 << 20;

/// Since this minor version of Go, a go.mod file names everything that a build needs, and go follows it no further.
const PRUNED_SINCE: &str = "17";

/// The requirements of one module.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// Whether go reads what they require in their turn, whatever those say.
    pub(super) unpruned: bool,
    pub(super) modules: Vec<ModuleVersion>,
}

impl Needs {
    /// Reads as go reads a dependency. What makes no sense names nothing.
    pub(super) fn of(go_mod: &[u8], is_private: &dyn Fn(&ModulePath) -> bool) -> Self {
        let Ok(go_mod) = GoMod::parse_lax(go_mod) else { return Self::default() };
        let unpruned = !go_mod.go.is_some_and(|version| version.is_at_least(PRUNED_SINCE));
        let modules = go_mod.require.into_iter().filter_map(|require| {
            let path = ModulePath::parse(&require.path).ok().filter(|path| !is_private(path))?;
            ModuleVersion::new(path, require.version).ok()
        });
        Self { unpruned, modules: modules.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(go_mod: &str) -> (bool, Vec<String>) {
        let needs = Needs::of(go_mod.as_bytes(), &|path| path.as_str().starts_with("corp.example/"));
        (needs.unpruned, needs.modules.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn requirements_are_named_and_private_ones_are_not() {
        let text = "module a.example/a\ngo 1.21\nrequire (\n\tb.example/b v1.2.0\n\tcorp.example/c v1.0.0\n\td.example/d/v2 v2.0.0 // indirect\n)\n";
        assert_eq!(needs(text), (false, vec!["b.example/b@v1.2.0".into(), "d.example/d/v2@v2.0.0".into()]));
    }

    #[test]
    fn before_1_17_go_follows_further() {
        assert!(!needs("module a.example/a\ngo 1.17\n").0);
        assert!(needs("module a.example/a\ngo 1.16\n").0);
        assert!(needs("module a.example/a\n").0);
    }

    #[test]
    fn what_cannot_be_read_names_nothing() {
        assert_eq!(needs("require b.example/b\n"), (false, vec![]));
    }
}
