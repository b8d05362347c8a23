//! Reads the `[[credential]]` tables. No message repeats more of one than the names of its keys.

use source::upstream::Credentials;
use toml::de::DeTable;
use url::Url;

use super::texts::Texts;
use super::{CREDENTIAL, Reader};
use crate::settings::credential::{Credential, HOST, KEYS, PASSWORD, PASSWORD_FILE, PASSWORD_KEYS, USER};
use crate::settings::secret::Secret;
use crate::settings::{Base, Invalid, values};

impl Reader<'_> {
    pub(super) fn credential(&mut self, table: &DeTable<'_>, start: usize) {
        let kind = (CREDENTIAL, &KEYS[..]);
        let read = self.entry(kind, (table, start), credential, |reader| &reader.layer.credentials);
        self.layer.credentials.extend(read);
    }
}

fn credential(texts: &mut Texts) -> Option<Credential> {
    let host = texts.needed(HOST, |text, _| host(text));
    let user = texts.needed(USER, |text, _| user(text));
    let password = password(texts);
    Some(Credential { host: host?, user: user?, password: password?, position: texts.position.clone() })
}

/// The password, from the one key that tells it.
fn password(texts: &mut Texts) -> Option<Secret> {
    let set: Vec<&'static str> = PASSWORD_KEYS.into_iter().filter(|key| texts.has(key)).collect();
    match set[..] {
        [key @ PASSWORD] => texts.needed(key, |text, _| password_text(text)),
        [key @ PASSWORD_FILE] => texts.needed(key, password_file),
        [key] => texts.needed(key, |text, _| variable(text)),
        [] => {
            texts.missing("password", "add `password-file`, `password-env` or `password`");
            None
        }
        [first, second, ..] => {
            let message = format!("`{first}` and `{second}` are both set in this credential");
            texts.told(&message, "keep one of them");
            None
        }
    }
}

