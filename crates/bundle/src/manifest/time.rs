//! Times in a manifest: RFC 3339 in UTC, in whole seconds.

use std::time::SystemTime;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// How a time is written.
const FORM: &str = "2006-01-02T15:04:05Z";

pub(super) fn serialize<S: Serializer>(time: &SystemTime, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(&humantime::format_rfc3339_seconds(*time))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SystemTime, D::Error> {
    let text = String::deserialize(from)?;
    // With fractions of a second it would not print as it was.
    let time = humantime::parse_rfc3339(&text).ok().filter(|_| text.len() == FORM.len());
    time.ok_or_else(|| D::Error::custom(format!("a time is not in the form {FORM}")))
}
