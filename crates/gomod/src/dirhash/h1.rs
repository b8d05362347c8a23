//! The hash itself, as a value and as text.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How the text of the only hash algorithm begins.
const PREFIX: &str = "h1:";

/// A SHA-256 over the sorted list of names and content hashes. Its text is `h1:` and 44 characters of base64,
/// 47 bytes in all (protocol.md F1, F7).
///
/// ```
/// use gomod::dirhash::H1;
/// let text = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=";
/// assert_eq!(H1::parse(text)?.to_string(), text);
/// for bad in ["", "h1:", "h2:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=", "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY"] {
///     assert!(H1::parse(bad).is_err(), "{bad}");
/// }
/// # Ok::<(), gomod::dirhash::H1Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct H1([u8; 32]);

/// A text that is no h1 hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no h1 hash, which is h1: and 44 characters of base64")]
pub struct H1Error(pub String);

impl H1 {
    /// Takes the exact text, without space around it.
    pub fn parse(text: &str) -> Result<Self, H1Error> {
        text.strip_prefix(PREFIX)
            .and_then(|base64| STANDARD.decode(base64).ok())
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| H1Error(text.to_owned()))
    }

    /// Takes the 32 bytes of the hash.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for H1 {
    type Err = H1Error;
    fn from_str(s: &str) -> Result<Self, H1Error> {
        Self::parse(s)
    }
}

impl fmt::Display for H1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{PREFIX}{}", STANDARD.encode(self.0)))
    }
}

impl fmt::Debug for H1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "H1({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_and_back(bytes in any::<[u8; 32]>()) {
            let text = H1::from_bytes(bytes).to_string();
            prop_assert_eq!(text.len(), 47);
            prop_assert_eq!(H1::parse(&text).unwrap(), H1::from_bytes(bytes));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "(h1:)?\\PC{0,60}") {
            prop_assert!(H1::parse(&text).is_ok_and(|h1| h1.to_string() == text) || H1::parse(&text).is_err());
        }
    }
}