/// The host in one spelling, with its port where that is not the one of https.
fn host(text: &str) -> Result<String, Invalid> {
    let is_strange = |char: char| char.is_whitespace() || char.is_control() || "/\\@?#*".contains(char);
    let not_a_host = || Invalid("it is not a host alone, or a host and a port".to_owned());
    let is_host = !text.is_empty() && !text.contains(is_strange) && !text.ends_with(':');
    let url = Url::parse(&format!("https://{text}")).ok().filter(|_| is_host).ok_or_else(not_a_host)?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(not_a_host)?;
    Ok(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn user(text: &str) -> Result<String, Invalid> {
    if text.is_empty() {
        return Err(Invalid("it is empty".to_owned()));
    }
    Credentials::basic(text, "").map_err(|error| Invalid(error.to_string()))?;
    Ok(text.to_owned())
}

fn password_text(text: &str) -> Result<Secret, Invalid> {
    Credentials::basic("", text).map_err(|error| Invalid(error.to_string()))?;
    Ok(Secret::Text(text.to_owned()))
}

fn password_file(text: &str, base: &Base) -> Result<Secret, Invalid> {
    values::path(text, base).map(Secret::File)
}

fn variable(text: &str) -> Result<Secret, Invalid> {
    let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
    if text.is_empty() || text.starts_with(|char: char| char.is_ascii_digit()) || !text.chars().all(is_part) {
        return Err(Invalid("no variable has such a name; the password itself belongs elsewhere".to_owned()));
    }
    Ok(Secret::Variable(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::env::{Env, Platform};
    use crate::report::Problem;
    use crate::settings::file::{FileLayer, parse};

    fn read(text: &str) -> (FileLayer, Vec<Problem>) {
        let env = Env::new([("HOME", "/home/u")], Path::new("/"), Platform::Unix);
        parse(Path::new("/etc/m.toml"), text.as_bytes(), &env)
    }

    #[test]
    fn a_password_is_in_one_of_three_places() {
        for (key, password) in [
            ("password = \"secret\"", Secret::Text("secret".to_owned())),
            ("password-file = \"pw\"", Secret::File("/etc/pw".into())),
            ("password-env = \"GIT_TOKEN\"", Secret::Variable("GIT_TOKEN".to_owned())),
        ] {
            let (layer, problems) =
                read(&format!("[[credential]]\nhost = \"Git.example:443\"\nuser = \"me\"\n{key}\n"));
            assert_eq!(problems, []);
            let credential = &layer.credentials[0];
            assert_eq!((credential.host.as_str(), credential.user.as_str()), ("git.example", "me"));
            assert_eq!((&credential.password, credential.position.line), (&password, 1));
            let shown = format!("{layer:?}");
            assert!(!shown.contains("secret") && !shown.contains("GIT_TOKEN"), "{shown}");
        }
    }

    #[test]
    fn a_host_has_one_spelling() {
        for (text, spelled) in [
            ("a.example", "a.example"),
            ("A.Example:8443", "a.example:8443"),
            ("a.example:80", "a.example:80"),
            ("[::1]:8443", "[::1]:8443"),
        ] {
            assert_eq!(host(text).as_deref(), Ok(spelled));
        }
        for bad in [
            "",
            "https://a.example",
            "a.example/x",
            "u@a.example",
            "a.example:",
            "a.example:x",
            "*.a.example",
            "a b",
        ] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_no_secret_is_repeated() {
        let good = "host = \"a.example\"\nuser = \"u\"\n";
        for (text, told, why) in [
            ("user = \"u\"\npassword = \"secret\"".to_owned(), "1:1: this credential has no `host`", "443"),
            (
                "host = \"a.example\"\npassword = \"secret\"".to_owned(),
                "1:1: this credential has no `user`",
                "colon",
            ),
            (good.to_owned(), "1:1: this credential has no password", "password-env"),
            (
                format!("{good}password = \"secret\"\npassword-file = \"f\""),
                "1:1: `password` and `password-file` are",
                "one",
            ),
            (
                format!("{good}password-env = \"E\"\npassword-file = \"f\""),
                "1:1: `password-file` and `password-env`",
                "one",
            ),
            (format!("{good}password = \"se\\ncret\""), "4:12: `password` of this credential", "control"),
            (format!("{good}password = 1"), "4:12: `password` has a value of the wrong type", "in one line"),
            (format!("{good}password-file = \"\""), "4:17: `password-file`", "empty"),
            (format!("{good}password-env = \"se-cret\""), "4:16: `password-env`", "GIT_TOKEN"),
            (
                "host = \"u:secret@a.example\"\nuser = \"u\"\npassword = \"\"".to_owned(),
                "2:8: `host`",
                "host alone",
            ),
            ("host = \"a.example\"\nuser = \"u:secret\"\npassword = \"\"".to_owned(), "3:8: `user`", "colon"),
            ("host = \"a.example\"\nuser = \"\"\npassword = \"\"".to_owned(), "3:8: `user`", "empty"),
            (format!("{good}passwrd = \"secret\""), "4:1: `passwrd` is not a key", "`password`"),
        ] {
            let (layer, problems) = read(&format!("[[credential]]\n{text}\n"));
            let shown = format!("{problems:?}");
            assert!(layer.credentials.is_empty() && problems.len() == 1, "{text}: {shown}");
            assert!(problems[0].message.starts_with(&format!("/etc/m.toml:{told}")), "{text}: {shown}");
            assert!(
                shown.contains(why) && !shown.contains("secret") && !shown.contains("cret"),
                "{text}: {shown}"
            );
        }
    }

    #[test]
    fn two_tables_for_a_host_are_told_with_both_places() {
        let table =
            |host: &str| format!("[[credential]]\nhost = \"{host}\"\nuser = \"u\"\npassword = \"secret\"\n");
        let (_, problems) = read(&[table("a.example"), table("A.example:443")].concat());
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].message, "/etc/m.toml:5:1: a second table for the host a.example");
        assert_eq!(problems[0].causes, ["the first one is at /etc/m.toml:1:1"]);
        assert_eq!(read(&[table("a.example"), table("a.example:8443")].concat()).1, []);
    }
}
