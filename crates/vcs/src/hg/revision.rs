//! What a revision means to Mercurial (protocol.md D35), without its language.
//!
//! As in hg, a full hash comes before names, bookmarks before tags, tags before branches, and the beginning of a hash is last.
//! What is special to hg and differs from clone to clone (numbers of commits, `.`, `null`) is unknown here.

use super::snapshot::{Named, Snapshot, TIP, is_lower_hex, is_node};

/// Longer than any name that is meant.
const NAME_BYTES_MAX: usize = 1024;

/// What a revision means, as far as the names of a clone tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning<'a> {
    /// A commit that has this name.
    Known {
        commit: &'a Named,
        /// Whether go takes the name for that of a tag: it does so with all that do not move.
        is_fixed: bool,
    },
    /// The beginning of a hash, in lower case, that is somewhere in the history or nowhere.
    Hash(String),
    /// Nothing.
    Nothing,
}

/// Looks a revision up.
pub(super) fn look_up<'a>(revision: &str, snapshot: &'a Snapshot) -> Meaning<'a> {
    if !is_possible(revision) {
        return Meaning::Nothing;
    }
    if is_node(revision) {
        return Meaning::Hash(revision.to_owned());
    }
    if revision == TIP {
        return known(snapshot.tip(), false);
    }
    if is_number(revision, snapshot) {
        return Meaning::Nothing;
    }
    let branch = snapshot.branch(revision);
    let named = snapshot.bookmark(revision).or_else(|| snapshot.tag(revision)).or(branch);
    let digits = revision.to_ascii_lowercase();
    match named {
        Some(_) => known(named, branch.is_none()),
        None if digits.len() <= 40 && is_lower_hex(&digits) => Meaning::Hash(digits),
        None => Meaning::Nothing,
    }
}

fn known(commit: Option<&Named>, is_fixed: bool) -> Meaning<'_> {
    commit.map_or(Meaning::Nothing, |commit| Meaning::Known { commit, is_fixed })
}

/// Whether it could be a name at all.
fn is_possible(revision: &str) -> bool {
    !revision.is_empty()
        && revision.len() <= NAME_BYTES_MAX
        && !revision.starts_with('-')
        && !revision.chars().any(char::is_control)
}

/// Whether hg would take it for the place of a commit in the clone. Larger numbers are the beginnings of hashes.
fn is_number(revision: &str, snapshot: &Snapshot) -> bool {
    let is_decimal = revision.bytes().all(|byte| byte.is_ascii_digit());
    let is_written_so = revision == "0" || !revision.starts_with('0');
    let last = snapshot.tip().map_or(0, |tip| tip.number);
    is_decimal && is_written_so && revision.parse::<u64>().is_ok_and(|number| number <= last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let hex = |text: &str| crate::cache::hex(text.as_bytes());
        let line = |number: u64, node: &str, branch: &str, tags: &[&str], bookmarks: &[&str]| {
            let list = |names: &[&str]| names.iter().map(|name| hex(name) + ",").collect::<String>();
            let (branch, tags, bookmarks) = (hex(branch), list(tags), list(bookmarks));
            format!("{number} {} 17 0 {branch} head {tags} {bookmarks} ,\n", node.repeat(40))
        };
        let lines = [
            line(0, "a", "default", &["v1.0.0", "both", "123"], &["beef"]),
            line(1, "b", "both", &["tip"], &["v1.0.0"]),
        ];
        Snapshot::parse(&lines.concat()).unwrap()
    }

    fn node(revision: &str) -> Option<String> {
        match look_up(revision, &snapshot()) {
            Meaning::Known { commit, .. } => Some(commit.node[..1].to_owned()),
            Meaning::Hash(digits) => Some(format!("#{digits}")),
            Meaning::Nothing => None,
        }
    }

    #[test]
    fn names_mean_what_they_mean_to_hg() {
        let meant = [
            ("v1.0.0", "b"),
            ("both", "a"),
            ("default", "a"),
            ("tip", "b"),
            ("beef", "a"),
            ("123", "a"),
            ("dead", "#dead"),
            ("DEAD", "#dead"),
            ("99", "#99"),
            ("01", "#01"),
        ];
        for (revision, expected) in meant {
            assert_eq!(node(revision).as_deref(), Some(expected), "{revision}");
        }
        let is_fixed =
            |revision: &str| matches!(look_up(revision, &snapshot()), Meaning::Known { is_fixed: true, .. });
        assert!(is_fixed("v1.0.0") && is_fixed("beef"));
        assert!(!is_fixed("both") && !is_fixed("default") && !is_fixed("tip"));
    }

    #[test]
    fn the_language_of_hg_is_not_spoken() {
        let long = "a".repeat(2000);
        let refused = [
            "",
            "-x",
            "--config=x=y",
            "0",
            "1",
            ".",
            "null",
            "all()",
            "file('x')",
            "a::b",
            "a or b",
            "default^",
            "a\nb",
            &long,
        ];
        for revision in refused {
            assert_eq!(node(revision), None, "{revision}");
        }
    }
}
