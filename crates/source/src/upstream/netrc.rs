//! Credentials in a netrc file, read as the go command reads it (protocol.md B26).
//!
//! Each line is taken in pairs of words. So a word that other programs would take as a quoted text is just that word, with
//! its quotes; `default` names no machine, and credentials are never sent to whoever comes; a macro is passed over.

use url::Url;

use super::credentials::Credentials;

/// The entries of a netrc file. `Debug` shows nothing of them.
#[derive(Clone, Default)]
pub struct Netrc {
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    /// The URL that this is for, with its path, as text without a slash at the end.
    place: String,
    credentials: Credentials,
    login: String,
    password: String,
}

/// A machine of a netrc file, for programs that want user and password themselves. `Debug` shows the host alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Machine<'a> {
    /// The host in lower case, with its port where that is not the one of https.
    pub host: &'a str,
    /// The user.
    pub login: &'a str,
    /// The user's password.
    pub password: &'a str,
}

impl std::fmt::Debug for Machine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Netrc {
    /// Reads the file's text. Whatever it is, it is a netrc file: what cannot be understood names no machine.
    pub fn parse(text: &str) -> Self {
        let mut reader = Reader::default();
        for line in text.split('\n').map(|line| line.trim_end_matches('\r')) {
            if !reader.line(line) {
                break;
            }
        }
        Self { entries: reader.entries }
    }

    /// The credentials for the place at this URL: of the machines that are its host, port and a part of its path up to a
    /// `/`, the longest one, and of two entries for it the first. Only `https` URLs have any (protocol.md B24).
    pub fn find(&self, place: &str) -> Option<Credentials> {
        let url = Url::parse(place).ok().filter(|url| url.scheme() == "https")?;
        let asked = place_of(url)?;
        let is_below = |entry: &&Entry| {
            let rest = asked.strip_prefix(&entry.place);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let found = self.entries.iter().rev().filter(is_below).max_by_key(|entry| entry.place.len());
        found.map(|entry| entry.credentials.clone())
    }

    /// All entries in the order of the file: the host with its port and path, without scheme and without a slash at the end, and what
    /// is sent there.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&str, &Credentials)> {
        self.entries.iter().map(|entry| (entry.place.trim_start_matches("https://"), &entry.credentials))
    }

    /// All machines that are a whole host, in the order of the file: of two entries for one host the first counts. An entry for
    /// a path below a host is none of them: who gets it must be able to keep it to that path.
    pub fn machines(&self) -> impl Iterator<Item = Machine<'_>> {
        self.entries.iter().filter_map(|entry| {
            let host = entry.place.strip_prefix("https://").filter(|host| !host.contains('/'))?;
            Some(Machine { host, login: &entry.login, password: &entry.password })
        })
    }
}

impl std::fmt::Debug for Netrc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Netrc").field("entries", &self.entries.len()).finish()
    }
}

#[derive(Default)]
struct Reader<'a> {
    entries: Vec<Entry>,
    machine: &'a str,
    login: &'a str,
    password: &'a str,
    in_macro: bool,
}

impl<'a> Reader<'a> {
    /// Reads a line. False: nothing behind it counts.
    fn line(&mut self, line: &'a str) -> bool {
        if self.in_macro {
            self.in_macro = !line.is_empty();
            return true;
        }
        if line.trim_start().starts_with('#') {
            return true;
        }
        let mut words = line.split_whitespace();
        while let Some(name) = words.next() {
            match words.next() {
                Some(value) => self.pair(name, value),
                None if name == "default" => return false,
                None => {}
            }
        }
        true
    }

    fn pair(&mut self, name: &str, value: &'a str) {
        match name {
            "machine" => (self.machine, self.login, self.password) = (value, "", ""),
            "login" => self.login = value,
            "password" => self.password = value,
            "macdef" => self.in_macro = true,
            _ => {}
        }
        if [self.machine, self.login, self.password].iter().all(|part| !part.is_empty()) {
            self.entries.extend(entry(self.machine, self.login, self.password));
            (self.machine, self.login, self.password) = ("", "", "");
        }
    }
}

fn entry(machine: &str, login: &str, password: &str) -> Option<Entry> {
    let place = place_of(Url::parse(&format!("https://{machine}")).ok()?)?;
    let credentials = Credentials::basic(login, password).ok()?;
    Some(Entry { place, credentials, login: login.to_owned(), password: password.to_owned() })
}

