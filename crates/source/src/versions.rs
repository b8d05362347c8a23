//! The text of `@v/list` as go reads it (protocol.md B13), and the union of several lists.

use std::collections::BTreeSet;

use gomod::Version;

/// The versions of a list: canonical, no pseudo-versions, in the order of protocol.md A18.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionList(BTreeSet<Version>);

impl VersionList {
    /// Reads a list: the first field of each line, when it is a canonical version and no pseudo-version.
    ///
    /// `None` when there are lines and none of them names a version: that is not a list but, say, a login page.
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.lines().filter_map(|line| line.split_whitespace().next()).peekable();
        let empty = fields.peek().is_none();
        let known: Vec<Version> = fields.filter_map(|field| Version::parse(field).ok()).collect();
        if known.is_empty() && !empty {
            return None;
        }
        Some(known.into_iter().collect())
    }

    /// Adds another list: a version that one place names does not vanish because another does not.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether it names no version, as for a module without tags.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The versions, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = &Version> {
        self.0.iter()
    }

    /// The text to serve: one version per line, each line ended.
    pub fn to_text(&self) -> String {
        self.0.iter().flat_map(|version| [version.as_str(), "\n"]).collect()
    }
}

impl FromIterator<Version> for VersionList {
    fn from_iter<T: IntoIterator<Item = Version>>(versions: T) -> Self {
        Self(versions.into_iter().filter(|version| !version.is_pseudo()).collect())
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
    fn a_list_of_pseudo_versions_names_none_but_is_a_list() {
        assert!(VersionList::parse("v0.0.0-20240101000000-abcdefabcdef\n").unwrap().is_empty());
    }

    #[test]
    fn merging_loses_nothing_and_repeats_nothing() {
        let mut list = VersionList::parse("v1.0.0\nv1.1.0\n").unwrap();
        list.merge(VersionList::parse("v1.1.0\nv1.2.0\n").unwrap());
        assert_eq!(list.to_text(), "v1.0.0\nv1.1.0\nv1.2.0\n");
    }
}
