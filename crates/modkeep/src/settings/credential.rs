//! What settings files say about who we are to the hosts of repositories: the `[[credential]]` tables.

use crate::settings::entry::Entry;
use crate::settings::key::Key;
use crate::settings::origin::Position;
use crate::settings::secret::Secret;

/// One `[[credential]]` table. It is for http and https; over ssh a key says who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The host in lower case, as `host` or `host:port`; the port is left out where it is that of https.
    pub host: String,
    /// The user. Not empty, without a colon.
    pub user: String,
    /// The password or token of that user.
    pub password: Secret,
    /// Where the table stands.
    pub position: Position,
}

/// The host.
pub const HOST: &str = "host";
/// The user.
pub const USER: &str = "user";
/// The user's password.
pub const PASSWORD: &str = "password";
/// The file with the user's password.
pub const PASSWORD_FILE: &str = "password-file";
/// The environment variable with the user's password.
pub const PASSWORD_ENV: &str = "password-env";

/// The keys one of which tells the password.
pub const PASSWORD_KEYS: [&str; 3] = [PASSWORD, PASSWORD_FILE, PASSWORD_ENV];

/// The keys of a `[[credential]]` table.
pub static KEYS: [Key; 5] = [
    Key::text(
        HOST,
        "a host, with its port where that is not 443, such as git.corp.example or git.corp.example:8443",
        "The host of the repositories, with its port where that is not the one of https. Only it is sent the password.",
    ),
    Key::text(
        USER,
        "a user name without a colon",
        "The user to be there. Hosts that take tokens say which user goes with them.",
    ),
    Key::text(
        PASSWORD,
        "a password or token in one line",
        "The password or token of that user; better kept in password-file.",
    ),
    Key::text(
        PASSWORD_FILE,
        "the path of a file",
        "The file that the password is in. A line end at its end does not count.",
    ),
    Key::text(
        PASSWORD_ENV,
        "the name of an environment variable, such as GIT_TOKEN",
        "The environment variable that the password is in.",
    ),
];

impl Entry for Credential {
    const SUBJECT: &'static str = "host";

    fn subject(&self) -> &str {
        &self.host
    }

    fn position(&self) -> &Position {
        &self.position
    }
}
