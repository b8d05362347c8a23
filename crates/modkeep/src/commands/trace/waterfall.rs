//! The picture for a terminal: a row for each request or module, a bar for when it was waited for, and the sums below.

use std::collections::BTreeSet;
use std::time::Duration;

use ladder::trace::{OfPlace, Row, Rows, Totals, Trace, Trouble};

use super::words::{count, fitted, size, span};

/// How many rows a picture has: what people look at in one go.
const ROWS_MAX: usize = 40;

/// Lines narrower than this have no start and no size.
const NARROW: usize = 90;

/// The least room for a bar.
const BAR_MIN: usize = 12;

/// How long a name of a place may be.
const PLACE_CHARS_MAX: usize = 60;

/// How long the words about a trouble may be.
const TROUBLE_CHARS_MAX: usize = 200;

/// What the terminal can show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    /// Characters in a line.
    pub(super) columns: usize,
    /// Whether blocks can be drawn.
    pub(super) blocks: bool,
}

/// How a picture is laid out.
struct Layout<'a> {
    trace: &'a Trace,
    chain: BTreeSet<usize>,
    screen: Screen,
    name: usize,
    bar: usize,
}

/// The picture, line by line.
pub(super) fn lines(trace: &Trace, screen: Screen) -> Vec<String> {
    let mut lines = Vec::new();
    if !trace.requests.is_empty() {
        let layout = Layout::of(trace, screen);
        let rows = trace.rows(ROWS_MAX);
        lines.push(layout.head());
        lines.extend(rows.rows.iter().map(|row| layout.row(row)));
        lines.extend(hidden(&rows));
        lines.push(String::new());
    }
    lines.extend(sums(&trace.totals(), trace.left_out));
    lines
}

impl<'a> Layout<'a> {
    fn of(trace: &'a Trace, screen: Screen) -> Self {
        let fixed = if screen.columns < NARROW { 21 } else { 43 };
        let rest = screen.columns.saturating_sub(fixed).max(2 * BAR_MIN);
        let bar = (rest * 2 / 5).max(BAR_MIN);
        Self { trace, chain: trace.longest_chain().into_iter().collect(), screen, name: rest - bar, bar }
    }

    fn head(&self) -> String {
        let end = span(self.trace.end());
        let scale = format!("0{end:>width$}", width = self.bar.saturating_sub(1));
        self.line(["start", "took", "size", "from", "asked"].map(str::to_owned), &scale)
    }

    fn row(&self, row: &Row) -> String {
        let requests = || row.requests.iter().map(|at| &self.trace.requests[*at]);
        let begun = requests().map(|request| request.begun).min().unwrap_or_default();
        let ended = requests().map(ladder::trace::Request::ended).max().unwrap_or_default();
        let bytes: u64 = requests().filter_map(|request| request.bytes).sum();
        let label = match row.requests.len() {
            1 => fitted(&row.label, self.name),
            many => {
                let many = format!(" ({many})");
                fitted(&row.label, self.name.saturating_sub(many.len())) + &many
            }
        };
        let cells = [span(begun), span(ended.saturating_sub(begun)), size(bytes), self.via(row), label];
        self.line(cells, &self.drawn(row))
    }

    /// Who answered; a `+` says that others did, too.
    fn via(&self, row: &Row) -> String {
        let all: BTreeSet<&str> =
            row.requests.iter().map(|at| self.trace.via(&self.trace.requests[*at])).collect();
        let first =
            row.requests.first().map(|at| self.trace.via(&self.trace.requests[*at])).unwrap_or_default();
        if all.len() > 1 { format!("{first}+") } else { first.to_owned() }
    }

    fn line(&self, [start, took, size, via, name]: [String; 5], bar: &str) -> String {
        let width = self.name;
        let line = if self.screen.columns < NARROW {
            format!("{took:>8}  {via:<9} {name:<width$} {bar}")
        } else {
            format!("{start:>9} {took:>9} {size:>10}  {via:<9} {name:<width$} {bar}")
        };
        line.trim_end().to_owned()
    }

    /// When its requests were waited for: darker for those of the longest chain.
    fn drawn(&self, row: &Row) -> String {
        let (full, light) = if self.screen.blocks { ('█', '░') } else { ('#', '-') };
        let mut cells = vec![' '; self.bar];
        for at in &row.requests {
            let request = &self.trace.requests[*at];
            let sign = if self.chain.contains(at) { full } else { light };
            let (from, to) = (self.cell(request.begun), self.cell(request.ended()));
            for cell in &mut cells[from..=to] {
                *cell = if *cell == full { full } else { sign };
            }
        }
        cells.into_iter().collect()
    }

