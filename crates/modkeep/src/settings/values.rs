//! The types of settings and their parsers: text in, value or a reason out.
//!
//! Those of `direct` are in [`repositories`], those of bundles in [`locations`] and [`trusted`].

mod client;
mod locations;
mod repositories;
mod trusted;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use gomod::glob::PrefixPatterns;
use gomod::goproxy::{Place, ProxyList};
use gomod::gosumdb::{SumDb, SumDbSetting};
use protocol::{Prefix, Redirected, UnavailableStatus};
use source::upstream::check_url;
use tracing_subscriber::EnvFilter;

use crate::settings::{Base, Choice, Invalid};
pub use client::{folders, port, rungs};
pub use locations::{bundle_location, bundle_locations};
pub use repositories::{
    PROCESSES, RepositoryWay, TAGS_AHEAD, govcs, repository_processes, repository_tags_ahead,
    repository_ways, some_size,
};
pub use trusted::{Trusted, signing_key, trusted_keys};

/// The shortest wait that can be set: below it every answer would come too late.
pub const WAIT_MIN: Duration = Duration::from_millis(1);

/// The longest wait that can be set: a wait without a real end is what deadlines are there to prevent (invariant 4).
pub const WAIT_MAX: Duration = Duration::from_hours(24);

/// When the next member of the upstream list is asked (house contract, "Source").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// "Could not find out" passes both `,` and `|`, except for private paths.
    Resilient,
    /// Exactly go's rules (protocol.md B1).
    Go,
}

impl Fallback {
    const ALL: [Self; 2] = [Self::Resilient, Self::Go];

    const fn choice(self) -> Choice {
        match self {
            Self::Resilient => Choice {
                name: "resilient",
                meaning: "a place that is down is passed after both , and |, except for private modules",
            },
            Self::Go => {
                Choice { name: "go", meaning: "exactly go's rules: only | passes a place that is down" }
            }
        }
    }

    /// The words that this setting takes.
    pub fn choices() -> Vec<Choice> {
        Self::ALL.map(Self::choice).to_vec()
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// Lines for people.
    Text,
    /// One JSON object per line.
    Json,
}

impl LogFormat {
    const ALL: [Self; 3] = [Self::Auto, Self::Text, Self::Json];

    const fn choice(self) -> Choice {
        match self {
            Self::Auto => Choice { name: "auto", meaning: "text on a terminal, JSON otherwise" },
            Self::Text => Choice { name: "text", meaning: "lines for people" },
            Self::Json => Choice { name: "json", meaning: "one JSON object per line" },
        }
    }

