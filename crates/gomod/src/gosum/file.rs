//! The content of a go.sum: looking up, judging, adding, writing (protocol.md F4, F5).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::dirhash::H1;
use crate::module::{ModuleVersion, compare_for_list};

/// Which of the two hashes of a module version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The hash of all files, as the zip holds them.
    Zip,
    /// The hash of go.mod alone; its version ends with `/go.mod` in the file.
    GoMod,
}

impl Part {
    fn suffix(self) -> &'static str {
        match self {
            Self::Zip => "",
            Self::GoMod => "/go.mod",
        }
    }
}

/// What a go.sum says about a hash (protocol.md F5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is listed. No checksum database need be asked.
    Match,
    /// Another h1 is listed: these are the bytes of something else, and must not be used.
    Mismatch {
        /// The h1 that is listed, or the first of them.
        listed: String,
    },
    /// No h1 is listed for this module version.
    Missing,
}

/// The hashes of a go.sum or go.work.sum. Several per module version are allowed. Prints as go writes it: sorted, without
/// duplicates.
///
/// ```
/// use gomod::{ModuleVersion, dirhash::hash_go_mod, gosum::{GoSum, Part, Verdict}};
/// let module = ModuleVersion::parse("example.com/m", "v1.0.0")?;
/// let mut sum = GoSum::default();
/// sum.add(&module, Part::GoMod, &hash_go_mod(b"module example.com/m\n"));
/// assert!(matches!(sum.check(&module, Part::GoMod, &hash_go_mod(b"module other\n")), Verdict::Mismatch { .. }));
/// assert_eq!(sum.check(&module, Part::Zip, &hash_go_mod(b"")), Verdict::Missing);
/// # Ok::<(), gomod::ModuleError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GoSum {
    /// By path, then by version with its `/go.mod`. Texts, because go does not check them either.
    modules: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl GoSum {
    /// All hashes that are listed, of any algorithm, in the order in which they are written.
    pub fn hashes(&self, module: &ModuleVersion, part: Part) -> impl Iterator<Item = &str> {
        let versions = self.modules.get(module.path().as_str());
        let version = format!("{}{}", module.version(), part.suffix());
        versions.and_then(|versions| versions.get(&version)).into_iter().flatten().map(String::as_str)
    }

    /// Judges a hash. Only `h1:` lines count; go knows no other algorithm.
    pub fn check(&self, module: &ModuleVersion, part: Part, hash: &H1) -> Verdict {
        let hash = hash.to_string();
        let mut listed = self.hashes(module, part).filter(|listed| listed.starts_with("h1:")).peekable();
        let first = listed.peek().map(|&first| first.to_owned());
        match first {
            None => Verdict::Missing,
            Some(_) if listed.any(|listed| listed == hash) => Verdict::Match,
            Some(listed) => Verdict::Mismatch { listed },
        }
    }

    /// Adds a hash, if it is not there yet. Hashes that are there stay.
    pub fn add(&mut self, module: &ModuleVersion, part: Part, hash: &H1) {
        let version = format!("{}{}", module.version(), part.suffix());
        self.add_text(module.path().as_str(), &version, &hash.to_string());
    }

    pub(super) fn add_text(&mut self, path: &str, version: &str, hash: &str) {
        let versions = self.modules.entry(path.to_owned()).or_default();
        versions.entry(version.to_owned()).or_default().insert(hash.to_owned());
    }

    /// Every line as path, version (with `/go.mod` where it is there) and hash, in the order in which they are written.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let mut keys: Vec<(&str, &str, &BTreeSet<String>)> = Vec::new();
        for (path, versions) in &self.modules {
            keys.extend(versions.iter().map(|(version, hashes)| (path.as_str(), version.as_str(), hashes)));
        }
        keys.sort_by(|a, b| compare_for_list((a.0, a.1), (b.0, b.1)));
        keys.into_iter()
            .flat_map(|(path, version, hashes)| hashes.iter().map(move |h| (path, version, h.as_str())))
    }

    /// Whether no hash is listed.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }
}

impl fmt::Display for GoSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries().try_for_each(|(path, version, hash)| writeln!(f, "{path} {version} {hash}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dirhash::hash_go_mod;
    use proptest::prelude::*;

    fn module() -> ModuleVersion {
        ModuleVersion::parse("a.b/c", "v1.0.0").unwrap()
    }

    #[test]
    fn it_is_written_sorted_without_duplicates() {
        let text =
            b"b.c/d v1.10.0 h1:x=\nb.c/d v1.9.0 h1:y=\na.b/c v1.0.0/go.mod h1:z=\na.b/c v1.0.0 h1:b=\n\
            a.b/c v1.0.0 h1:a=\na.b/c v1.0.0 h1:b=\n";
        assert_eq!(
            GoSum::parse(text).unwrap().to_string(),
            "a.b/c v1.0.0 h1:a=\na.b/c v1.0.0 h1:b=\na.b/c v1.0.0/go.mod h1:z=\nb.c/d v1.9.0 h1:y=\nb.c/d v1.10.0 h1:x=\n"
        );
    }

    #[test]
    fn one_of_several_hashes_is_enough() {
        let mut sum = GoSum::default();
        sum.add(&module(), Part::Zip, &hash_go_mod(b"1"));
        sum.add(&module(), Part::Zip, &hash_go_mod(b"2"));
        assert_eq!(sum.check(&module(), Part::Zip, &hash_go_mod(b"2")), Verdict::Match);
        assert!(matches!(sum.check(&module(), Part::Zip, &hash_go_mod(b"3")), Verdict::Mismatch { .. }));
        assert_eq!(sum.check(&module(), Part::GoMod, &hash_go_mod(b"2")), Verdict::Missing);
    }

    #[test]
    fn unknown_algorithms_are_kept_and_do_not_count() {
        let sum = GoSum::parse(b"a.b/c v1.0.0 h2:x=\n").unwrap();
        assert_eq!(sum.check(&module(), Part::Zip, &hash_go_mod(b"")), Verdict::Missing);
        assert_eq!(sum.hashes(&module(), Part::Zip).collect::<Vec<_>>(), ["h2:x="]);
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(text in "([ab] v1\\.[0-9]{1,2}\\.0(/go\\.mod)? h[12]:[xy]=\n){0,12}") {
            let sum = GoSum::parse(text.as_bytes()).unwrap();
            prop_assert_eq!(&GoSum::parse(sum.to_string().as_bytes()).unwrap(), &sum);
            prop_assert_eq!(&GoSum::parse_lenient(text.as_bytes()), &sum);
        }

        #[test]
        fn no_bytes_make_the_parser_panic(bytes in any::<Vec<u8>>()) {
            let lenient = GoSum::parse_lenient(&bytes);
            prop_assert!(GoSum::parse(&bytes).is_ok_and(|strict| strict == lenient) || GoSum::parse(&bytes).is_err());
        }
    }
}
