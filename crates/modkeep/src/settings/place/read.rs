//! From the keys of one table to a [`Place`], or to what is wrong with them together.
//!
//! No message repeats a value other than the URL without its password.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Login, Pair, Place, identity, keys};
use crate::report::Problem;
use crate::settings::origin::Position;
use crate::settings::secret::Secret;
use crate::settings::{Base, values};

/// The values of one table, each of the type of its key.
#[derive(Default)]
pub struct Fields {
    /// The strings by key.
    pub texts: BTreeMap<&'static str, String>,
    /// Whether `private` is set to true.
    pub private: bool,
}

impl Fields {
    /// The place that they describe.
    ///
    /// # Errors
    /// No URL; a key without the one that belongs to it; two keys for one thing; credentials for a place that is not asked
    /// over `https` (protocol.md B24).
    pub fn place(&self, base: &Base, position: &Position) -> Result<Place, Problem> {
        let at = |flaw: Flaw| Problem::new(format!("{position}: {}", flaw.what)).advise(flaw.advice);
        let place = Place {
            identity: self.identity().map_err(at)?,
            private: self.private,
            login: self.login(base).map_err(at)?,
            certificate: self.certificate(base).map_err(at)?,
            ca_file: self.path(keys::CA_FILE, base).map_err(at)?,
            position: position.clone(),
        };
        let is_known = place.login.is_some() || place.certificate.is_some();
        if is_known && !place.identity.starts_with("https://") {
            let what = "credentials would be sent in clear text to this place".to_owned();
            return Err(at(Flaw {
                what,
                advice: "use https in its `url` and in the upstream list".to_owned(),
            }));
        }
        Ok(place)
    }

    fn identity(&self) -> Result<String, Flaw> {
        let Some(url) = self.text(keys::URL) else {
            return flaw("this place has no `url`", "name the member of the upstream list that is meant");
        };
        let wrong = || {
            Flaw::new("the `url` of this place is not a URL", "write it as it stands in the upstream list")
        };
        identity(url).ok_or_else(wrong)
    }

    fn login(&self, base: &Base) -> Result<Option<Login>, Flaw> {
        let user = self.text(keys::USERNAME);
        let password = self.secret(keys::PASSWORD, keys::PASSWORD_FILE, base)?;
        let token = self.secret(keys::TOKEN, keys::TOKEN_FILE, base)?;
        match (user, password, token) {
            (None, None, None) => Ok(None),
            (None, None, Some(token)) => Ok(Some(Login::Token(token))),
            (Some(user), Some(password), None) => Ok(Some(Login::User(user.to_owned(), password))),
            (Some(_), None, None) => flaw("`username` needs a password", "add `password-file` or `password`"),
            (None, Some(_), None) => flaw("a password needs a user", "add `username`"),
            _ => flaw("this place has a user or password and a token", "take one of them out"),
        }
    }

    fn certificate(&self, base: &Base) -> Result<Option<Pair>, Flaw> {
        match (self.path(keys::CLIENT_CERT, base)?, self.path(keys::CLIENT_KEY, base)?) {
            (Some(certificate), Some(key)) => Ok(Some(Pair { certificate, key })),
            (None, None) => Ok(None),
            _ => flaw(
                "`client-cert` and `client-key` belong together",
                "set both; they may name the same file",
            ),
        }
    }

    fn secret(&self, here: &str, in_file: &str, base: &Base) -> Result<Option<Secret>, Flaw> {
        match (self.text(here), self.path(in_file, base)?) {
            (Some(_), Some(_)) => {
                flaw(format!("`{here}` and `{in_file}` are both set"), "take one of them out")
            }
            (Some(text), None) => Ok(Some(Secret::Text(text.to_owned()))),
            (None, path) => Ok(path.map(Secret::File)),
        }
    }

    fn path(&self, key: &str, base: &Base) -> Result<Option<PathBuf>, Flaw> {
        let path = self.text(key).map(|text| values::path(text, base)).transpose();
        path.map_err(|invalid| Flaw::new(format!("`{key}` is no path: {invalid}"), "name a file"))
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }
}

/// What is wrong with a table, and what to do about it.
struct Flaw {
    what: String,
    advice: String,
}

impl Flaw {
    fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into() }
    }
}

fn flaw<T>(what: impl Into<String>, advice: &str) -> Result<T, Flaw> {
    Err(Flaw::new(what, advice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn read(texts: &[(&'static str, &str)]) -> Result<Place, Problem> {
        let texts = texts.iter().map(|(key, text)| (*key, (*text).to_owned())).collect();
        let base = Base { folder: PathBuf::from("/etc/m"), home: None };
        let position = Position { path: PathBuf::from("/etc/m/m.toml"), line: 3, column: 1 };
        Fields { texts, private: false }.place(&base, &position)
    }

    fn problem(texts: &[(&'static str, &str)]) -> String {
        let with_url = [&[(keys::URL, "https://a.example")], texts].concat();
        read(&with_url).unwrap_err().message
    }

    #[test]
    fn paths_begin_at_the_folder_of_the_file() {
        let place = read(&[
            (keys::URL, "a.example"),
            (keys::USERNAME, "me"),
            (keys::PASSWORD_FILE, "pw"),
            (keys::CLIENT_CERT, "c.pem"),
            (keys::CLIENT_KEY, "/k.pem"),
            (keys::CA_FILE, "ca.pem"),
        ])
        .unwrap();
        assert_eq!(place.login, Some(Login::User("me".to_owned(), Secret::File("/etc/m/pw".into()))));
        assert_eq!(
            place.certificate,
            Some(Pair { certificate: "/etc/m/c.pem".into(), key: "/k.pem".into() })
        );
        assert_eq!(place.ca_file.as_deref(), Some(Path::new("/etc/m/ca.pem")));
    }

    #[test]
    fn keys_that_belong_together_are_asked_for_together() {
        for (texts, told) in [
            (&[(keys::USERNAME, "u")][..], "`username` needs a password"),
            (&[(keys::PASSWORD, "p")], "a password needs a user"),
            (&[(keys::CLIENT_CERT, "c")], "belong together"),
            (&[(keys::TOKEN, "t"), (keys::TOKEN_FILE, "f")], "`token` and `token-file` are both set"),
            (&[(keys::TOKEN, "t"), (keys::USERNAME, "u")], "a user or password and a token"),
            (&[(keys::CA_FILE, "")], "`ca-file` is no path: it is empty"),
        ] {
            assert!(problem(texts).contains(told), "{}", problem(texts));
        }
    }

    #[test]
    fn nothing_is_sent_in_clear_text() {
        let place = [(keys::URL, "http://a.example"), (keys::TOKEN, "secret")];
        let problem = format!("{:?}", read(&place).unwrap_err());
        assert!(problem.contains("clear text") && !problem.contains("secret"), "{problem}");
    }

    #[test]
    fn a_secret_is_never_shown() {
        let place =
            read(&[(keys::URL, "a.example"), (keys::USERNAME, "u"), (keys::PASSWORD, "secret")]).unwrap();
        assert!(!format!("{place:?}").contains("secret"), "{place:?}");
    }
}
