//! The environment as a value, and which of it a child may see.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

/// Names that every child gets: where programs and the home folder are, and how the network is reached.
const PASSED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
];

/// The variables of our own process, as the binary read them. Cheap to clone.
///
/// Only a fixed list of names reaches a child, unless the call asks for more.
#[derive(Debug, Clone, Default)]
pub struct Environment(Arc<BTreeMap<OsString, OsString>>);

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(variables: T) -> Self {
        Self(Arc::new(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }
}

impl Environment {
    /// The value of one variable.
    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// What every child may see.
    pub(super) fn passed(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        PASSED.iter().filter_map(|name| Some((OsStr::new(*name), self.get(name)?)))
    }

    /// All of it.
    pub(super) fn all(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}
