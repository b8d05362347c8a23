//! How a drill is told: the table, a line while it goes on, and the JSON file.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use super::runs::{Outcome, Row, Run, Way};
use crate::report::Failed;

/// The table as JSON: `--json FILE`. Fields may be added; none is ever taken away or changes its meaning.
#[derive(Debug, Serialize)]
struct Report<'a> {
    /// 1.
    schema: u32,
    /// How long one download was allowed to take.
    timeout_seconds: f64,
    /// Whether modkeep got through all of it.
    survived: bool,
    rows: Vec<ReportedRow<'a>>,
}

#[derive(Debug, Serialize)]
struct ReportedRow<'a> {
    fault: &'a str,
    meaning: &'a str,
    survived: bool,
    /// `go_comma`, `go_pipe` and `modkeep`.
    runs: BTreeMap<&'a str, ReportedRun<'a>>,
}

#[derive(Debug, Serialize)]
struct ReportedRun<'a> {
    /// `built`, `wrong`, `refused`, `failed` or `hung`.
    outcome: &'a str,
    seconds: f64,
    /// Whether the fault struck.
    met: bool,
    /// The last lines that were printed.
    said: &'a [String],
}

/// The names of the faults, and what they mean.
pub(super) fn list(out: &mut dyn Write) -> Result<(), Failed> {
    for fault in faults::CATALOGUE {
        writeln!(out, "{:<15} {}", fault.name, fault.meaning)?;
    }
    Ok(())
}

/// The table, and a line that sums it up.
pub(super) fn print(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let [comma, pipe, modkeep] = Way::ALL.map(Way::head);
    writeln!(out, "{:<15} {comma:<16} {pipe:<16} {modkeep:<16} the first proxy", "fault")?;
    for row in rows {
        let [comma, pipe, modkeep] = row.runs.each_ref().map(cell);
        let (name, meaning) = (row.fault.name, row.fault.meaning);
        writeln!(out, "{name:<15} {comma:<16} {pipe:<16} {modkeep:<16} {meaning}")?;
    }
    writeln!(out, "\n{}", sum(rows))?;
    if rows.iter().any(|row| row.runs.iter().any(|run| !run.is_met)) {
        writeln!(out, "*: the fault did not strike, for nothing was asked that it touches")?;
    }
    Ok(())
}

fn cell(run: &Run) -> String {
    let star = if run.is_met { "" } else { "*" };
    format!("{}{star} {:.1} s", run.outcome.word(), run.took.as_secs_f64())
}

fn sum(rows: &[Row]) -> String {
    let through = |at: usize| rows.iter().filter(|row| row.runs[at].outcome == Outcome::Built).count();
    let [comma, pipe, modkeep] = [0, 1, 2].map(through);
    let refused = rows.iter().filter(|row| row.runs[2].outcome == Outcome::Refused).count();
    let refused = match refused {
        0 => String::new(),
        many => format!(" (and took no for an answer in {many})"),
    };
    let all = rows.len();
    format!(
        "through: modkeep {modkeep} of {all}{refused}; plain go {comma} with , and {pipe} with | in its list"
    )
}

/// A row in one line, while the drill goes on.
pub(super) fn progress(row: &Row) -> String {
    let cells = Way::ALL.iter().zip(&row.runs).map(|(way, run)| format!("{} {}", way.head(), cell(run)));
    format!("{}: {}", row.fault.name, cells.collect::<Vec<_>>().join(", "))
}

/// The table as JSON.
pub(super) fn json(rows: &[Row], timeout: Duration) -> serde_json::Result<String> {
    let survived = rows.iter().all(Row::is_survived);
    let rows = rows.iter().map(reported).collect();
    let report = Report { schema: 1, timeout_seconds: timeout.as_secs_f64(), survived, rows };
    serde_json::to_string_pretty(&report).map(|text| text + "\n")
}

fn reported(row: &Row) -> ReportedRow<'_> {
    let run = |run: &Run| (run.outcome.word(), run.took.as_secs_f64(), run.is_met);
    let runs = Way::ALL.iter().zip(&row.runs).map(|(way, cell)| {
        let (outcome, seconds, met) = run(cell);
        (way.name(), ReportedRun { outcome, seconds, met, said: &cell.said })
    });
    let survived = row.is_survived();
    ReportedRow { fault: row.fault.name, meaning: row.fault.meaning, survived, runs: runs.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, outcomes: [Outcome; 3]) -> Row {
        let run = |outcome| Run {
            outcome,
            took: Duration::from_millis(1240),
            is_met: outcome != Outcome::Wrong,
            said: vec!["words".to_owned()],
        };
        Row { fault: faults::find(name).unwrap(), runs: outcomes.map(run) }
    }

    #[test]
    fn a_row_says_how_each_download_ended() {
        let rows = [
            row("stall", [Outcome::Hung, Outcome::Failed, Outcome::Built]),
            row("403", [Outcome::Refused, Outcome::Wrong, Outcome::Refused]),
        ];
        let mut text = Vec::new();
        print(&rows, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[1].starts_with(
                "stall           hung 1.2 s       failed 1.2 s     built 1.2 s      falls silent"
            ),
            "{text}"
        );
        assert!(lines[2].contains("wrong* 1.2 s"), "{text}");
        assert!(
            lines[4].starts_with("through: modkeep 1 of 2 (and took no for an answer in 1); plain go 0"),
            "{text}"
        );
        assert!(lines[5].starts_with("*: the fault did not strike"), "{text}");
    }

    #[test]
    fn the_file_has_the_same_for_machines() {
        let rows = [row("stall", [Outcome::Hung, Outcome::Failed, Outcome::Wrong])];
        let value: serde_json::Value =
            serde_json::from_str(&json(&rows, Duration::from_mins(1)).unwrap()).unwrap();
        assert_eq!((&value["survived"], &value["rows"][0]["survived"]), (&false.into(), &false.into()));
        let run = &value["rows"][0]["runs"]["go_comma"];
        assert_eq!((&run["outcome"], &run["said"][0]), (&"hung".into(), &"words".into()));
    }
}
