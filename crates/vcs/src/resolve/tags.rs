//! What the name of a tag means to a module (protocol.md D12, D14), and which tags a [`sum`](super::sums) counts (D34).

use gomod::module::check_path_major;
use gomod::pseudo::is_pseudo_version;
use gomod::{ModulePath, Version, semver};

use super::place::Place;

/// A tag that can name a version, or be the base of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tagged {
    /// The canonical version.
    pub(super) version: String,
    /// Whether the tag is written like that: `v1.1.0+meta` stands for v1.1.0, and is not.
    pub(super) is_canonical: bool,
}

/// Reads the name of a tag (D14). As in go, the test for pseudo-versions is made on the whole name.
pub(super) fn read(tag: &str, prefix: &str) -> Option<Tagged> {
    let rest = tag.strip_prefix(prefix).filter(|_| !is_pseudo_version(tag))?;
    let version = semver::canonical(rest).filter(|canonical| rest.starts_with(canonical.as_str()))?;
    Some(Tagged { is_canonical: version == rest, version })
}

/// Whether a version belongs to a path of this suffix by its number alone (A9).
pub(super) fn matches_major(version: &str, suffix: &str) -> bool {
    check_path_major(version, suffix).is_ok()
}

/// Whether a tag counts for a `TagSum` (D34); `name` is without the folder.
pub(super) fn counts(name: &str) -> bool {
    let is_start = semver::canonical(name).is_some_and(|canonical| name.starts_with(&canonical));
    is_start && !is_pseudo_version(name)
}

/// The tags of a module that a list can name (D12).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Candidates {
    /// Those that go with the path, lowest first.
    pub(super) compatible: Vec<Version>,
    /// Those that do not, by major version in ascending order, each lowest first and still without `+incompatible`.
    pub(super) incompatible: Vec<Vec<Version>>,
}

impl Candidates {
    /// Sorts the tags whose versions begin with `start`; empty takes all.
    pub(super) fn new<'a>(place: &Place, start: &str, tags: impl Iterator<Item = &'a str>) -> Self {
        if has_no_tags(&place.path) {
            return Self::default();
        }
        let prefix = place.tag_prefix();
        let versions = tags.filter_map(|tag| tag.strip_prefix(&prefix)).filter(|v| v.starts_with(start));
        let mut versions: Vec<Version> = versions.filter_map(listed).collect();
        versions.sort();
        let (compatible, rest): (Vec<_>, Vec<_>) =
            versions.into_iter().partition(|v| matches_major(v.as_str(), place.suffix()));
        let rest = if takes_incompatible(place) { rest } else { Vec::new() };
        Self { compatible, incompatible: by_major(&rest) }
    }

    /// The version whose go.mod says what is retracted while versions are named (D25).
    pub(super) fn retracting(&self) -> Option<&Version> {
        highest(&self.compatible)
    }
}

/// The highest release, else the highest pre-release. Expects the lowest first.
pub(super) fn highest(versions: &[Version]) -> Option<&Version> {
    versions.iter().rfind(|v| !v.is_prerelease()).or(versions.last())
}

/// The tags of gopkg.in/x.v2 are not those of gopkg.in/x.v2-unstable, which has none.
pub(super) fn has_no_tags(path: &ModulePath) -> bool {
    path.as_str().starts_with("gopkg.in/") && path.as_str().ends_with("-unstable")
}

fn listed(rest: &str) -> Option<Version> {
    let is_canonical = semver::canonical(rest).as_deref() == Some(rest) && !is_pseudo_version(rest);
    Version::parse(rest).ok().filter(|_| is_canonical)
}

/// Whether major versions above v1 can be listed without a suffix (D12): what does not match is never v0 or v1 there.
fn takes_incompatible(place: &Place) -> bool {
    place.folder.is_empty() && place.suffix().is_empty()
}

/// Expects them sorted.
fn by_major(versions: &[Version]) -> Vec<Vec<Version>> {
    versions.chunk_by(|a, b| a.major() == b.major()).map(<[Version]>::to_vec).collect()
}

