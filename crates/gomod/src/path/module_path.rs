//! The two spellings of a module path as two types, so that neither can be used in place of the other.
//!
//! [`ModulePath`] is the path as go.mod writes it. [`EscapedPath`] is the same path for file names and URLs, where letters
//! of either case must not be mixed up: `!a` stands for `A` (protocol.md A12 to A14).

use std::sync::Arc;

use super::check::check_path;
use super::error::{PathError, PathFlaw, PathKind};
use super::major::split_path_version;
use crate::escape::{escape, unescape};
use crate::text_type::text_traits;

/// A valid module path (protocol.md A5). Cheap to clone. Ordered by bytes.
///
/// ```
/// use gomod::ModulePath;
/// let path = ModulePath::parse("github.com/Azure/azure-sdk-for-go/v2")?;
/// assert_eq!(path.escaped().as_str(), "github.com/!azure/azure-sdk-for-go/v2");
/// assert_eq!(path.split_major(), ("github.com/Azure/azure-sdk-for-go", "/v2"));
/// assert!(ModulePath::parse("github.com/!azure/x").is_err());
/// assert!(ModulePath::parse("net/http").is_err());
/// # Ok::<(), gomod::PathError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModulePath(Arc<str>);

impl ModulePath {
    /// Takes a path that passes [`check_path`].
    pub fn parse(path: &str) -> Result<Self, PathError> {
        check_path(path)?;
        Ok(Self(path.into()))
    }

    /// The path as go.mod writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same path for file names and URLs (protocol.md A12).
    pub fn escaped(&self) -> EscapedPath {
        EscapedPath(escape(&self.0).into())
    }

    /// The path before its major version suffix, and the suffix with its separator, or an empty one (protocol.md A7, A8).
    pub fn split_major(&self) -> (&str, &str) {
        // Only a path that splits was accepted.
        split_path_version(&self.0).unwrap_or((&self.0, ""))
    }
}

/// A module path in the form that proxies and module caches use: `!a` for `A` (protocol.md A12, A14). Cheap to clone.
///
/// It is about letters only; percent-encoding in a URL is another layer, to be removed before (protocol.md A15).
///
/// ```
/// use gomod::EscapedPath;
/// assert_eq!(EscapedPath::parse("github.com/!azure/x")?.unescape().as_str(), "github.com/Azure/x");
/// for bad in ["github.com/Azure/x", "github.com/!Azure", "github.com/a!", "github.com/!!a", "!example.com/x"] {
///     assert!(EscapedPath::parse(bad).is_err(), "{bad}");
/// }
/// # Ok::<(), gomod::PathError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EscapedPath(Arc<str>);

impl EscapedPath {
    /// Takes the escaped form of a valid module path, strictly: there is one escaped form of each path.
    pub fn parse(escaped: &str) -> Result<Self, PathError> {
        let error = |flaw| PathError::new(PathKind::Escaped, escaped, flaw);
        let path = unescape(escaped).ok_or_else(|| error(PathFlaw::NotEscaped))?;
        check_path(&path).map_err(|e| error(e.flaw))?;
        Ok(Self(escaped.into()))
    }

    /// The path as go.mod writes it.
    pub fn unescape(&self) -> ModulePath {
        // Only a text that unescapes was accepted.
        ModulePath(unescape(&self.0).map_or_else(|| self.0.clone(), Arc::from))
    }

    /// The escaped text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_traits!(ModulePath, PathError);
text_traits!(EscapedPath, PathError);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_message_of_a_bad_escape_says_so() {
        let message = EscapedPath::parse("example.com/X").unwrap_err().to_string();
        assert!(
            message
                .starts_with("malformed escaped module path \"example.com/X\": it is not the escaped form")
        );
    }

    proptest! {
        #[test]
        fn escaping_and_back_is_the_identity(path in "[a-z]{1,5}\\.[a-z]{2}(/[A-Za-z0-9_-]{1,8}){0,3}") {
            if let Ok(path) = ModulePath::parse(&path) {
                let escaped = path.escaped();
                prop_assert!(!escaped.as_str().bytes().any(|b| b.is_ascii_uppercase()));
                prop_assert_eq!(EscapedPath::parse(escaped.as_str()).unwrap().unescape(), path);
            }
        }

        #[test]
        fn every_escaped_form_is_the_only_one(text in "[a-z]{1,3}\\.[a-z](/[a-zA-Z!]{1,6}){1,2}") {
            if let Ok(escaped) = EscapedPath::parse(&text) {
                prop_assert_eq!(escaped.unescape().escaped(), escaped);
            }
        }

        #[test]
        fn no_text_makes_a_parser_panic(text in any::<String>()) {
            let _ = ModulePath::parse(&text).is_ok();
            let _ = EscapedPath::parse(&text).is_ok();
        }
    }
}