/// Scheme, host, port and path in one spelling.
fn place_of(mut url: Url) -> Option<String> {
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    Some(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str, url: &str) -> Option<Credentials> {
        Netrc::parse(text).find(url)
    }

    fn basic(user: &str, password: &str) -> Option<Credentials> {
        Credentials::basic(user, password).ok()
    }

    #[test]
    fn entries_are_found_on_one_line_and_on_several() {
        let text =
            "machine a.example login me password pw\nmachine b.example\n\tlogin you\r\n  password word\n";
        assert_eq!(user(text, "https://a.example"), basic("me", "pw"));
        assert_eq!(user(text, "https://b.example/go"), basic("you", "word"));
        assert_eq!(user(text, "https://c.example"), None);
        assert_eq!(user(text, "https://aa.example"), None);
    }

    #[test]
    fn only_https_has_credentials() {
        let text = "machine a.example login me password pw";
        assert_eq!(user(text, "http://a.example"), None);
        assert_eq!(user(text, "file:///a.example"), None);
    }

    #[test]
    fn the_port_is_part_of_the_name() {
        let text = "machine a.example login me password pw\nmachine a.example:8443 login me password other";
        assert_eq!(user(text, "https://a.example:8443"), basic("me", "other"));
        assert_eq!(user(text, "https://A.example:443/"), basic("me", "pw"));
        assert_eq!(user(text, "https://a.example:9000"), None);
    }

    #[test]
    fn the_longest_path_wins_and_then_the_first() {
        let text = "machine a.example login host password 1\nmachine a.example/go login path password 2\n\
                    machine a.example login again password 3";
        assert_eq!(user(text, "https://a.example/go/x"), basic("path", "2"));
        assert_eq!(user(text, "https://a.example/gopher"), basic("host", "1"));
        assert_eq!(user(text, "https://a.example"), basic("host", "1"));
    }

    #[test]
    fn a_default_is_for_nobody() {
        let text = "default login any password pw\nmachine a.example login me password pw\n";
        assert_eq!(user(text, "https://b.example"), None);
        assert_eq!(user(text, "https://a.example"), basic("me", "pw"));
        let text = "default\nlogin any password pw\nmachine a.example login me password pw\n";
        assert_eq!(user(text, "https://a.example"), None, "go reads no further");
    }

    #[test]
    fn a_macro_and_a_comment_are_passed_over() {
        let text = "macdef init\nmachine a.example login macro password pw\n\n# machine a.example login no password no\n\
                    machine a.example login me password pw";
        assert_eq!(user(text, "https://a.example"), basic("me", "pw"));
    }

    #[test]
    fn quotes_are_part_of_the_word() {
        let text =
            "machine a.example login me password \"pw\"\nmachine b.example login me password 'two words'";
        assert_eq!(user(text, "https://a.example"), basic("me", "\"pw\""));
        assert_eq!(user(text, "https://b.example"), basic("me", "'two"));
    }

    #[test]
    fn half_an_entry_gives_its_words_to_nobody_else() {
        let text = "machine a.example login me\nmachine b.example password pw\nmachine\nlogin";
        assert!(Netrc::parse(text).entries.is_empty());
        let text = "login me password pw machine a.example";
        assert!(Netrc::parse(text).entries.is_empty());
    }

    #[test]
    fn machines_are_whole_hosts_in_the_order_of_the_file() {
        let text = "machine B.example:8443 login me password 1\nmachine a.example/go login path password 2\n\
                    machine a.example:443 login you password 3\nmachine a.example login again password 4";
        let netrc = Netrc::parse(text);
        let machines = || netrc.machines().map(|machine| (machine.host, machine.login, machine.password));
        assert_eq!(
            machines().collect::<Vec<_>>(),
            [("b.example:8443", "me", "1"), ("a.example", "you", "3"), ("a.example", "again", "4")]
        );
        let places: Vec<&str> = netrc.entries().map(|(place, _)| place).collect();
        assert_eq!(places, ["b.example:8443", "a.example/go", "a.example", "a.example"]);
        assert_eq!(
            format!("{:?}", netrc.machines().next()),
            "Some(Machine { host: \"b.example:8443\", .. })"
        );
    }

    #[test]
    fn no_text_panics_and_none_is_shown() {
        for text in
            ["", "\n\n", "machine", "machine : login a password b", "machine [ login a password b", "\0"]
        {
            assert!(Netrc::parse(text).entries.is_empty(), "{text:?}");
        }
        let netrc = Netrc::parse("machine a.example login me password secret");
        assert_eq!(format!("{netrc:?}"), "Netrc { entries: 1 }");
    }
}
