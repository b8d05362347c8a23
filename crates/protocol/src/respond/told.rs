//! How a failure is told to a person in front of go.
//!
//! go shows 648 bytes and 8 lines of an error, and cuts off the rest (protocol.md B12). So each place is told once, and in
//! as many bytes as leave room for the others: the log has all of it. What to do stands second, where it is never cut off.

use source::{Failure, FailureKind, Origin};

/// As many lines as go shows.
const LINES_MAX: usize = 8;
/// As many bytes as go shows, less what the ends of lines take.
const BYTES_MAX: usize = 640;

/// The lines for a failure: what happened, what to do about it, and what happened at the other places.
pub(super) fn lines(failure: &Failure) -> Vec<String> {
    let advice = advice(failure.kind());
    let mut told = places(failure);
    told.truncate(LINES_MAX - 1);
    let room = (BYTES_MAX - advice.map_or(0, str::len)) / told.len();
    let mut lines: Vec<String> = told.iter().map(|line| shortened(line, room)).collect();
    lines.splice(1..1, advice.map(str::to_owned));
    lines
}

/// A line for each place, that of the failure itself first.
fn places(failure: &Failure) -> Vec<String> {
    let mut known: Vec<&Origin> = vec![failure.origin()];
    let mut lines = vec![failure.to_string()];
    for attempt in failure.trail().attempts() {
        if !known.contains(&&attempt.origin) {
            known.push(&attempt.origin);
            lines.push(format!("asked {attempt}"));
        }
    }
    lines
}

/// What the reader of a failure can do, where the failure does not say it by its nature.
fn advice(kind: FailureKind) -> Option<&'static str> {
    match kind {
        FailureKind::Unavailable => {
            Some("to go on: mend a place that was asked, or list another one, and try again")
        }
        FailureKind::Refused => Some("to go on: ask those who run this place for access"),
        FailureKind::NotFound | FailureKind::Mismatch => None,
    }
}

/// At most `room` bytes of `line`, between two characters.
fn shortened(line: &str, room: usize) -> String {
    const MARK: &str = "…";
    if line.len() <= room {
        return line.to_owned();
    }
    let end = line.floor_char_boundary(room.saturating_sub(MARK.len()));
    format!("{}{MARK}", &line[..end])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use source::Trail;

    use super::*;

    /// A failure of so many places, each of which says `said`.
    fn failure(places: usize, said: &str) -> Failure {
        let at = |n| Failure::unavailable(&Origin::new(format!("http://p{n}")), said, Duration::ZERO);
        let mut trail = Trail::default();
        (0..places).for_each(|n| trail.extend(at(n).trail().clone()));
        at(0).with_trail(trail)
    }

    #[test]
    fn each_place_is_told_once_and_what_to_do_comes_second() {
        let lines = lines(&failure(2, "is down"));
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines[0].starts_with("http://p0: unavailable: is down"));
        assert!(lines[1].starts_with("to go on: "));
        assert!(lines[2].starts_with("asked http://p1: unavailable: is down"));
    }

    #[test]
    fn whatever_places_say_go_shows_a_line_of_each() {
        for places in 1..=20 {
            let lines = lines(&failure(places, &"ä".repeat(600)));
            assert_eq!(lines.len(), LINES_MAX.min(places + 1));
            assert!(lines.join("\n").len() <= 648, "{places}");
            assert!(lines[0].ends_with('…'), "{lines:?}");
        }
    }
}
