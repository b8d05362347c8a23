//! What a settings file says about one place of the upstream list: the `[[place]]` tables.
//!
//! The list itself stays in the grammar of GOPROXY, which has no room for such marks. They are read from files only:
//! files are where a user or an administrator says whom to trust (invariant 10), and no secret is ever a flag.
//!
//! * [`keys`]: which keys such a table has.
//! * [`read`]: from a table to a [`Place`].

pub mod keys;
pub mod read;

use std::path::PathBuf;

use gomod::goproxy::{self, ProxyList};
use url::Url;

use crate::mask;
use crate::settings::origin::Position;
use crate::settings::secret::Secret;

/// One `[[place]]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which place is meant, in the form of [`identity`].
    pub identity: String,
    /// Whether private modules may be asked there (invariant 3).
    pub private: bool,
    /// Who we are to the place.
    pub login: Option<Login>,
    /// What we show when it asks for a certificate.
    pub certificate: Option<Pair>,
    /// A file of authorities that are trusted for this place.
    pub ca_file: Option<PathBuf>,
    /// Where the table stands.
    pub position: Position,
}

/// Who we are to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A user, and a password.
    User(String, Secret),
    /// A token, sent as `Bearer`.
    Token(Secret),
}

/// Files with a certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The certificate, and those that vouch for it.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Place {
    /// Whether the URL, written in any way that leads to the same place, is meant by this table.
    pub fn is_at(&self, url: &str) -> bool {
        identity(url).as_deref() == Some(&self.identity)
    }
}

/// The same text for all spellings of a URL that lead to the same place: with a scheme (protocol.md B2), without user and
/// password, without the default port, without `/` at the end. `None` for what is no URL.
pub fn identity(url: &str) -> Option<String> {
    let with_scheme = if url.contains(":/") { url.to_owned() } else { format!("https://{url}") };
    let mut url = Url::parse(&with_scheme).ok().filter(|_| url.contains(['.', ':', '/']))?;
    // A URL without a host, such as one of a file, has neither a user nor a password to take away.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some(url.as_str().trim_end_matches('/').to_owned())
}

/// The members of an upstream list that are URLs, each in the form of [`identity`].
pub fn identities(list: &ProxyList) -> impl Iterator<Item = String> {
    list.members().iter().filter_map(|member| match &member.place {
        goproxy::Place::Url(url) => identity(url.as_str()),
        goproxy::Place::Direct | goproxy::Place::Off => None,
    })
}

/// The place's name for people.
pub fn shown(place: &Place) -> String {
    mask::secrets(&place.identity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_place_are_the_same() {
        let same = ["https://a.example", "https://A.example/", "a.example", "https://u:p@a.example:443"];
        assert!(
            same.iter().all(|url| identity(url).as_deref() == Some("https://a.example")),
            "{:?}",
            same.map(identity)
        );
    }

    #[test]
    fn other_places_differ() {
        for other in ["http://a.example", "https://a.example:444", "https://a.example/x", "https://b.example"]
        {
            assert_ne!(identity(other), identity("https://a.example"), "{other}");
        }
    }

    #[test]
    fn words_are_no_places() {
        let list = ProxyList::parse("a.example|, file:///m, direct, ignored.example").unwrap();
        assert_eq!(identities(&list).collect::<Vec<_>>(), ["https://a.example", "file:///m"]);
        assert_eq!(["https://", "word", "direct"].map(identity), [None, None, None]);
    }
}
