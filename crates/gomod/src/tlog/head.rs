//! The head of a tree, which is the text that a checksum database signs (protocol.md G3).

use super::hash::Hash;
use crate::excerpt::excerpt;

const TITLE: &str = "go.sum database tree\n";

/// How long the text may be (protocol.md G3).
const BYTES_MAX: usize = 1_000_000;

/// How many records a log has, and the root of the tree over them. Two heads of the same size must have the same root.
///
/// ```
/// use gomod::tlog::{Hash, TreeHead};
/// let head = TreeHead { size: 0, root: Hash::EMPTY_TREE };
/// assert_eq!(TreeHead::parse(&head.to_text())?, head);
/// assert_eq!(TreeHead::parse(&(head.to_text() + "something newer\n"))?, head);
/// # Ok::<(), gomod::tlog::TreeHeadError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TreeHead {
    /// The number of records.
    pub size: u64,
    /// The hash of all of them.
    pub root: Hash,
}

/// Why a text is no tree head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeHeadError {
    /// Much more than three lines.
    #[error("malformed tree head: it is longer than {BYTES_MAX} bytes")]
    TooLong,
    /// The first line says that this is something else, or a form that is not known yet.
    #[error("malformed tree head: its first line is not {:?}", TITLE.trim_end())]
    Title,
    /// Fewer than three whole lines.
    #[error("malformed tree head: it was cut before the end of its third line")]
    Cut,
    /// The second line is no size.
    #[error(
        "malformed tree head: {0:?} is no number of records, which is digits without a leading zero, below 2^63"
    )]
    Size(String),
    /// The third line is no hash.
    #[error("malformed tree head: {0:?} is no tree hash, which is 44 characters of base64")]
    Root(String),
}

impl TreeHead {
    /// Reads the text of a note. What stands behind the third line is for newer programs, and ignored.
    pub fn parse(text: &str) -> Result<Self, TreeHeadError> {
        if text.len() > BYTES_MAX {
            return Err(TreeHeadError::TooLong);
        }
        let rest = text.strip_prefix(TITLE).ok_or(TreeHeadError::Title)?;
        let (size, rest) = rest.split_once('\n').ok_or(TreeHeadError::Cut)?;
        let (root, _) = rest.split_once('\n').ok_or(TreeHeadError::Cut)?;
        let size = parse_size(size).ok_or_else(|| TreeHeadError::Size(excerpt(size)))?;
        let root = root.parse().map_err(|_| TreeHeadError::Root(excerpt(root)))?;
        Ok(Self { size, root })
    }

    /// The text that is signed.
    pub fn to_text(&self) -> String {
        format!("{TITLE}{}\n{}\n", self.size, self.root)
    }
}

/// Go counts records in 63 bits.
fn parse_size(text: &str) -> Option<u64> {
    let size = text.parse::<i64>().ok().filter(|_| is_decimal(text))?;
    size.try_into().ok()
}

/// Whether a number is written as it prints: digits, and no zero in front of others.
pub(crate) fn is_decimal(text: &str) -> bool {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits && (text == "0" || !text.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOT: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    fn parse(size: &str, root: &str) -> Result<TreeHead, TreeHeadError> {
        TreeHead::parse(&format!("{TITLE}{size}\n{root}\n"))
    }

    #[test]
    fn sizes_are_spelled_one_way() {
        assert_eq!(parse("9223372036854775807", ROOT).unwrap().size, u64::MAX / 2);
        for bad in [
            "",
            "-1",
            "+1",
            "01",
            "00",
            " 1",
            "1 ",
            "1\r",
            "0x1",
            "9223372036854775808",
            "99999999999999999999",
        ] {
            assert_eq!(parse(bad, ROOT), Err(TreeHeadError::Size(bad.to_owned())));
        }
    }

    #[test]
    fn roots_are_32_bytes() {
        for bad in ["", "AAAA", &ROOT[1..], "!"] {
            assert_eq!(parse("1", bad), Err(TreeHeadError::Root(bad.to_owned())));
        }
    }

    #[test]
    fn three_whole_lines_are_needed_and_the_first_is_fixed() {
        let whole = format!("{TITLE}1\n{ROOT}\n");
        for end in TITLE.len()..whole.len() {
            assert_eq!(TreeHead::parse(&whole[..end]), Err(TreeHeadError::Cut), "{end}");
        }
        for other in
            ["", "go.sum database tree", "go.sum database tree v2\n1\n", "go.sum database tree\r\n1\n"]
        {
            assert_eq!(TreeHead::parse(&whole.replace(TITLE, other)), Err(TreeHeadError::Title), "{other:?}");
        }
    }

    #[test]
    fn a_million_bytes_are_the_limit() {
        let whole = format!("{TITLE}1\n{ROOT}\n");
        let longest = whole.clone() + &"x".repeat(BYTES_MAX - whole.len());
        assert!(TreeHead::parse(&longest).is_ok());
        assert_eq!(TreeHead::parse(&(longest + "x")), Err(TreeHeadError::TooLong));
    }

    #[test]
    fn messages_say_what_is_wrong_in_short() {
        for long in [parse(&"1".repeat(900_000), ROOT), parse("1", &"A".repeat(900_000))] {
            assert!(long.unwrap_err().to_string().len() < 300);
        }
        assert_eq!(
            TreeHead::parse("x").unwrap_err().to_string(),
            "malformed tree head: its first line is not \"go.sum database tree\""
        );
    }

    proptest! {
        #[test]
        fn text_and_back(size in 0..=u64::MAX / 2, root in any::<[u8; 32]>()) {
            let head = TreeHead { size, root: Hash::from_bytes(root) };
            prop_assert_eq!(TreeHead::parse(&head.to_text()), Ok(head));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "(go.sum database tree\n)?[0-9\n]{0,9}\\PC{0,60}") {
            let _ = TreeHead::parse(&text).is_ok();
        }
    }
}
