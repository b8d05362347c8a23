//! Reading an `.info` or `@latest` as go reads it (protocol.md B14, B15, B23).
//!
//! go's decoder matches keys ignoring case, lets the last of several win, takes `null` as absent, and refuses the whole answer
//! for a wrong type. What it would refuse must not be kept: a version's `.info` is kept for ever.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The fields of `Origin`, all texts.
const ORIGIN_FIELDS: [&str; 8] = ["VCS", "URL", "Subdir", "Hash", "TagPrefix", "TagSum", "Ref", "RepoSum"];

/// Why go would refuse an `.info`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InfoFlaw {
    #[error("it is not a JSON object: {0}")]
    NotAnObject(#[from] serde_json::Error),
    #[error("{0} is not a text")]
    NotText(&'static str),
    #[error("Time is not of the form 2006-01-02T15:04:05Z")]
    BadTime,
    #[error("Origin is not an object")]
    BadOrigin,
    #[error("it names no version")]
    NoVersion,
}

/// The `Version` of an `.info` that go accepts.
pub(crate) fn version_of(bytes: &[u8]) -> Result<String, InfoFlaw> {
    let info: Object = serde_json::from_slice(bytes)?;
    if let Some(time) = info.text("Time")? {
        OffsetDateTime::parse(&time, &Rfc3339).map_err(|_| InfoFlaw::BadTime)?;
    }
    match info.get("Origin") {
        None => {}
        Some(origin @ Value::Object(_)) => check_origin(origin)?,
        Some(_) => return Err(InfoFlaw::BadOrigin),
    }
    info.text("Version")?.filter(|version| !version.is_empty()).ok_or(InfoFlaw::NoVersion)
}

fn check_origin(origin: &Value) -> Result<(), InfoFlaw> {
    let origin = Object::deserialize(origin)?;
    ORIGIN_FIELDS.iter().try_for_each(|field| origin.text(field).map(drop))
}

/// A JSON object with its members in the order of the text.
struct Object(Vec<(String, Value)>);

impl Object {
    /// The last member of this name, unless it is `null`.
    fn get(&self, name: &str) -> Option<&Value> {
        let named =
            self.0.iter().rev().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null());
        named.map(|(_, value)| value)
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, InfoFlaw> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(InfoFlaw::NotText(name)),
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry().map_err(de::Error::custom)? {
            members.push(member);
        }
        Ok(Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        version_of(text.as_bytes()).map_err(|flaw| flaw.to_string())
    }

    #[test]
    fn what_go_accepts_is_accepted() {
        for text in [
            r#"{"Version":"v1.0.0"}"#,
            r#"{"Version":"v1.0.0","Time":"2024-02-29T12:00:00Z"}"#,
            r#"{"Version":"v1.0.0","Time":"2024-02-29T12:00:00.123456789+02:00","More":[1]}"#,
            r#"{"VERSION":"v1.0.0","time":null,"Origin":null}"#,
            r#"{"version":"v0.9.0","Version":"v1.0.0"}"#,
            r#"{"Version":"v1.0.0","Origin":{"VCS":"git","url":"https://a.example","Other":5}}"#,
        ] {
            assert_eq!(read(text), Ok("v1.0.0".to_owned()), "{text}");
        }
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for text in [
            "",
            "null",
            "[]",
            "<html>",
            "{}",
            r#"{"Version":""}"#,
            r#"{"Version":5}"#,
            r#"{"Version":"v1.0.0","Time":"yesterday"}"#,
            r#"{"Version":"v1.0.0","Time":5}"#,
            r#"{"Version":"v1.0.0","Time":"2024-02-30T12:00:00Z"}"#,
            r#"{"Version":"v1.0.0","Origin":"x"}"#,
            r#"{"Version":"v1.0.0","Origin":{"VCS":5}}"#,
            "\u{feff}{\"Version\":\"v1.0.0\"}",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
