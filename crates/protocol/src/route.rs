//! From the path of a request to a question (protocol.md B20).
//!
//! Pure. A path is decoded once, split at its one `/@v/` or final `/@latest`, and un-escaped strictly. What cannot name a
//! module is answered as 404, which go passes over, and nothing else happens.

mod sumdb;

use std::fmt;

use gomod::gosumdb::DatabaseName;
use gomod::{EscapedPath, ModulePath, ModuleVersion, Revision, Version};
use percent_encoding::percent_decode_str;
use source::Ask;

use crate::wish::CACHED_ONLY;

/// The longest path that is looked at, in bytes: several times what the longest real module path and version need.
pub(crate) const PATH_MAX: usize = 4096;

/// What the paths of checksum databases begin with. No module begins so: its first element has a dot (protocol.md B20).
const DATABASES: &str = "sumdb/";

/// What is shown of a secret prefix.
const HIDDEN: &str = "/***";

/// The part of the URL path in front of the GOPROXY routes: empty, or `/like/this`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Prefix {
    text: String,
    is_secret: bool,
}

/// Why a text cannot be a path prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid path prefix {0:?}: use letters, digits and -._~ between single slashes, like /go/mirror")]
pub struct PrefixError(String);

impl Prefix {
    /// Reads a prefix. A final slash makes no difference, and neither does a missing first one.
    ///
    /// # Errors
    /// Characters that would need escaping in a URL, empty elements, `.` and `..`.
    pub fn parse(text: &str) -> Result<Self, PrefixError> {
        let inner = text.strip_prefix('/').unwrap_or(text);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if inner.is_empty() {
            return Ok(Self::default());
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        let good = |element: &str| !matches!(element, "" | "." | "..") && element.chars().all(allowed);
        if inner.split('/').all(good) {
            Ok(Self { text: format!("/{inner}"), is_secret: false })
        } else {
            Err(PrefixError(text.to_owned()))
        }
    }

    /// The same prefix as a secret: who does not know it is not told it, neither in an answer nor in a log.
    #[must_use]
    pub fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }

    /// The prefix: empty, or with a slash in front and none behind.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a path is this prefix with `name` behind it.
    pub(crate) fn is_followed_by(&self, path: &str, name: &str) -> bool {
        self.strip(path) == Some(name)
    }

    fn strip<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(&self.text)?.strip_prefix('/')
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_secret { HIDDEN } else { &self.text })
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prefix({self})")
    }
}

/// Why a path asks nothing. The text goes to the client.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RouteError {
    #[error("the path is longer than {PATH_MAX} bytes")]
    TooLong,
    #[error("the path is not below {0}/, where this server answers")]
    OutsidePrefix(Prefix),
    #[error("the path is not UTF-8 once percent-decoded")]
    NotUtf8,
    #[error("a percent sign is not followed by two hexadecimal digits")]
    BadEscape,
    #[error("a slash, backslash, percent sign or NUL must not be percent-encoded")]
    HiddenStructure,
    #[error(
        "not a GOPROXY path; expected MODULE/@v/list, MODULE/@v/VERSION.info, .mod or .zip, or MODULE/@latest"
    )]
    NoEndpoint,
    #[error("{0}")]
    Module(String),
    #[error("{0}")]
    Version(String),
    #[error("this server answers for no such checksum database; those that it answers for: {0}")]
    NoDatabase(String),
    #[error("{0}")]
    SumDb(String),
}

/// What a path asks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Routed {
    /// The question.
    pub(crate) ask: Ask,
    /// Whether only what is kept may answer it (protocol.md B29).
    pub(crate) kept_only: bool,
}

/// Reads the raw (percent-encoded) path of a request to a server that answers for `databases`.
pub(crate) fn parse(raw: &str, prefix: &Prefix, databases: &[DatabaseName]) -> Result<Routed, RouteError> {
    if raw.len() > PATH_MAX {
        return Err(RouteError::TooLong);
    }
    let raw = prefix.strip(raw).ok_or_else(|| RouteError::OutsidePrefix(prefix.clone()))?;
    let kept = raw.strip_prefix(CACHED_ONLY);
    let ask = question(&decode(kept.unwrap_or(raw))?, databases)?;
    Ok(Routed { ask, kept_only: kept.is_some() })
}