    /// The words that this setting takes.
    pub fn choices() -> Vec<Choice> {
        Self::ALL.map(Self::choice).to_vec()
    }
}

/// Which log lines are written: a level, or `part=level` rules with commas between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The rules as text that the log library is known to accept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The words for [`UnavailableStatus`].
pub fn unavailable_statuses() -> Vec<Choice> {
    [UnavailableStatus::BadGateway, UnavailableStatus::NotFound].map(unavailable_choice).to_vec()
}

const fn unavailable_choice(status: UnavailableStatus) -> Choice {
    match status {
        UnavailableStatus::BadGateway => Choice {
            name: "502",
            meaning: "the truth: a failure, at which go stops unless | stands behind this server",
        },
        UnavailableStatus::NotFound => Choice {
            name: "404",
            meaning: "as if it did not exist, so that go asks the next member of its list",
        },
    }
}

/// Reads an [`UnavailableStatus`].
pub fn unavailable_status(text: &str, _: &Base) -> Result<UnavailableStatus, Invalid> {
    one_of(text, [UnavailableStatus::BadGateway, UnavailableStatus::NotFound], unavailable_choice)
}

/// The word for which requests a redirect is about.
pub const fn redirected_choice(what: Redirected) -> Choice {
    match what {
        Redirected::Zips => Choice { name: "zips", meaning: "zips alone" },
        Redirected::All => Choice { name: "all", meaning: "every request about the module" },
    }
}

/// Reads which requests a redirect is about.
pub fn redirected(text: &str, _: &Base) -> Result<Redirected, Invalid> {
    one_of(text, [Redirected::Zips, Redirected::All], redirected_choice)
}

/// Reads a [`Fallback`].
pub fn fallback(text: &str, _: &Base) -> Result<Fallback, Invalid> {
    one_of(text, Fallback::ALL, Fallback::choice)
}

/// Reads a [`LogFormat`].
pub fn log_format(text: &str, _: &Base) -> Result<LogFormat, Invalid> {
    one_of(text, LogFormat::ALL, LogFormat::choice)
}

fn one_of<T: Copy, const N: usize>(text: &str, all: [T; N], choice: fn(T) -> Choice) -> Result<T, Invalid> {
    let found = all.into_iter().find(|value| choice(*value).name == text);
    found.ok_or_else(|| Invalid(format!("it is none of {}", all.map(|value| choice(value).name).join(", "))))
}

/// The words for a setting that is on or off.
pub fn switch_choices() -> Vec<Choice> {
    [true, false].map(switch_choice).to_vec()
}

const fn switch_choice(on: bool) -> Choice {
    if on { Choice { name: "on", meaning: "do" } } else { Choice { name: "off", meaning: "do not" } }
}

/// Reads whether something is on.
pub fn switch(text: &str, _: &Base) -> Result<bool, Invalid> {
    one_of(text, [true, false], switch_choice)
}

/// Reads a [`LogFilter`].
pub fn log_filter(text: &str, _: &Base) -> Result<LogFilter, Invalid> {
    let checked = EnvFilter::builder().parse(text).map_err(|error| Invalid(error.to_string()))?;
    if text.trim().is_empty() {
        return Err(Invalid("it is empty; write off to log nothing".to_owned()));
    }
    drop(checked);
    Ok(LogFilter(text.to_owned()))
}

/// Reads a checksum database.
pub fn checksum_database(text: &str, _: &Base) -> Result<SumDbSetting, Invalid> {
    SumDbSetting::parse(text).map_err(|error| Invalid(error.to_string()))
}

/// Reads checksum databases, none of which is `off`.
pub fn checksum_databases(text: &str, _: &Base) -> Result<Vec<SumDb>, Invalid> {
    let values = text.split(',').map(str::trim).filter(|value| !value.is_empty());
    let read = |value: &str| match SumDbSetting::parse(value) {
        Ok(SumDbSetting::On(database)) => Ok(database),
        Ok(SumDbSetting::Off) => Err(Invalid("off is no database that could be answered for".to_owned())),
        Err(error) => Err(Invalid(error.to_string())),
    };
    values.map(read).collect()
}

/// Reads the path below which the server answers.
pub fn path_prefix(text: &str, _: &Base) -> Result<Prefix, Invalid> {
    Prefix::parse(text).map_err(|error| Invalid(error.to_string()))
}

/// Reads an address with a port. Names are not looked up: what is listened on must not depend on DNS.
pub fn address(text: &str, _: &Base) -> Result<SocketAddr, Invalid> {
    text.parse().map_err(|_| Invalid(address_reason(text)))
}

fn address_reason(text: &str) -> String {
    match text.strip_prefix(':') {
        Some(port) if port.parse::<u16>().is_ok() => {
            format!("it has no address; 0.0.0.0:{port} is all of IPv4")
        }
        _ => "it is not a numeric IP address with a port".to_owned(),
    }
}

/// Reads an age, or that there is none.
pub fn age_or_off(text: &str, _: &Base) -> Result<Option<Duration>, Invalid> {
    or_off(text, |text| humantime::parse_duration(text).map_err(|error| Invalid(error.to_string())))
}

/// The least age for which a server may remove things by itself: the last use of a thing is noted once a day.
pub const UNUSED_MIN: Duration = Duration::from_hours(48);

/// Reads an age of at least [`UNUSED_MIN`], or that there is none.
pub fn unused_or_off(text: &str, base: &Base) -> Result<Option<Duration>, Invalid> {
    match age_or_off(text, base)? {
        Some(age) if age < UNUSED_MIN => {
            Err(Invalid("it is less than 2 days, and the last use is noted once a day at most".to_owned()))
        }
        age => Ok(age),
    }
}

/// Reads a size in bytes, or that there is none. Nothing fits in 0 bytes, which is more often a mistake than a wish.
pub fn size_or_off(text: &str, _: &Base) -> Result<Option<u64>, Invalid> {
    or_off(text, |text| match text.parse::<ByteSize>() {
        Ok(ByteSize(0)) => Err(Invalid("it is nothing; write off for no limit".to_owned())),
        Ok(size) => Ok(size.0),
        Err(reason) => Err(Invalid(reason)),
    })
}

fn or_off<T>(text: &str, parse: fn(&str) -> Result<T, Invalid>) -> Result<Option<T>, Invalid> {
    if text == "off" { Ok(None) } else { parse(text).map(Some) }
}

/// Reads a wait between [`WAIT_MIN`] and [`WAIT_MAX`].
pub fn wait(text: &str, _: &Base) -> Result<Duration, Invalid> {
    wait_from(WAIT_MIN, text)
}

/// Reads a wait that may be zero, up to [`WAIT_MAX`].
pub fn wait_or_none(text: &str, _: &Base) -> Result<Duration, Invalid> {
    wait_from(Duration::ZERO, text)
}

fn wait_from(least: Duration, text: &str) -> Result<Duration, Invalid> {
    let wait = humantime::parse_duration(text).map_err(|error| Invalid(error.to_string()))?;
    if (least..=WAIT_MAX).contains(&wait) {
        return Ok(wait);
    }
    let limits = [least, WAIT_MAX].map(|limit| humantime::format_duration(limit).to_string());
    Err(Invalid(format!("it is not between {} and {}", limits[0], limits[1])))
}

/// Reads a size in bytes, with a unit or without: `64MiB`, `10GB`, `0`.
pub fn size(text: &str, _: &Base) -> Result<u64, Invalid> {
    text.parse::<ByteSize>().map(|size| size.as_u64()).map_err(Invalid)
}

/// Reads the path of a file; an empty text names none.
pub fn optional_file(text: &str, base: &Base) -> Result<Option<PathBuf>, Invalid> {
    if text.is_empty() { Ok(None) } else { path(text, base).map(Some) }
}

/// Reads the path of a file or folder. `~/` at the beginning is the user's home, since no shell expands it in a file.
pub fn path(text: &str, base: &Base) -> Result<PathBuf, Invalid> {
    if text.is_empty() || text.contains('\0') {
        let reason = if text.is_empty() { "it is empty" } else { "there is a NUL character in it" };
        return Err(Invalid(reason.to_owned()));
    }
    let Some(below_home) = text.strip_prefix("~/") else { return Ok(base.folder.join(text)) };
    let home = base.home.as_ref().ok_or_else(|| Invalid("HOME is not set, so there is no ~".to_owned()))?;
    Ok(home.join(below_home))
}

/// Reads a list in the grammar of GOPROXY (protocol.md B1, B2), each of whose URLs can be an upstream: what `serve` would
/// refuse is wrong here already.
pub fn proxy_list(text: &str, _: &Base) -> Result<ProxyList, Invalid> {
    let list = ProxyList::parse(text).map_err(|error| Invalid(error.flaw.to_string()))?;
    for member in list.members() {
        if let Place::Url(url) = &member.place {
            check_url(url.as_str()).map_err(|error| Invalid(error.to_string()))?;
        }
    }
    Ok(list)
}

/// Reads patterns in the grammar of GOPRIVATE (protocol.md A25). Every text is one: go ignores malformed patterns.
pub fn patterns(text: &str, _: &Base) -> Result<PrefixPatterns, Invalid> {
    Ok(PrefixPatterns::parse(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn base(home: Option<&str>) -> Base {
        Base { folder: PathBuf::from("/base"), home: home.map(PathBuf::from) }
    }

    #[test]
    fn waits_have_a_least_and_a_most() {
        let base = base(None);
        assert_eq!(wait("1ms", &base), Ok(WAIT_MIN));
        assert_eq!(wait("24h", &base), Ok(WAIT_MAX));
        for bad in ["0s", "999us", "24h 1ms", "5 parsecs", "", "-1s", "5", "99999999999999999999s"] {
            assert!(wait(bad, &base).is_err(), "{bad}");
        }
    }

    #[test]
    fn some_waits_may_be_none() {
        let base = base(None);
        assert_eq!(wait_or_none("0s", &base), Ok(Duration::ZERO));
        assert_eq!(wait_or_none("24h", &base), Ok(WAIT_MAX));
        for bad in ["24h 1ms", "", "-1s", "5"] {
            assert!(wait_or_none(bad, &base).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_have_units() {
        let base = base(None);
        assert_eq!(
            ["0", "64MiB", "1.5 GB"].map(|text| size(text, &base)),
            [Ok(0), Ok(64 << 20), Ok(1_500_000_000)]
        );
        for bad in ["", "-1", "much", "5 parsecs"] {
            assert!(size(bad, &base).is_err(), "{bad}");
        }
    }

    #[test]
    fn ages_and_sizes_may_be_off() {
        let base = base(None);
        assert_eq!(age_or_off("90d", &base), Ok(Some(Duration::from_hours(90 * 24))));
        assert_eq!(size_or_off("50GB", &base), Ok(Some(50_000_000_000)));
        assert_eq!(size_or_off("4MiB", &base), Ok(Some(4 << 20)));
        assert_eq!((age_or_off("off", &base), size_or_off("off", &base)), (Ok(None), Ok(None)));
        assert_eq!(unused_or_off("2d", &base), Ok(Some(UNUSED_MIN)));
        assert!(unused_or_off("47h", &base).is_err());
        for bad in ["", "much", "-1", "0"] {
            assert!(age_or_off(bad, &base).is_err() || bad == "0", "{bad}");
            assert!(size_or_off(bad, &base).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_begin_at_home_or_where_the_value_stands() {
        let home = base(Some("/home/u"));
        assert_eq!(path("/a", &home).as_deref(), Ok(Path::new("/a")));
        assert_eq!(path("a/b", &home).as_deref(), Ok(Path::new("/base/a/b")));
        assert_eq!(path("~/a", &home).as_deref(), Ok(Path::new("/home/u/a")));
        assert!(path("~/a", &base(None)).is_err());
        assert_eq!(optional_file("", &home), Ok(None));
        assert_eq!(optional_file("a.pem", &home), Ok(Some(PathBuf::from("/base/a.pem"))));
        assert!(path("", &home).is_err() && path("/a\0b", &home).is_err());
    }

    #[test]
    fn a_port_alone_is_answered_with_an_address() {
        assert!(address("127.0.0.1:0", &base(None)).is_ok());
        assert!(address("[::1]:3000", &base(None)).is_ok());
        assert!(address(":3000", &base(None)).unwrap_err().0.contains("0.0.0.0:3000"));
        assert!(address("localhost:3000", &base(None)).is_err());
    }

    #[test]
    fn choices_and_parsers_agree() {
        let base = base(None);
        assert!(Fallback::choices().iter().all(|choice| fallback(choice.name, &base).is_ok()));
        assert!(LogFormat::choices().iter().all(|choice| log_format(choice.name, &base).is_ok()));
        assert_eq!(fallback("Go", &base).unwrap_err().0, "it is none of resilient, go");
    }

    #[test]
    fn what_no_upstream_can_be_at_is_no_list() {
        assert!(proxy_list("https://u:p@a.example|b.example,file:///m,direct", &base(None)).is_ok());
        for bad in
            ["http://127.0.0.1:99999", "https://h.example?token=x", "http://u:p@h.example", "a.example,word"]
        {
            assert!(proxy_list(bad, &base(None)).is_err(), "{bad}");
        }
    }

    #[test]
    fn log_filters_are_checked() {
        assert!(log_filter("info,source=debug", &base(None)).is_ok());
        for bad in ["", " ", "source=loud", "a=b=c"] {
            assert!(log_filter(bad, &base(None)).is_err(), "{bad}");
        }
    }
}
