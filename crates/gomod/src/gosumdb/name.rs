//! The name of a checksum database, which is part of addresses: of URLs, of routes and of files (protocol.md G8).

use std::sync::Arc;

use crate::goproxy::PlaceUrl;
use crate::text_type::text_traits;

/// A name like `sum.golang.org` or `sum.corp.example/db`: `https://` before it makes it a URL of host and path alone.
///
/// No element of it is empty or begins with a dot, so that it can stand in the path of a file.
///
/// ```
/// use gomod::gosumdb::DatabaseName;
/// assert!(DatabaseName::parse("localhost:8080/sumdb").is_ok());
/// for bad in ["", "/db", "db/", "sum.example/../x", "sum.example/.hidden", "sum.example?x", "user@sum.example"] {
///     assert!(DatabaseName::parse(bad).is_err(), "{bad}");
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatabaseName(Arc<str>);

/// A text that no checksum database can be named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the database name {0:?} is not of the form host or host/path")]
pub struct NameError(String);

impl DatabaseName {
    /// Takes a name that is one.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let bare = !name.contains(['?', '#', '@', '%', '\\']);
        let elements = name.split('/').all(|element| !element.is_empty() && !element.starts_with('.'));
        let is_name = bare && elements && PlaceUrl::parse(&format!("https://{name}")).is_ok();
        if is_name { Ok(Self(name.into())) } else { Err(NameError(name.to_owned())) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_traits!(DatabaseName, NameError);
