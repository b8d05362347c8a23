//! The text of `@v/list` as go reads it (protocol.md B13), and the union of several lists.

use std::collections::BTreeSet;

use gomod::{Version, semver};

/// The versions of a list, in the order of protocol.md A18, without what would break clients: only canonical ones, and of
/// the pseudo-versions only the newest, which go falls back to when a module has no tags and no `@latest`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionList {
    tagged: BTreeSet<Version>,
    newest_pseudo: Option<Version>,
}

impl VersionList {
    /// Reads a list: the first field of each line.
    ///
    /// `None` when there are lines and none of them begins with a version: that is not a list but, say, a login page.
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.lines().filter_map(|line| line.split_whitespace().next()).peekable();
        let empty = fields.peek().is_none();
        let versions: Vec<&str> = fields.filter(|field| semver::is_valid(field)).collect();
        (empty || !versions.is_empty())
            .then(|| versions.into_iter().filter_map(|v| Version::parse(v).ok()).collect())
    }

    /// Adds another list: a version that one place names does not vanish because another does not.
    pub fn merge(&mut self, other: Self) {
        self.extend(other.tagged.into_iter().chain(other.newest_pseudo));
    }

    /// Whether it names no tagged version, as for a module without tags.
    pub fn is_empty(&self) -> bool {
        self.tagged.is_empty()
    }

    /// The tagged versions, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = &Version> {
        self.tagged.iter()
    }

    /// The text to serve: one version per line, each line ended. The newest pseudo-version stands for a module without tags
    /// alone: elsewhere it would only cost the client a request.
    pub fn to_text(&self) -> String {
        let fallback = self.newest_pseudo.as_ref().filter(|_| self.is_empty());
        self.tagged.iter().chain(fallback).flat_map(|version| [version.as_str(), "\n"]).collect()
    }
}

impl Extend<Version> for VersionList {
    fn extend<T: IntoIterator<Item = Version>>(&mut self, versions: T) {
        let (pseudo, tagged): (Vec<_>, Vec<_>) = versions.into_iter().partition(Version::is_pseudo);
        self.tagged.extend(tagged);
        self.newest_pseudo = self.newest_pseudo.take().into_iter().chain(pseudo).max();
    }
}

impl FromIterator<Version> for VersionList {
    fn from_iter<T: IntoIterator<Item = Version>>(versions: T) -> Self {
        let mut list = Self::default();
        list.extend(versions);
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_go_reads_it() {
        let text = "v1.2.0\nv1.10.0 2024-01-01T00:00:00Z\n\n  v1.9.0\nv1.2\nv0.0.0-20240101000000-abcdefabcdef\nrubbish\n";
        assert_eq!(VersionList::parse(text).unwrap().to_text(), "v1.2.0\nv1.9.0\nv1.10.0\n");
    }

    #[test]
    fn an_empty_list_is_a_module_without_tags_and_a_page_is_no_list() {
        assert!(VersionList::parse("").unwrap().is_empty());
        assert_eq!(VersionList::parse("<!doctype html>\n<title>Log in</title>\n"), None);
    }

    #[test]
    fn versions_that_break_clients_are_dropped_and_do_not_make_it_a_page() {
        assert_eq!(VersionList::parse("v1.2\nv1.0.0+meta\n").unwrap().to_text(), "");
    }

    #[test]
    fn a_module_without_tags_keeps_its_newest_pseudo_version() {
        let (old, new) = ("v0.0.0-20230101000000-abcdefabcdef\n", "v0.0.0-20240101000000-abcdefabcdef\n");
        let mut list = VersionList::parse(&[old, new].concat()).unwrap();
        assert!(list.is_empty());
        assert_eq!(list.to_text(), new);
        list.merge(VersionList::parse(old).unwrap());
        assert_eq!(list.to_text(), new);
        list.merge(VersionList::parse("v1.0.0\n").unwrap());
        assert_eq!(list.to_text(), "v1.0.0\n");
    }

    #[test]
    fn merging_loses_nothing_and_repeats_nothing() {
        let mut list = VersionList::parse("v1.0.0\nv1.1.0\n").unwrap();
        list.merge(VersionList::parse("v1.1.0\nv1.2.0\n").unwrap());
        assert_eq!(list.to_text(), "v1.0.0\nv1.1.0\nv1.2.0\n");
    }
}
