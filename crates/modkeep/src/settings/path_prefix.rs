//! The path below which a server answers, for those behind a proxy that they share with others.

use crate::settings::Invalid;

/// Nothing, or `/a` or `/a/b`: a beginning of a path, in the characters that need no escape in a URL.
///
/// ```
/// use modkeep::settings::path_prefix::PathPrefix;
///
/// assert_eq!(PathPrefix::parse("/").unwrap().as_str(), "");
/// assert_eq!(PathPrefix::parse("/goproxy/").unwrap().as_str(), "/goproxy");
/// for bad in ["goproxy", "/a//b", "/a/../b", "/./a", "/a b", "/a%2fb", "/a?b", "/é"] {
///     assert!(PathPrefix::parse(bad).is_err(), "{bad}");
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PathPrefix(String);

impl PathPrefix {
    /// Reads a prefix. One `/` at the end makes no difference, and `/` alone means no prefix.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let Some(rest) = text.strip_prefix('/') else {
            return Err(Invalid("it does not begin with /".to_owned()));
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.is_empty() && text.len() == 1 {
            return Ok(Self::default());
        }
        rest.split('/').try_for_each(check_element)?;
        Ok(Self(format!("/{rest}")))
    }

    /// Empty, or beginning with `/` and not ending with one.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check_element(element: &str) -> Result<(), Invalid> {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-._~".contains(char);
    match element {
        "" => Err(Invalid("it has an empty element".to_owned())),
        "." | ".." => Err(Invalid(format!("it has the element {element}, which clients resolve away"))),
        _ if element.chars().all(plain) => Ok(()),
        _ => Err(Invalid(format!(
            "the element \"{element}\" has characters other than letters, digits and -._~"
        ))),
    }
}