    /// The cell of a moment.
    fn cell(&self, moment: Duration) -> usize {
        let end = self.trace.end().as_micros().max(1);
        let cell = moment.as_micros() * self.bar as u128 / end;
        usize::try_from(cell).unwrap_or(usize::MAX).min(self.bar - 1)
    }
}

fn hidden(rows: &Rows) -> Option<String> {
    let longest = span(rows.hidden_longest);
    (rows.hidden > 0).then(|| format!("and {} more, none of which took longer than {longest}", rows.hidden))
}

/// What is said below the rows.
fn sums(totals: &Totals, left_out: usize) -> Vec<String> {
    let Totals { requests, bytes, failures, wall, longest, places, troubles } = totals;
    let (chained, length) = longest;
    let mut lines = vec![match requests {
        0 => format!("no request, in {}", span(*wall)),
        _ => format!(
            "{}, {}, in {}; longest chain: {}, {}",
            count(*requests, "request"),
            size(*bytes),
            span(*wall),
            count(*chained, "request"),
            span(*length)
        ),
    }];
    if *failures > 0 {
        lines.push(format!("{} without an answer that go could use", count(*failures, "request")));
    }
    if left_out > 0 {
        lines.push(format!("the last {left_out} of them are not shown: so many are not remembered"));
    }
    lines.extend(places.iter().map(place));
    lines.extend(troubles.iter().map(trouble));
    lines
}

fn place(place: &OfPlace) -> String {
    let OfPlace { via, name, requests, bytes, waited } = place;
    let (requests, bytes, waited) = (count(*requests, "request"), size(*bytes), span(*waited));
    format!("  {via:<9} {requests:>13} {bytes:>10} {waited:>9}  {}", fitted(name, PLACE_CHARS_MAX))
        .trim_end()
        .to_owned()
}

fn trouble(trouble: &Trouble) -> String {
    let Trouble { name, kind, note, count } = trouble;
    let times = if *count == 1 { "once".to_owned() } else { format!("{count} times") };
    format!("  could not help, {times}: {}", fitted(&format!("{name}: {kind}: {note}"), TROUBLE_CHARS_MAX))
}

#[cfg(test)]
mod tests {
    use ladder::trace::Request;
    use source::Origin;

    use super::super::samples::{request, trace};
    use super::*;

    const SCREEN: Screen = Screen { columns: 100, blocks: false };

    #[test]
    fn a_bar_stands_where_its_request_was_waited_for() {
        let lines =
            lines(&trace(vec![request("a.example/m", 0, 50), request("b.example/n", 50, 49)]), SCREEN);
        assert!(lines[1].contains("  upstream  a.example/m@v1.0.0.mod  "), "{}", lines[1]);
        assert!(lines[1].ends_with("  ############"), "{}", lines[1]);
        assert!(lines[2].ends_with(&format!("  {}###########", " ".repeat(11))), "{}", lines[2]);
        assert_eq!(lines[4], "2 requests, 4.0 KiB, in 100 ms; longest chain: 2 requests, 99 ms");
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        let long = format!("{}.example/m", "x".repeat(300));
        let requests: Vec<Request> = (0..60).map(|n| request(&format!("{n}{long}"), n, 10)).collect();
        for columns in [50, 80, 120, 300] {
            let lines = lines(&trace(requests.clone()), Screen { columns, blocks: true });
            assert_eq!(lines.iter().take_while(|line| !line.is_empty()).count(), ROWS_MAX + 2);
            for line in lines {
                assert!(line.chars().count() <= columns.max(80), "{columns}: {line}");
            }
        }
    }

    #[test]
    fn what_a_stranger_says_moves_no_cursor() {
        let hostile = Origin::new("\x1b[2J\rhttps://evil.example");
        let evil = Request { origin: Some(hostile), ..request("\x1b]0;x\x07", 0, 1) };
        let text = lines(&trace(vec![evil]), SCREEN).join("\n");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }

    #[test]
    fn a_run_that_asked_nothing_says_so() {
        assert_eq!(lines(&trace(Vec::new()), SCREEN), ["no request, in 100 ms"]);
    }
}