/// Reads an address below the root of a GOPROXY, as it stands in no URL: not percent-encoded.
pub(crate) fn address(address: &str) -> Result<Ask, RouteError> {
    question(address, &[])
}

fn question(path: &str, databases: &[DatabaseName]) -> Result<Ask, RouteError> {
    if let Some(path) = path.strip_prefix(DATABASES) {
        return sumdb::question(path, databases).map(Ask::SumDb);
    }
    if let Some(module) = path.strip_suffix("/@latest") {
        return Ok(Ask::Latest(module_path(module)?));
    }
    let (module, file) = path.split_once("/@v/").ok_or(RouteError::NoEndpoint)?;
    endpoint(module_path(module)?, file)
}

/// Decodes once. A percent sign that encodes nothing is no text of its own either. An encoded slash would move the borders between elements after they were looked at, and an encoded
/// percent sign is a second encoding below the first.
fn decode(raw: &str) -> Result<String, RouteError> {
    for escape in raw.split('%').skip(1) {
        let hex = escape.get(..2).filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match hex.map(str::to_ascii_lowercase).as_deref() {
            None => return Err(RouteError::BadEscape),
            Some("2f" | "5c" | "25" | "00") => return Err(RouteError::HiddenStructure),
            Some(_) => {}
        }
    }
    percent_decode_str(raw).decode_utf8().map(Into::into).map_err(|_| RouteError::NotUtf8)
}

fn module_path(escaped: &str) -> Result<ModulePath, RouteError> {
    let path = EscapedPath::parse(escaped).map_err(|e| RouteError::Module(e.to_string()))?;
    Ok(path.unescape())
}

fn endpoint(module: ModulePath, file: &str) -> Result<Ask, RouteError> {
    if file == "list" {
        return Ok(Ask::List(module));
    }
    let (stem, extension) = file.rsplit_once('.').ok_or(RouteError::NoEndpoint)?;
    match extension {
        "info" => info(module, stem),
        "mod" => Ok(Ask::Mod(module_version(module, stem)?)),
        "zip" => Ok(Ask::Zip(module_version(module, stem)?)),
        _ => Err(RouteError::NoEndpoint),
    }
}

/// Any revision has an `.info`. A version that does not fit the path's major version is one too: go asks for `v20.1.0` to be
/// told `v20.1.0+incompatible`.
fn info(module: ModulePath, stem: &str) -> Result<Ask, RouteError> {
    let revision = Revision::unescape(stem).map_err(|e| RouteError::Version(e.to_string()))?;
    Ok(Ask::Info(module, revision))
}

