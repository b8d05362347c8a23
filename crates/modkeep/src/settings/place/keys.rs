//! The keys of a `[[place]]` table, each written once: the reader, the schema and the nearest name follow.

use crate::settings::key::{Key, Kind};

/// The member that is meant.
pub const URL: &str = "url";
/// May private modules be asked there?
pub const PRIVATE: &str = "private";
/// The user.
pub const USERNAME: &str = "username";
/// The user's password.
pub const PASSWORD: &str = "password";
/// The file with the user's password.
pub const PASSWORD_FILE: &str = "password-file";
/// A token.
pub const TOKEN: &str = "token";
/// The file with a token.
pub const TOKEN_FILE: &str = "token-file";
/// The file with our certificate.
pub const CLIENT_CERT: &str = "client-cert";
/// The file with its key.
pub const CLIENT_KEY: &str = "client-key";
/// The file with authorities for this place.
pub const CA_FILE: &str = "ca-file";

const A_FILE: &str = "a string with the path of a file";

/// All keys, in the order in which they are shown.
pub static ALL: [Key; 10] = [
    Key::text(
        URL,
        "a string with a URL of the upstream list",
        "The member of the upstream list that is meant.",
    ),
    Key {
        name: PRIVATE,
        kind: Kind::Mark,
        expects: "true or false",
        doc: "Whether modules that match gonoproxy may be asked there.",
    },
    Key::text(
        USERNAME,
        "a string with a user name",
        "The user to be there. Needs password or password-file.",
    ),
    Key::text(
        PASSWORD,
        "a string with a password",
        "The password of that user; better kept in password-file.",
    ),
    Key::text(
        PASSWORD_FILE,
        A_FILE,
        "The file that the password is in. A line end at its end does not count.",
    ),
    Key::text(TOKEN, "a string with a token", "A token, sent as Bearer; better kept in token-file."),
    Key::text(TOKEN_FILE, A_FILE, "The file that the token is in. A line end at its end does not count."),
    Key::text(
        CLIENT_CERT,
        A_FILE,
        "The certificate (PEM) to show when the place asks for one. Needs client-key.",
    ),
    Key::text(CLIENT_KEY, A_FILE, "The key (PEM, without a passphrase) of that certificate."),
    Key::text(
        CA_FILE,
        A_FILE,
        "Certificate authorities (PEM) that are trusted for this place besides all others.",
    ),
];

/// The key with this name.
pub fn find(name: &str) -> Option<&'static Key> {
    ALL.iter().find(|key| key.name == name)
}
