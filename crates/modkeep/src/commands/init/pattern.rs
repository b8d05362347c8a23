//! Which line of a `.gitattributes` counts for a file: of all that match it, the last.
//!
//! Patterns are not matched as git does. Where a later line might concern the files that are asked about it is taken to do so: a line
//! of ours too many does no harm.

use std::collections::BTreeSet;

/// What has a meaning of its own in a pattern.
const SPECIAL: [char; 4] = ['*', '?', '[', '\\'];

/// What begins a line that gives a name to several attributes.
const MACRO: &str = "[attr]";

/// What a line says about line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// They stay.
    Keep,
    /// They may be converted.
    Convert,
}

/// Whether git converts nothing in the files of this pattern, which is the name of a file or `FOLDER/**`.
pub(super) fn is_exact(text: &str, pattern: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let macros: BTreeSet<&str> = text.lines().filter_map(name_of_macro).collect();
    let mut is_kept = false;
    for (theirs, attributes) in text.lines().filter_map(parts) {
        match says(attributes, &macros) {
            Some(Says::Keep) if is_same(theirs, pattern) => is_kept = true,
            Some(Says::Convert) if may_match(theirs, pattern) => is_kept = false,
            _ => {}
        }
    }
    is_kept
}

fn name_of_macro(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix(MACRO)?.split_ascii_whitespace().next()
}

/// The pattern of a line, which may be in quotes, and the rest.
fn parts(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_ascii();
    if line.starts_with('#') || line.starts_with(MACRO) {
        return None;
    }
    match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"'),
        None => line.split_once(|c: char| c.is_ascii_whitespace()),
    }
}

/// What the last of these attributes says that says something. What else a macro stands for is not looked at.
fn says(attributes: &str, macros: &BTreeSet<&str>) -> Option<Says> {
    let one = |word: &str| {
        let name = word.trim_start_matches(['-', '!']);
        match (word, name.split_once('=').map_or(name, |(name, _)| name)) {
            (_, name) if macros.contains(name) => Some(Says::Convert),
            ("-text" | "binary", _) => Some(Says::Keep),
            (_, "text") => Some(Says::Convert),
            _ => None,
        }
    };
    attributes.split_ascii_whitespace().filter_map(one).next_back()
}

/// Whether it is the pattern itself. A slash in front changes nothing where there is another.
fn is_same(theirs: &str, pattern: &str) -> bool {
    let bare = if pattern.contains('/') { theirs.strip_prefix('/').unwrap_or(theirs) } else { theirs };
    bare == pattern
}

/// Whether there may be a file that both match.
fn may_match(theirs: &str, pattern: &str) -> bool {
    let below = theirs.strip_prefix('/');
    let theirs = below.unwrap_or(theirs);
    match (pattern.strip_suffix("/**"), theirs.split_once('/')) {
        (Some(folder), Some((first, _))) => may_be(first, folder),
        // Without a slash a pattern is about names, whatever their folder.
        (Some(_), None) => below.is_none(),
        (None, _) => may_be(theirs.rsplit('/').next().unwrap_or(theirs), pattern),
    }
}

/// Whether a part of a pattern may stand for this name: what is before and behind all special characters must be its begin and end. git
/// may have been told not to tell cases apart.
fn may_be(part: &str, name: &str) -> bool {
    let (part, name) = (part.to_ascii_lowercase(), name.to_ascii_lowercase());
    let Some((begin, rest)) = part.split_once(SPECIAL) else { return part == name };
    let end = rest.rsplit([']', '*', '?', '[', '\\']).next().unwrap_or(rest);
    name.starts_with(begin) && name.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_may_match_counts() {
        for (later, sum, vendor) in [
            ("", true, true),
            ("# go.sum text", true, true),
            ("* text=auto", false, false),
            ("  *\ttext", false, false),
            ("\"*\" text", false, false),
            ("** text", false, false),
            ("* eol=crlf", true, true),
            ("* -text", true, true),
            ("* !text", false, false),
            ("* text -text", true, true),
            ("* binary text=auto", false, false),
            ("[attr]own text\n* own", false, false),
            ("[attr]binary text\n* binary", false, false),
            ("*.go text", true, false),
            ("Makefile text", true, false),
            ("docs/** text", false, true),
            ("docs/*.go text", true, true),
            ("/*.sum text", false, true),
            ("docs/*.sum text", false, true),
            ("go.* text", false, false),
            ("go.[ms]* text", false, false),
            ("GO.SUM text", false, false),
            ("go\\.sum text", false, false),
            (concat!("/", "vendor/a/b.txt text"), true, false),
            ("*/a.txt text", true, false),
            ("vendor.offline/** text", false, true),
            ("a.sum text", true, false),
        ] {
            let text = format!("go.sum -text\n/vendor/** -text\n{later}\n");
            assert_eq!((is_exact(&text, "go.sum"), is_exact(&text, "vendor/**")), (sum, vendor), "{later}");
        }
        assert!(!is_exact("/go.sum -text", "go.sum"), "that is one file, and there may be others below");
        assert!(is_exact("\u{feff}go.sum binary", "go.sum"));
    }
}
