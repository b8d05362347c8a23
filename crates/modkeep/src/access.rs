//! The access log: one line for each request, in the form of the other log lines.
//!
//! It is written without the log library, which would take several times as long for a line as the request itself. Whether
//! it is written is decided by `--log` all the same, at the start: it is the part named `access`, at level `info`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::SystemTime;

use protocol::{Exchange, Observer};

use crate::unblocked::Unblocked;

/// The part of the log that `--log` names, as in `access=off`.
pub const TARGET: &str = "access";

/// Writes a line for each request.
#[derive(Debug)]
pub struct AccessLog {
    writer: Unblocked,
    json: bool,
}

impl AccessLog {
    /// Writes to `writer`, as JSON or as text for people.
    pub fn new(writer: Unblocked, json: bool) -> Self {
        Self { writer, json }
    }

    fn line(&self, exchange: &Exchange<'_>, now: SystemTime) -> String {
        let mut line = String::with_capacity(256);
        // Writing to a String does not fail.
        let _ = if self.json { json(&mut line, exchange, now) } else { text(&mut line, exchange, now) };
        line
    }
}

impl Observer for AccessLog {
    fn answered(&self, exchange: &Exchange<'_>) {
        let line = self.line(exchange, SystemTime::now());
        // An `Unblocked` has no errors.
        drop(self.writer.clone().write_all(line.as_bytes()));
    }
}

fn json(line: &mut String, exchange: &Exchange<'_>, now: SystemTime) -> std::fmt::Result {
    let Exchange { method, path, status, outcome, took, .. } = exchange;
    let timestamp = humantime::format_rfc3339_micros(now);
    write!(
        line,
        r#"{{"timestamp":"{timestamp}","level":"INFO","message":"request","method":"{method}","path":""#
    )?;
    escape(line, path);
    writeln!(
        line,
        r#"","status":{},"outcome":"{}","seconds":{:.6},"target":"{TARGET}"}}"#,
        status.as_u16(),
        outcome.as_str(),
        took.as_secs_f64()
    )
}

fn text(line: &mut String, exchange: &Exchange<'_>, now: SystemTime) -> std::fmt::Result {
    let Exchange { method, path, status, outcome, took, .. } = exchange;
    write!(line, "{}  INFO request method={method} path=\"", humantime::format_rfc3339_micros(now))?;
    escape(line, path);
    let (status, outcome) = (status.as_u16(), outcome.as_str());
    writeln!(line, "\" status={status} outcome={outcome} seconds={:.6}", took.as_secs_f64())
}

/// A path of a request is visible ASCII, or UTF-8 beyond it; of all that, only two characters mean something in a quoted text.
fn escape(line: &mut String, path: &str) {
    for char in path.chars() {
        if matches!(char, '"' | '\\') {
            line.push('\\');
        }
        line.push(if char.is_control() { ' ' } else { char });
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use axum::http::{Method, StatusCode};
    use protocol::Outcome;

    use super::*;

    fn line(json: bool) -> String {
        let exchange = Exchange {
            method: &Method::GET,
            path: "/a\"b\\c/@v/list",
            kind: None,
            status: StatusCode::OK,
            outcome: Outcome::Hit,
            took: Duration::from_micros(1500),
            answered: None,
        };
        let log = AccessLog::new(Unblocked::new(std::io::sink()).unwrap(), json);
        log.line(&exchange, UNIX_EPOCH)
    }

    #[test]
    fn a_line_for_machines_is_one_json_object() {
        let value: serde_json::Value = serde_json::from_str(&line(true)).unwrap();
        assert_eq!(value["path"], "/a\"b\\c/@v/list");
        assert_eq!((&value["status"], &value["seconds"]), (&200.into(), &0.0015.into()));
        assert_eq!(value["timestamp"], "1970-01-01T00:00:00.000000Z");
    }

    #[test]
    fn a_line_for_people_has_the_same_in_it() {
        assert_eq!(
            line(false),
            "1970-01-01T00:00:00.000000Z  INFO request method=GET path=\"/a\\\"b\\\\c/@v/list\" status=200 \
             outcome=hit seconds=0.001500\n"
        );
    }
}
