//! Counts for people: a table per function, and one of the errors that were reached.

use std::io::Write;

/// Differences that are printed of one function; the rest is only counted.
const SHOWN_MAX: usize = 5;

/// What came of the inputs of one function.
#[derive(Default, Clone)]
pub(crate) struct Count {
    pub(crate) name: &'static str,
    pub(crate) accepted: usize,
    pub(crate) rejected: usize,
    pub(crate) differences: usize,
}

impl Count {
    pub(crate) fn of(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    /// Counts one input; `describe` says what is different about it.
    pub(crate) fn add(&mut self, accepted: bool, same: bool, describe: impl FnOnce() -> String) {
        if accepted {
            self.accepted += 1;
        } else {
            self.rejected += 1;
        }
        if same {
            return;
        }
        self.differences += 1;
        if self.differences <= SHOWN_MAX {
            println!("{} of {}\n", self.name, describe());
        }
    }

    pub(crate) fn inputs(&self) -> usize {
        self.accepted + self.rejected
    }
}

/// The sum over all functions.
pub(crate) fn total(counts: &[Count]) -> Count {
    counts.iter().fold(Count::of("total"), |sum, count| Count {
        accepted: sum.accepted + count.accepted,
        rejected: sum.rejected + count.rejected,
        differences: sum.differences + count.differences,
        ..sum
    })
}

/// Prints at the start how to repeat a run, in case it does not get to its end.
pub(crate) fn announce(what: &str, seed: u64) {
    print_past_capture(&format!("\n{what}: seed {seed} (set MODKEEP_SEED to try another)\n"));
}

/// Prints the numbers, which are what this test is asked for.
pub(crate) fn print(counts: &[Count], hits: &[(String, usize)], intended: &[(String, usize)]) {
    let mut lines = vec![String::new()];
    lines.push(row("function", ["inputs", "accepted", "rejected", "differences"]));
    for count in counts.iter().chain([&total(counts)]) {
        let numbers = [count.inputs(), count.accepted, count.rejected, count.differences];
        lines.push(row(count.name, numbers.map(|number| number.to_string())));
    }
    lines.extend([String::new(), "errors of ours that were reached".to_owned()]);
    lines.extend(hits.iter().map(|(name, count)| format!("{name:<36}{count:>9}")));
    lines.extend([String::new(), "differences that are meant (see intended.rs)".to_owned()]);
    lines.extend(intended.iter().map(|(name, count)| format!("{name:<36}{count:>9}")));
    print_past_capture(&(lines.join("\n") + "\n"));
}

/// The test runner would keep what `println!` prints from people.
fn print_past_capture(text: &str) {
    std::io::stdout().lock().write_all(text.as_bytes()).expect("standard output takes text");
}

fn row<T: std::fmt::Display>(name: &str, cells: [T; 4]) -> String {
    let [inputs, accepted, rejected, differences] = cells;
    format!("{name:<20}{inputs:>9}{accepted:>10}{rejected:>10}{differences:>13}")
}
