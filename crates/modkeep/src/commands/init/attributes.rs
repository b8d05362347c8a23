//! `.gitattributes`: git must not change the line ends of files whose hashes are on record.
//!
//! It is bytes, as git reads it: names in it may be in any encoding. How its lines count is in [`super::pattern`].

use super::pattern::is_exact;

/// The files, each with the reason why its bytes count. Patterns with a slash begin at the folder of `.gitattributes`.
const EXACT: [&str; 5] = ["go.sum", "go.work.sum", "vendor/**", "vendor.offline/**", "vendor.bak/**"];

/// The attribute that keeps git from converting.
const ATTRIBUTE: &str = "-text";

/// What stands above our lines.
const COMMENT: &str = "# Hashes hold for bytes: git must not convert the line ends of these.";

/// The file with what it lacks at its end; none when it lacks nothing.
pub(super) fn completed(old: &[u8]) -> Option<Vec<u8>> {
    let shown = String::from_utf8_lossy(old);
    let lacking: Vec<&str> = EXACT.into_iter().filter(|pattern| !is_exact(&shown, pattern)).collect();
    if lacking.is_empty() {
        return None;
    }
    let end = if shown.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = old.to_owned();
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.extend_from_slice(end.as_bytes());
    }
    let comment = (!shown.contains(COMMENT)).then(|| COMMENT.to_owned());
    let lines = lacking.into_iter().map(|pattern| format!("{pattern} {ATTRIBUTE}"));
    comment.into_iter().chain(lines).for_each(|line| text.extend([line.as_bytes(), end.as_bytes()].concat()));
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(old: &str) -> String {
        let text = completed(old.as_bytes()).unwrap();
        assert_eq!(completed(&text), None, "{old}");
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn what_is_complete_stays_and_what_is_lacking_comes_at_the_end() {
        assert_eq!(merged("").lines().count(), EXACT.len() + 1);
        let theirs = merged("* text=auto\ngo.sum text\n/vendor/** binary");
        assert!(theirs.starts_with("* text=auto\ngo.sum text\n/vendor/** binary\n#"), "{theirs}");
        assert!(
            theirs
                .ends_with("go.sum -text\ngo.work.sum -text\nvendor.offline/** -text\nvendor.bak/** -text\n"),
            "{theirs}"
        );
    }

    #[test]
    fn a_line_that_wins_later_makes_ours_come_again_behind_it() {
        let fresh = merged("");
        let beaten = merged(&format!("{fresh}* text=auto eol=crlf\n"));
        assert_eq!(beaten.matches("go.sum -text\n").count(), 2, "{beaten}");
        let sums = merged(&format!("{fresh}/*.sum text\n"));
        assert!(sums.ends_with("/*.sum text\ngo.sum -text\ngo.work.sum -text\n"), "{sums}");
        assert_eq!(completed(format!("{fresh}*.png binary\n/My.sum text\n").as_bytes()), None);
    }

    #[test]
    fn line_ends_are_those_of_the_file() {
        let text = merged("* text\r\n");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }

    #[test]
    fn bytes_that_are_no_text_stay_as_they_are() {
        let old = b"# caf\xe9\n*.caf\xe9 text\n";
        let text = completed(old).unwrap();
        assert!(text.starts_with(old) && text.ends_with(b"vendor.bak/** -text\n"));
        assert_eq!(completed(&text), None);
    }
}
