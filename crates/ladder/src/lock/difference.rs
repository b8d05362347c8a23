//! What a lock lacks, held against the go.sum and go.mod of its project. Nobody is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use gomod::gosum::GoSum;
use gomod::{H1, ModuleVersion};

use super::{Lock, Required};

/// The module of go's own distributions: no repository has it.
const TOOLCHAIN: &str = "golang.org/toolchain";

/// Something in which a lock and its project differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// go.sum has a module that the lock has not.
    Missing(ModuleVersion),
    /// The lock has a module that go.sum has not.
    Superfluous(ModuleVersion),
    /// Both have it, with different hashes.
    OtherHash(ModuleVersion),
    /// go.mod requires a module of which go.sum has no hash at all.
    Unsummed(ModuleVersion),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, module) = match self {
            Self::Missing(module) => ("missing", module),
            Self::Superfluous(module) => ("superfluous", module),
            Self::OtherHash(module) => ("other hash", module),
            Self::Unsummed(module) => ("not in go.sum", module),
        };
        write!(f, "{word:<14} {module}")
    }
}

/// The modules whose zips go.sum has hashes of: those that a build may need the content of.
pub fn wanted(sums: &GoSum) -> BTreeMap<ModuleVersion, Vec<H1>> {
    let mut wanted: BTreeMap<ModuleVersion, Vec<H1>> = BTreeMap::new();
    for (path, version, hash) in sums.entries() {
        // What go itself would not understand it complains about.
        if let (Ok(module), Ok(h1)) = (ModuleVersion::parse(path, version), H1::parse(hash))
            && path != TOOLCHAIN
        {
            wanted.entry(module).or_default().push(h1);
        }
    }
    wanted
}

impl Lock {
    /// All differences, sorted by module.
    pub fn differences(&self, sums: &GoSum, required: &Required) -> Vec<Difference> {
        let wanted = wanted(sums);
        let all: BTreeSet<&ModuleVersion> = wanted.keys().chain(self.modules.keys()).collect();
        let differs = |module: &ModuleVersion| match (wanted.get(module), self.modules.get(module)) {
            (Some(hashes), Some(anchor)) if hashes.contains(&anchor.h1) => None,
            (Some(_), Some(_)) => Some(Difference::OtherHash(module.clone())),
            (Some(_), None) => Some(Difference::Missing(module.clone())),
            (None, _) => Some(Difference::Superfluous(module.clone())),
        };
        let differences = all.into_iter().filter_map(differs);
        differences.chain(required.unsummed(sums).cloned().map(Difference::Unsummed)).collect()
    }
}

#[cfg(test)]
mod tests {
    use gomod::gosum::Part;
    use gomod::modfile::GoMod;

    use super::*;
    use crate::lock::Mains;
    use crate::lock::text::tests::sample;

    fn sums(lock: &Lock) -> GoSum {
        let mut sums = GoSum::default();
        lock.modules.iter().for_each(|(module, anchor)| sums.add(module, Part::Zip, &anchor.h1));
        sums
    }

    fn told(lock: &Lock, sums: &GoSum, go_mod: &str) -> Vec<String> {
        let go_mod = GoMod::parse(go_mod.as_bytes()).unwrap();
        let required = Required::of(&Mains::new(vec![go_mod], Vec::new()));
        lock.differences(sums, &required).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_lock_of_the_same_modules_differs_in_nothing() {
        let lock = sample();
        let mut sums = sums(&lock);
        let toolchain = ModuleVersion::parse(TOOLCHAIN, "v0.0.1-go1.26.8.linux-amd64").unwrap();
        sums.add(&toolchain, Part::Zip, &gomod::dirhash::hash_go_mod(b"t"));
        let only_go_mod = ModuleVersion::parse("b.example/x", "v1.0.0").unwrap();
        sums.add(&only_go_mod, Part::GoMod, &gomod::dirhash::hash_go_mod(b"m"));
        let go_mod =
            "module a\nrequire b.example/x v1.0.0\nrequire b.example/y v1.0.0\nreplace b.example/y => ../y\n";
        assert_eq!(told(&lock, &sums, go_mod), [""; 0]);
    }

    #[test]
    fn each_difference_is_told_by_its_module() {
        let mut lock = sample();
        let mut sums = sums(&lock);
        let new = ModuleVersion::parse("b.example/new", "v1.0.0").unwrap();
        sums.add(&new, Part::Zip, &gomod::dirhash::hash_go_mod(b"n"));
        let old = ModuleVersion::parse("b.example/old", "v1.0.0").unwrap();
        let anchor = lock.modules.values().next().unwrap().clone();
        lock.modules.insert(old, anchor);
        lock.modules.values_mut().next().unwrap().h1 = gomod::dirhash::hash_go_mod(b"other");
        let expected = [
            "other hash     a.example/m@v1.9.0",
            "missing        b.example/new@v1.0.0",
            "superfluous    b.example/old@v1.0.0",
            "not in go.sum  b.example/none@v1.0.0",
        ];
        assert_eq!(told(&lock, &sums, "module a\nrequire b.example/none v1.0.0\n"), expected);
    }
}
