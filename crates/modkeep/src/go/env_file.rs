//! The format of go's settings files: one `NAME=VALUE` per line.
//!
//! A line counts when it begins with a capital letter A-Z and has a `=`; all else (comments, empty lines, damage) is
//! passed over in silence, because go does the same and a broken line must not stop a build. Nothing is trimmed or
//! unquoted. The last line for a name wins.

use std::collections::BTreeMap;

/// The settings of one file.
pub type Entries = BTreeMap<String, String>;

/// Reads a file's bytes. Lines that are not UTF-8 are passed over too.
pub fn parse(content: &[u8]) -> Entries {
    content.split(|byte| *byte == b'\n').filter_map(parse_line).collect()
}

fn parse_line(line: &[u8]) -> Option<(String, String)> {
    let line = std::str::from_utf8(line).ok()?;
    let (name, value) = line.split_once('=')?;
    name.starts_with(|first: char| first.is_ascii_uppercase()).then(|| (name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_look_like_settings_count() {
        let content = b"# GOPROXY=comment\n\nGOPROXY=a=b, c \nlower=no\n GOFLAGS=no\n=no\nGOPRIVATE\nGO\xff=no\nGONOPROXY=";
        let expected = [("GONOPROXY", ""), ("GOPROXY", "a=b, c ")];
        let expected: Entries = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(parse(content), expected);
    }

    #[test]
    fn the_last_line_for_a_name_wins() {
        assert_eq!(parse(b"A=1\nA=2").get("A").map(String::as_str), Some("2"));
    }
}
