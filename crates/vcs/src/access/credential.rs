//! Users and secrets of hosts.

use std::fmt;

use super::Way;

/// Who we are at one host, for http and https.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The host, with its port where that is not the usual one.
    pub host: String,
    /// The user. Hosts that take tokens say which name goes with them.
    pub user: String,
    /// The password or token.
    pub secret: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("host", &self.host).finish_non_exhaustive()
    }
}

/// Who we are at the host of this way.
pub(crate) fn credential_of<'a>(credentials: &'a [Credential], way: &Way) -> Option<&'a Credential> {
    let is_web = matches!(way.scheme(), "http" | "https");
    credentials.iter().find(|credential| is_web && credential.host.eq_ignore_ascii_case(way.host()))
}
