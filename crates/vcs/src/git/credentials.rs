//! Users and secrets of hosts, and how git learns of them.

use std::fmt;

use super::command::GitCall;
use super::remote::Way;

/// What git runs when it wants to know a user and a secret. They come from the environment of that one process: they
/// stand on no command line and in no file.
const HELPER: &str = "!answer() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \
                      \"$MODKEEP_GIT_USER\" \"$MODKEEP_GIT_SECRET\"; }; answer";

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

/// Tells git who we are at the host of this way, and at no other: git compares scheme, host and port, also after a redirect.
pub(super) fn lend(call: GitCall, credentials: &[Credential], way: &Way) -> GitCall {
    let Some(credential) = of(credentials, way) else { return call };
    let key = format!("credential.{}://{}.helper", way.scheme(), way.host());
    call.env("MODKEEP_GIT_USER", &credential.user)
        .env("MODKEEP_GIT_SECRET", &credential.secret)
        // An empty one takes all others out of use, so that only ours answers.
        .config(&key, "")
        .config(&key, HELPER)
}

/// Who we are at the host of this way.
pub(super) fn of<'a>(credentials: &'a [Credential], way: &Way) -> Option<&'a Credential> {
    let is_web = matches!(way.scheme(), "http" | "https");
    credentials.iter().find(|credential| is_web && credential.host.eq_ignore_ascii_case(way.host()))
}
