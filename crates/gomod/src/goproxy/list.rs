//! Reading a GOPROXY list (protocol.md B1, B2).

use std::fmt;
use std::str::FromStr;

use super::url::{PlaceUrl, UrlFlaw, redacted};

/// Where to ask.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// A module proxy, or a folder laid out like one.
    Url(PlaceUrl),
    /// The repository of the module itself.
    Direct,
    /// Nowhere: everything that is asked here fails.
    Off,
}

/// After which failures of a place the next one is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fallback {
    /// Only when the place says that the thing does not exist: `,` behind it, or the end of the list.
    NotFound,
    /// After any failure: `|` behind it.
    AnyError,
}

/// One item of the list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// Where to ask.
    pub place: Place,
    /// When to go on to the next member.
    pub then: Fallback,
}

/// A GOPROXY list with at least one member. `direct` and `off` end it. Prints without passwords.
///
/// ```
/// use gomod::goproxy::{Fallback, Place, ProxyList};
/// let list = ProxyList::parse("https://a:pw@one.example | two.example/go,direct,ignored")?;
/// assert_eq!(list.to_string(), "https://a:***@one.example|https://two.example/go,direct");
/// assert_eq!(list.members()[0].then, Fallback::AnyError);
/// assert_eq!(list.members()[2].place, Place::Direct);
/// for bad in ["", " , |", "proxy", "ftp://x.example", "https://"] {
///     assert!(ProxyList::parse(bad).is_err(), "{bad}");
/// }
/// # Ok::<(), gomod::goproxy::ListError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyList {
    members: Vec<Member>,
}

/// A GOPROXY list that go would not accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid GOPROXY list: {flaw}")]
pub struct ListError {
    /// What is wrong.
    pub flaw: ListFlaw,
}

/// What is wrong with a GOPROXY list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListFlaw {
    /// It names no place.
    #[error("it has no entries; name at least one of a URL, direct and off")]
    Empty,
    /// An item is neither a URL nor a known word. The item prints without its password.
    #[error("item {number}, {item:?}: {flaw}")]
    Item {
        /// Which item, counted from 1 without empty ones.
        number: usize,
        /// The item, redacted.
        item: String,
        /// What is wrong with it.
        flaw: UrlFlaw,
    },
}

impl ProxyList {
    /// Reads a list.
    pub fn parse(list: &str) -> Result<Self, ListError> {
        let mut members: Vec<Member> = Vec::new();
        for (item, then) in items(list) {
            let number = members.len() + 1;
            let place = read_place(item)
                .map_err(|flaw| ListError { flaw: ListFlaw::Item { number, item: redacted(item), flaw } })?;
            let ends_here = !matches!(place, Place::Url(_));
            members.push(Member { place, then });
            if ends_here {
                break;
            }
        }
        if members.is_empty() { Err(ListError { flaw: ListFlaw::Empty }) } else { Ok(Self { members }) }
    }

    /// The places in the order in which they are asked; never empty.
    pub fn members(&self) -> &[Member] {
        &self.members
    }
}

/// The trimmed items that are not empty, each with what the separator behind it means.
fn items(list: &str) -> impl Iterator<Item = (&str, Fallback)> {
    list.split_inclusive([',', '|']).filter_map(|piece| {
        let (item, then) = match piece.strip_suffix('|') {
            Some(item) => (item, Fallback::AnyError),
            None => (piece.strip_suffix(',').unwrap_or(piece), Fallback::NotFound),
        };
        Some((item.trim(), then)).filter(|(item, _)| !item.is_empty())
    })
}

fn read_place(item: &str) -> Result<Place, UrlFlaw> {
    match item {
        "direct" => Ok(Place::Direct),
        "off" => Ok(Place::Off),
        url if lacks_scheme(url) => PlaceUrl::parse(&format!("https://{url}")).map(Place::Url),
        url => PlaceUrl::parse(url).map(Place::Url),
    }
}

/// Whether the item looks like a host or path without a scheme, which means `https` (protocol.md B2).
fn lacks_scheme(item: &str) -> bool {
    item.contains(['.', ':', '/']) && !item.contains(":/") && !item.starts_with('/')
}

impl FromStr for ProxyList {
    type Err = ListError;
    fn from_str(s: &str) -> Result<Self, ListError> {
        Self::parse(s)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => url.fmt(f),
            Self::Direct => f.pad("direct"),
            Self::Off => f.pad("off"),
        }
    }
}

impl fmt::Display for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => ",",
            Self::AnyError => "|",
        })
    }
}

impl fmt::Display for ProxyList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, member) in self.members.iter().enumerate() {
            if i > 0 {
                self.members[i - 1].then.fmt(f)?;
            }
            member.place.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_print_in_their_plain_form() {
        for (text, plain) in [
            ("direct", "direct"),
            ("off|direct", "off"),
            (",, off ,", "off"),
            ("https://a.example,https://b.example", "https://a.example,https://b.example"),
            ("a.example|b.example:8080/x", "https://a.example|https://b.example:8080/x"),
            ("localhost:3000,direct", "https://localhost:3000,direct"),
            ("file:///srv/mods,off", "file:///srv/mods,off"),
            ("http://a/|,direct", "http://a/|direct"),
        ] {
            assert_eq!(ProxyList::parse(text).unwrap().to_string(), plain);
        }
    }

    #[test]
    fn items_that_go_refuses() {
        for (text, flaw) in [
            ("foo", UrlFlaw::NoScheme),
            ("/srv/mods", UrlFlaw::NoScheme),
            ("ftp://a.example", UrlFlaw::Scheme("ftp".into())),
            ("file://host/srv", UrlFlaw::FileUrl),
        ] {
            let error = ProxyList::parse(&format!("https://a.example,{text}")).unwrap_err();
            assert_eq!(error.flaw, ListFlaw::Item { number: 2, item: text.into(), flaw });
        }
    }

    #[test]
    fn an_error_does_not_print_the_password() {
        let message = ProxyList::parse("ftp://u:secret@a.example").unwrap_err().to_string();
        assert!(!message.contains("secret"), "{message}");
    }

    proptest! {
        #[test]
        fn the_plain_form_is_read_as_the_same_list(text in "[a-z.:/,| ]{0,24}") {
            if let Ok(list) = ProxyList::parse(&text) {
                prop_assert_eq!(ProxyList::parse(&list.to_string()).unwrap().to_string(), list.to_string());
            }
        }
    }
}
