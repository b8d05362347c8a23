//! What was injected against what was said, and the measure that comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use doctor::Cause;

use crate::case::Label;

/// Counts over all cases.
#[derive(Debug, Default)]
pub(crate) struct Matrix {
    /// By what was injected and what was said; none for nothing.
    cells: BTreeMap<(Option<Cause>, Option<Cause>), u64>,
    right: u64,
    missed: u64,
    made_up: u64,
}

impl Matrix {
    /// Counts one case; whether something was wrong in it.
    pub(crate) fn add(&mut self, expected: &BTreeSet<Label>, said: &BTreeSet<Label>) -> bool {
        let right: Vec<&Label> = expected.intersection(said).collect();
        for (_, cause) in &right {
            *self.cells.entry((Some(*cause), Some(*cause))).or_default() += 1;
        }
        let mut made_up: Vec<&Label> = said.difference(expected).collect();
        let missed: Vec<&Label> = expected.difference(said).collect();
        self.right += right.len() as u64;
        self.missed += missed.len() as u64;
        self.made_up += made_up.len() as u64;
        let is_wrong = !missed.is_empty() || !made_up.is_empty();
        for (place, cause) in missed {
            // What was said of the same place in its stead.
            let instead = made_up.iter().position(|(other, _)| other == place).map(|at| made_up.remove(at).1);
            *self.cells.entry((Some(*cause), instead)).or_default() += 1;
        }
        for (_, cause) in made_up {
            *self.cells.entry((None, Some(*cause))).or_default() += 1;
        }
        is_wrong
    }

    /// The harmonic mean of precision and recall over all pairs of place and cause.
    #[expect(clippy::cast_precision_loss, reason = "some thousand pairs")]
    pub(crate) fn f1(&self) -> f64 {
        let twice = (2 * self.right) as f64;
        twice / (twice + (self.missed + self.made_up) as f64)
    }
}

impl fmt::Display for Matrix {
    /// A row for each injected cause: how often it was said, and what else was.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |cause: Option<Cause>| cause.map_or("nothing", Cause::code);
        writeln!(f, "{:<32} {:>8} {:>6}  instead", "injected", "injected", "said")?;
        for injected in Cause::ALL.map(Some).into_iter().chain([None]) {
            let row: Vec<_> = self.cells.iter().filter(|((row, _), _)| *row == injected).collect();
            let all: u64 = row.iter().map(|(_, count)| **count).sum();
            if all == 0 {
                continue;
            }
            let said: u64 =
                row.iter().filter(|((_, said), _)| *said == injected).map(|(_, count)| **count).sum();
            let others = row.iter().filter(|((_, said), _)| *said != injected);
            let others: Vec<String> =
                others.map(|((_, said), count)| format!("{} {count}", name(*said))).collect();
            writeln!(f, "{:<32} {all:>8} {said:>6}  {}", name(injected), others.join(", "))?;
        }
        let Self { right, missed, made_up, .. } = self;
        write!(f, "{right} right, {missed} missed, {made_up} made up: F1 {:.4}", self.f1())
    }
}