/// The name of a tag without the folder in front, if it is there.
pub(super) fn without_prefix<'a>(tag: &'a str, prefix: &str) -> &'a str {
    tag.strip_prefix(prefix).unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str, root: &str) -> Place {
        Place::new(ModulePath::parse(path).unwrap(), root, "").unwrap()
    }

    fn texts(versions: &[Version]) -> Vec<&str> {
        versions.iter().map(Version::as_str).collect()
    }

    #[test]
    fn tags_are_read_by_their_canonical_beginning() {
        for (tag, prefix, expected) in [
            ("v1.1.0", "", Some(("v1.1.0", true))),
            ("v1.1.0+meta", "", Some(("v1.1.0", false))),
            ("v2.0.0+incompatible", "", Some(("v2.0.0", false))),
            ("v1.1.0-pre", "", Some(("v1.1.0-pre", true))),
            ("v1.2", "", None),
            ("v1", "", None),
            ("v01.0.0", "", None),
            ("release", "", None),
            ("sub/v1.1.0", "sub/", Some(("v1.1.0", true))),
            ("sub/v1.1.0", "", None),
            ("v1.1.0", "sub/", None),
            ("v0.0.0-20240102030405-abcdefabcdef", "", None),
            (
                "sub/v0.0.0-20240102030405-abcdefabcdef",
                "sub/",
                Some(("v0.0.0-20240102030405-abcdefabcdef", true)),
            ),
        ] {
            let expected =
                expected.map(|(version, is_canonical)| Tagged { version: version.to_owned(), is_canonical });
            assert_eq!(read(tag, prefix), expected, "{tag}");
        }
    }

    #[test]
    fn sums_count_what_can_be_a_base() {
        for (name, expected) in [
            ("v1.0.0", true),
            ("v1.0.0+meta", true),
            ("v1.0", false),
            ("v1", false),
            ("main", false),
            ("v0.0.0-20240102030405-abcdefabcdef", false),
        ] {
            assert_eq!(counts(name), expected, "{name}");
        }
    }

    const TAGS: &[&str] = &[
        "v10.0.0",
        "v2.0.0",
        "v2.1.0-rc.1",
        "v3.0.0",
        "v1.0.0",
        "v1.1.0+meta",
        "v4.0.0+incompatible",
        "v1.2",
        "v1",
        "v0.9.0",
        "v01.0.0",
        "v1.0.0-pre",
        "main",
        "",
        "v0.0.0-20240102030405-abcdefabcdef",
        "sub/v0.1.0",
        "sub/v2.0.0",
    ];

    #[test]
    fn a_module_without_suffix_has_candidates_above_v1() {
        let found = Candidates::new(&place("a.example/m", "a.example/m"), "", TAGS.iter().copied());
        assert_eq!(texts(&found.compatible), ["v0.9.0", "v1.0.0-pre", "v1.0.0"]);
        let majors: Vec<_> = found.incompatible.iter().map(|major| texts(major)).collect();
        assert_eq!(majors, [vec!["v2.0.0", "v2.1.0-rc.1"], vec!["v3.0.0"], vec!["v10.0.0"]]);
    }

    #[test]
    fn other_modules_have_none() {
        for (path, root, expected) in [
            ("a.example/m/sub", "a.example/m", vec!["v0.1.0"]),
            ("a.example/m/sub/v2", "a.example/m", vec!["v2.0.0"]),
            ("a.example/m/v2", "a.example/m", vec!["v2.0.0", "v2.1.0-rc.1"].into_iter().rev().collect()),
            ("gopkg.in/m.v2", "gopkg.in/m.v2", vec!["v2.1.0-rc.1", "v2.0.0"]),
            ("gopkg.in/m.v2-unstable", "gopkg.in/m.v2-unstable", vec![]),
        ] {
            let found = Candidates::new(&place(path, root), "", TAGS.iter().copied());
            let mut expected = expected;
            expected.sort_unstable();
            assert_eq!(texts(&found.compatible), expected, "{path}");
            assert!(found.incompatible.is_empty(), "{path}");
        }
    }

    #[test]
    fn a_start_narrows_the_list() {
        let found = Candidates::new(&place("a.example/m", "a.example/m"), "v2.", TAGS.iter().copied());
        assert!(found.compatible.is_empty());
        assert_eq!(found.incompatible.len(), 1);
    }

    #[test]
    fn a_release_is_preferred_to_a_higher_pre_release() {
        let list = |texts: &[&str]| texts.iter().map(|v| Version::parse(v).unwrap()).collect::<Vec<_>>();
        assert_eq!(highest(&list(&["v1.0.0", "v1.1.0-pre"])).unwrap().as_str(), "v1.0.0");
        assert_eq!(highest(&list(&["v1.0.0-a", "v1.1.0-pre"])).unwrap().as_str(), "v1.1.0-pre");
        assert_eq!(highest(&[]), None);
    }
}
