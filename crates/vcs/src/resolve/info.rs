//! Answers about versions, and their text as a proxy serves it.

use std::fmt::Write as _;

use gomod::Version;
use gomod::pseudo::PseudoTime;
use serde::Serialize;

use super::origin::Origin;

/// The versions of a module that are tagged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// In the order in which go lists them: the lowest first, `+incompatible` ones last (protocol.md A18).
    pub versions: Vec<Version>,
    /// Where they were found. None for a module that cannot have tags (gopkg.in, `-unstable`).
    pub origin: Option<Origin>,
}

/// A version of a module: an `.info`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// The version.
    pub version: Version,
    /// The committer's time, in seconds since 1970, UTC.
    pub time: i64,
    /// What it has beyond the full second, in nanoseconds.
    pub nanos: u32,
    /// Where it was found, with all that the answer depends on. None where go has none either.
    pub origin: Option<Origin>,
}

impl Info {
    /// The same as it can be told under the name of the version for ever: without the sums, and for a pseudo-version without
    /// the branch, as go writes it to its module cache (D34). Two askers at different times get the same bytes.
    #[must_use]
    pub fn settled(&self) -> Self {
        let origin = self.origin.as_ref().map(|origin| origin.settled(self.version.is_pseudo()));
        Self { origin, ..self.clone() }
    }

    /// The JSON that a proxy serves, byte for byte as go writes it.
    pub fn to_json(&self) -> Vec<u8> {
        let told = Told {
            version: self.version.as_str(),
            time: rfc3339(self.time, self.nanos),
            origin: self.origin.as_ref(),
        };
        // Texts and nothing else: there is nothing that could fail.
        let json = serde_json::to_string(&told).unwrap_or_default();
        escape_for_html(&json).into_bytes()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Told<'a> {
    version: &'a str,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a Origin>,
}

/// The time, UTC, with as many digits of a second as it has. Times outside the years 0 to 9999 have no such form; the zero
/// time of go stands for them.
fn rfc3339(seconds: i64, nanos: u32) -> String {
    let digits = PseudoTime::from_unix(seconds).unwrap_or(PseudoTime::ZERO).to_string();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let (date, clock) = ([part(0, 4), part(4, 6), part(6, 8)], [part(8, 10), part(10, 12), part(12, 14)]);
    let fraction = if nanos == 0 { String::new() } else { format!(".{nanos:09}") };
    format!("{}T{}{}Z", date.join("-"), clock.join(":"), fraction.trim_end_matches('0'))
}

/// go writes these characters in JSON so that no browser can take them for markup. They occur inside texts only.
fn escape_for_html(json: &str) -> String {
    let escaped = |c| matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
    json.chars().fold(String::with_capacity(json.len()), |mut text, c| {
        if escaped(c) {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(version: &str, origin: Option<Origin>) -> Info {
        Info { version: Version::parse(version).unwrap(), time: 1_700_000_300, nanos: 0, origin }
    }

    fn json(info: &Info) -> String {
        String::from_utf8(info.to_json()).unwrap()
    }

    fn full() -> Origin {
        let [vcs, url, subdir, hash] = ["git", "https://a.example/?a=<b>&c", "sub", "abc"].map(str::to_owned);
        let [tag_prefix, tag_sum, reference, repo_sum] =
            ["sub/", "t1:x", "refs/heads/main", "r1:y"].map(str::to_owned);
        Origin { vcs, url, subdir, hash, tag_prefix, tag_sum, reference, repo_sum }
    }

    #[test]
    fn the_text_is_that_of_go() {
        assert_eq!(json(&info("v1.0.0", None)), r#"{"Version":"v1.0.0","Time":"2023-11-14T22:18:20Z"}"#);
        let expected = concat!(
            r#"{"Version":"v1.0.0","Time":"2023-11-14T22:18:20Z","Origin":{"VCS":"git","#,
            r#""URL":"https://a.example/?a=\u003cb\u003e\u0026c","Subdir":"sub","Hash":"abc","TagPrefix":"sub/","#,
            r#""TagSum":"t1:x","Ref":"refs/heads/main","RepoSum":"r1:y"}}"#,
        );
        assert_eq!(json(&info("v1.0.0", Some(full()))), expected);
    }

    #[test]
    fn a_settled_text_says_only_what_stays_true() {
        let version = "v0.1.1-0.20231114221820-2177ae83147d";
        let expected = concat!(
            r#"{"Version":"v0.1.1-0.20231114221820-2177ae83147d","Time":"2023-11-14T22:18:20Z","Origin":{"VCS":"git","#,
            r#""URL":"https://a.example/?a=\u003cb\u003e\u0026c","Subdir":"sub","Hash":"abc"}}"#,
        );
        assert_eq!(json(&info(version, Some(full())).settled()), expected);
        assert!(json(&info("v1.0.0", Some(full())).settled()).ends_with(r#""Ref":"refs/heads/main"}}"#));
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(rfc3339(0, 0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(-1, 0), "1969-12-31T23:59:59Z");
        assert_eq!(rfc3339(0, 120_300_000), "1970-01-01T00:00:00.1203Z");
        assert_eq!(rfc3339(i64::MAX / 2, 0), "0001-01-01T00:00:00Z");
    }
}