/// `.mod` and `.zip` exist for canonical versions only (protocol.md B16).
fn module_version(module: ModulePath, stem: &str) -> Result<ModuleVersion, RouteError> {
    let version = Version::unescape(stem).map_err(|e| RouteError::Version(e.to_string()))?;
    ModuleVersion::new(module, version).map_err(|e| RouteError::Version(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(raw: &str) -> Result<String, RouteError> {
        parse(raw, &Prefix::default(), &[]).map(|routed| routed.ask.address())
    }

    #[test]
    fn what_is_kept_has_addresses_of_its_own() {
        let routed = parse("/cached-only/a.example/m/@v/list", &Prefix::default(), &[]).unwrap();
        assert_eq!((routed.ask.address().as_str(), routed.kept_only), ("a.example/m/@v/list", true));
        assert!(!parse("/a.example/m/@v/list", &Prefix::default(), &[]).unwrap().kept_only);
        for raw in [
            "/cached-only/cached-only/a.example/m/@v/list",
            "/cached-only//a.example/m/@v/list",
            "/cached-only/",
        ] {
            assert!(address(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn an_exclamation_mark_comes_plain_or_encoded() {
        for raw in ["/a.example/!big/@v/v1.0.0-!r!c1.info", "/a.example/%21big/@v/v1.0.0-%21r%21c1.info"] {
            assert_eq!(address(raw).unwrap(), "a.example/!big/@v/v1.0.0-!r!c1.info");
        }
    }

    #[test]
    fn every_endpoint_is_read_back_from_its_own_address() {
        for raw in [
            "a.example/m/@v/list",
            "a.example/m/@latest",
            "a.example/m/@v/main.info",
            "a.example/m/@v/v20.1.0.info",
            "a.example/m/v2/@v/v2.0.0.mod",
            "a.example/m/@v/v2.0.0+incompatible.zip",
            "golang.org/toolchain/@v/v0.0.1-go1.27.0.linux-amd64.zip",
        ] {
            assert_eq!(address(&format!("/{raw}")).unwrap(), raw);
        }
    }

    #[test]
    fn tricks_ask_nothing() {
        for raw in [
            "",
            "/",
            "//",
            "/@v/list",
            "/a.example/@v/",
            "/a.example/m/@v/v1.0.0",
            "/a.example/m/@v/v1.0.0.exe",
            "/a.example/../m/@v/list",
            "/a.example/./m/@v/list",
            "/a.example//m/@v/list",
            "/../../etc/passwd",
            "/a.example/m/@v/../../x.info",
            "/a.example/m/@v/v1.0.0.zip/",
            "/a.example/Big/@v/list",
            "/a.example/m/@v/v1.2.zip",
            "/a.example/m/@v/main.zip",
            "/a.example/m/@v/v2.0.0.zip",
            "/a.example/m/@v/list/@v/list",
            "/a.example/m/@latest/@latest",
            "/nodot/m/@v/list",
        ] {
            assert!(address(raw).is_err(), "{raw}");
        }
        assert_eq!(address("/a.example/m%2Fn/@v/list"), Err(RouteError::HiddenStructure));
        assert_eq!(address("/a.example/m%252Fn/@v/list"), Err(RouteError::HiddenStructure));
        assert_eq!(address("/a.example/m/@v/v1.0.0%00.zip"), Err(RouteError::HiddenStructure));
        assert_eq!(address("/a.example/m/@v/%ff.info"), Err(RouteError::NotUtf8));
        for raw in ["/a.example/m/@v/%zz.info", "/a.example/m/@v/x%", "/a.example/m/@v/x%é.info"] {
            assert_eq!(address(raw), Err(RouteError::BadEscape), "{raw}");
        }
        assert_eq!(
            address(&format!("/a.example/{}/@v/list", "m".repeat(PATH_MAX))),
            Err(RouteError::TooLong)
        );
    }

    #[test]
    fn a_secret_prefix_is_told_to_nobody() {
        let prefix = Prefix::parse("mirror").unwrap().secret();
        assert!(parse("/mirror/a.example/m/@v/list", &prefix, &[]).is_ok());
        let refused = parse("/a.example/m/@v/list", &prefix, &[]).unwrap_err();
        assert!(!format!("{refused} {refused:?} {prefix}").contains("mirror"), "{refused:?}");
    }

    #[test]
    fn a_prefix_is_required_where_it_is_set() {
        let prefix = Prefix::parse("go/mirror/").unwrap();
        assert!(parse("/go/mirror/a.example/m/@v/list", &prefix, &[]).is_ok());
        for raw in ["/a.example/m/@v/list", "/go/mirrora.example/m/@v/list", "/go/mirror"] {
            assert_eq!(parse(raw, &prefix, &[]), Err(RouteError::OutsidePrefix(prefix.clone())));
        }
        assert!(Prefix::parse("/a//b").is_err());
        assert!(Prefix::parse("/a/../b").is_err());
        assert_eq!(Prefix::parse("/").unwrap(), Prefix::default());
    }
}
