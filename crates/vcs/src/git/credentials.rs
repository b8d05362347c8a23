//! Users and secrets of hosts, and how git learns of them.

use super::command::GitCall;
use crate::access::{Credential, Way, credential_of};

/// What git runs when it wants to know a user and a secret. They come from the environment of that one process: they
/// stand on no command line and in no file.
const HELPER: &str = "!answer() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \
                      \"$MODKEEP_GIT_USER\" \"$MODKEEP_GIT_SECRET\"; }; answer";

/// Tells git who we are at the host of this way, and at no other: git compares scheme, host and port, also after a redirect.
pub(super) fn lend(call: GitCall, credentials: &[Credential], way: &Way) -> GitCall {
    let Some(credential) = credential_of(credentials, way) else { return call };
    let key = format!("credential.{}://{}.helper", way.scheme(), way.host());
    call.env("MODKEEP_GIT_USER", &credential.user)
        .env("MODKEEP_GIT_SECRET", &credential.secret)
        // An empty one takes all others out of use, so that only ours answers.
        .config(&key, "")
        .config(&key, HELPER)
}
