//! Reading the value of GOSUMDB (protocol.md G7, G8).

use std::fmt;
use std::str::FromStr;

use super::key::{KeyError, VerifierKey};
use super::name::{DatabaseName, NameError};
use crate::goproxy::{PlaceUrl, UrlFlaw};

/// What go uses when GOSUMDB is not set.
pub const DEFAULT: &str = "sum.golang.org";

/// The value that asks for no database.
const OFF: &str = "off";

/// The databases that may be given by name alone, with their keys.
const KNOWN: [(&str, &str); 1] =
    [("sum.golang.org", "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")];

/// A second address of a known database, for networks that do not reach the first: name, meaning, URL.
const ALIASES: [(&str, &str, &str); 1] =
    [("sum.golang.google.cn", "sum.golang.org", "https://sum.golang.google.cn")];

/// The meaning of GOSUMDB.
///
/// ```
/// use gomod::gosumdb::SumDbSetting;
/// let SumDbSetting::On(db) = SumDbSetting::parse("sum.golang.google.cn")? else { panic!("it is on") };
/// assert_eq!(db.key.name(), "sum.golang.org");
/// assert_eq!(db.url().as_str(), "https://sum.golang.google.cn");
/// assert_eq!(SumDbSetting::parse("off")?, SumDbSetting::Off);
/// for bad in ["", "sum.example.org", "sum.golang.org https://a.example extra", "sum.golang.org word"] {
///     assert!(SumDbSetting::parse(bad).is_err(), "{bad}");
/// }
/// # Ok::<(), gomod::gosumdb::SumDbError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SumDbSetting {
    /// `off`: go.sum alone decides.
    Off,
    /// Ask this database.
    On(SumDb),
}

/// One checksum database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumDb {
    /// Its key, which holds its name.
    pub key: VerifierKey,
    /// The name, as a part of addresses.
    pub name: DatabaseName,
    /// The address that was given, if any. It means: do not ask through proxies (protocol.md G7).
    pub explicit_url: Option<PlaceUrl>,
    /// `https://` and the name.
    own_url: PlaceUrl,
}

impl SumDb {
    /// Where to ask the database itself: the address that was given, else the one that its name says.
    pub fn url(&self) -> &PlaceUrl {
        self.explicit_url.as_ref().unwrap_or(&self.own_url)
    }
}

/// A GOSUMDB value that go would not accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SumDbError {
    /// Nothing was given.
    #[error("GOSUMDB is empty; name a database, or write off")]
    Empty,
    /// More than a key and a URL.
    #[error("GOSUMDB has {0} fields; it takes a name or key, and an optional URL")]
    TooManyFields(usize),
    /// Neither a known name nor a key.
    #[error("GOSUMDB {0:?}: {1}; only sum.golang.org can be given without its key")]
    Key(String, KeyError),
    /// The name does not give an address.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The second field is no address.
    #[error("the URL in GOSUMDB is malformed: {0}")]
    Url(UrlFlaw),
}

impl SumDbSetting {
    /// Reads the value. The default is not applied here: an empty value is an error. `off` with space around it is an
    /// error too, as in go: it must not pass for a wish to go without a database.
    pub fn parse(value: &str) -> Result<Self, SumDbError> {
        if value == OFF {
            return Ok(Self::Off);
        }
        let mut fields: Vec<&str> = value.split_whitespace().collect();
        if let Some((_, name, url)) = ALIASES.iter().find(|(alias, _, _)| *alias == value) {
            fields = vec![name, url];
        }
        match fields.as_slice() {
            [] => Err(SumDbError::Empty),
            [key] => read_db(key, None).map(Self::On),
            [key, url] => read_db(key, Some(url)).map(Self::On),
            more => Err(SumDbError::TooManyFields(more.len())),
        }
    }
}

fn read_db(key: &str, url: Option<&str>) -> Result<SumDb, SumDbError> {
    let text = KNOWN.iter().find(|(name, _)| *name == key).map_or(key, |(_, key)| key);
    let key = VerifierKey::parse(text).map_err(|error| SumDbError::Key(text.to_owned(), error))?;
    let name = DatabaseName::parse(key.name())?;
    let own_url = PlaceUrl::parse(&format!("https://{name}")).map_err(SumDbError::Url)?;
    let explicit_url = url.map(PlaceUrl::parse).transpose().map_err(SumDbError::Url)?;
    Ok(SumDb { key, name, explicit_url, own_url })
}

impl FromStr for SumDbSetting {
    type Err = SumDbError;
    fn from_str(s: &str) -> Result<Self, SumDbError> {
        Self::parse(s)
    }
}

impl fmt::Display for SumDbSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.pad(OFF),
            Self::On(db) => match &db.explicit_url {
                None => write!(f, "{}", db.key),
                Some(url) => write!(f, "{} {url}", db.key),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(value: &str) -> SumDb {
        match SumDbSetting::parse(value).unwrap() {
            SumDbSetting::On(db) => db,
            SumDbSetting::Off => panic!("off"),
        }
    }

    #[test]
    fn the_default_is_known() {
        let db = on(DEFAULT);
        assert_eq!(db.explicit_url, None);
        assert_eq!(db.url().as_str(), "https://sum.golang.org");
    }

    #[test]
    fn every_known_key_is_good() {
        for (name, key) in KNOWN {
            assert_eq!(VerifierKey::parse(key).unwrap().name(), name);
        }
        for (alias, _, url) in ALIASES {
            assert_eq!(on(alias).url().as_str(), url);
        }
    }

    #[test]
    fn a_url_goes_past_the_proxies() {
        let db = on("sum.golang.org http://127.0.0.1:80/db");
        assert_eq!(db.explicit_url.unwrap().as_str(), "http://127.0.0.1:80/db");
    }

    #[test]
    fn off_stands_alone_without_space_or_url() {
        assert_eq!(SumDbSetting::parse("off"), Ok(SumDbSetting::Off));
        for bad in
            [" off ", "off ", " off", "\toff", "\u{a0}off", "off\u{a0}", "off https://a.example", "OFF"]
        {
            assert!(matches!(SumDbSetting::parse(bad), Err(SumDbError::Key(..))), "{bad:?}");
        }
    }

    #[test]
    fn an_alias_is_one_only_when_it_is_the_whole_value() {
        for bad in [" sum.golang.google.cn", "sum.golang.google.cn https://a.example"] {
            assert!(matches!(SumDbSetting::parse(bad), Err(SumDbError::Key(..))), "{bad:?}");
        }
    }
}
