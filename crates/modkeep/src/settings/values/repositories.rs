//! The types and parsers of the settings of `direct`.

use std::ops::RangeInclusive;

use gomod::repository::GoVcs;

use super::{one_of, size};
use crate::settings::{Base, Choice, Invalid};

/// How many version control programs may run at once. Above, they only get into each other's way.
pub const PROCESSES: RangeInclusive<usize> = 1..=64;

/// How many tags may be fetched unasked.
pub const TAGS_AHEAD: RangeInclusive<usize> = 0..=10;

/// A way to a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RepositoryWay {
    /// Over ssh, with a key.
    Ssh,
    /// Over https, with a user and a password or without.
    Https,
}

impl RepositoryWay {
    const ALL: [Self; 2] = [Self::Ssh, Self::Https];

    const fn choice(self) -> Choice {
        match self {
            Self::Ssh => Choice { name: "ssh", meaning: "over ssh, with a key" },
            Self::Https => Choice { name: "https", meaning: "over https, with a password or without" },
        }
    }
}

/// Reads ways with commas between them: at least one, and none twice.
pub fn repository_ways(text: &str, _: &Base) -> Result<Vec<RepositoryWay>, Invalid> {
    let mut ways = Vec::new();
    for word in text.split(',').map(str::trim) {
        let way = one_of(word, RepositoryWay::ALL, RepositoryWay::choice)
            .map_err(|Invalid(reason)| Invalid(format!("\"{word}\" is no way: {reason}")))?;
        if ways.contains(&way) {
            return Err(Invalid(format!("{word} is in it twice")));
        }
        ways.push(way);
    }
    Ok(ways)
}

/// Reads the rules of GOVCS (protocol.md E11).
pub fn govcs(text: &str, _: &Base) -> Result<GoVcs, Invalid> {
    GoVcs::parse(text).map_err(|error| Invalid(error.to_string()))
}

/// Reads a size in bytes that is more than nothing.
pub fn some_size(text: &str, base: &Base) -> Result<u64, Invalid> {
    match size(text, base)? {
        0 => Err(Invalid("nothing fits into it".to_owned())),
        size => Ok(size),
    }
}

/// Reads how many programs may run: a number in [`PROCESSES`].
pub fn repository_processes(text: &str, _: &Base) -> Result<usize, Invalid> {
    number_in(&PROCESSES, text)
}

/// Reads how many tags are fetched unasked: a number in [`TAGS_AHEAD`].
pub fn repository_tags_ahead(text: &str, _: &Base) -> Result<usize, Invalid> {
    number_in(&TAGS_AHEAD, text)
}

fn number_in(range: &RangeInclusive<usize>, text: &str) -> Result<usize, Invalid> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| Invalid(format!("it is not a number from {} to {}", range.start(), range.end())))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use gomod::repository::Vcs;

    use super::*;

    fn base() -> Base {
        Base { folder: PathBuf::from("/base"), home: None }
    }

    #[test]
    fn ways_are_tried_in_the_order_in_which_they_stand() {
        use RepositoryWay::{Https, Ssh};
        for (text, ways) in
            [("ssh,https", vec![Ssh, Https]), (" https , ssh ", vec![Https, Ssh]), ("https", vec![Https])]
        {
            assert_eq!(repository_ways(text, &base()), Ok(ways), "{text}");
        }
        for (text, reason) in [
            ("", "none of ssh, https"),
            ("ssh,", "none of"),
            ("ssh,ssh", "ssh is in it twice"),
            ("git", "\"git\""),
        ] {
            let invalid = repository_ways(text, &base()).unwrap_err();
            assert!(invalid.0.contains(reason), "{text}: {invalid}");
        }
    }

    #[test]
    fn rules_are_those_of_go() {
        let rules = govcs("a.example:svn", &base()).unwrap();
        assert!(rules.allows("a.example/x", Vcs::Subversion, false));
        assert_eq!(
            govcs("a.example", &base()).unwrap_err().0,
            "malformed entry in GOVCS (missing colon): \"a.example\""
        );
    }

    #[test]
    fn sizes_and_numbers_have_limits() {
        assert_eq!((some_size("10GiB", &base()), some_size("1", &base())), (Ok(10 << 30), Ok(1)));
        assert!(some_size("0", &base()).is_err() && some_size("much", &base()).is_err());
        assert_eq!(["1", "64"].map(|text| repository_processes(text, &base())), [Ok(1), Ok(64)]);
        assert_eq!(["0", "10"].map(|text| repository_tags_ahead(text, &base())), [Ok(0), Ok(10)]);
        assert!(repository_tags_ahead("11", &base()).is_err());
        for bad in ["0", "65", "-1", "", "many"] {
            assert!(repository_processes(bad, &base()).is_err(), "{bad}");
        }
    }
}
