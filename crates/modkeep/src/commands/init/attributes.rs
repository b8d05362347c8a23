//! `.gitattributes`: git must not change the line ends of files whose hashes are on record.

/// The files, each with the reason why its bytes count. Patterns with a slash begin at the folder of `.gitattributes`.
const EXACT: [&str; 5] = ["go.sum", "go.work.sum", "vendor/**", "vendor.offline/**", "vendor.bak/**"];

/// The attribute that keeps git from converting.
const ATTRIBUTE: &str = "-text";

/// What stands above our lines.
const COMMENT: &str = "# Hashes hold for bytes: git must not convert the line ends of these.";

/// The file with what it lacks at its end; none when it lacks nothing.
pub(super) fn completed(old: &str) -> Option<String> {
    let lacking: Vec<&str> = EXACT.into_iter().filter(|pattern| !has(old, pattern)).collect();
    if lacking.is_empty() {
        return None;
    }
    let end = if old.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = old.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(end);
    }
    let comment = (!old.contains(COMMENT)).then(|| COMMENT.to_owned());
    let lines = lacking.into_iter().map(|pattern| format!("{pattern} {ATTRIBUTE}"));
    comment.into_iter().chain(lines).for_each(|line| text.extend([line.as_str(), end]));
    Some(text)
}

/// Whether the last line for this very pattern keeps git from converting.
fn has(text: &str, pattern: &str) -> bool {
    let of_pattern = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let first = words.next()?;
        (first.trim_start_matches('/') == pattern)
            .then(|| words.any(|word| word == ATTRIBUTE || word == "binary"))
    };
    text.lines().filter_map(of_pattern).next_back().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_complete_stays_and_what_is_lacking_comes_at_the_end() {
        let fresh = completed("").unwrap();
        assert_eq!(fresh.lines().count(), EXACT.len() + 1);
        assert_eq!(completed(&fresh), None);
        let theirs = "* text=auto\n/vendor/** binary\ngo.sum text";
        let merged = completed(theirs).unwrap();
        assert!(merged.starts_with("* text=auto\n/vendor/** binary\ngo.sum text\n#"), "{merged}");
        assert!(
            merged
                .ends_with("go.sum -text\ngo.work.sum -text\nvendor.offline/** -text\nvendor.bak/** -text\n"),
            "{merged}"
        );
        assert_eq!(completed(&merged), None);
    }

    #[test]
    fn line_ends_are_those_of_the_file() {
        let merged = completed("* text\r\n").unwrap();
        assert_eq!(merged.matches('\n').count(), merged.matches("\r\n").count());
        assert_eq!(completed(&merged), None);
    }
}
