//! How long each part of a chore took, told at its end: CI has a time budget, and this shows who spends it.

use std::time::{Duration, Instant};

use crate::failure::Failure;

/// The parts so far, in the order in which they ran.
#[derive(Default)]
pub(crate) struct Phases(Vec<(String, Duration)>);

impl Phases {
    /// Runs `work` as the part called `name`. A part that fails is timed too.
    pub(crate) fn time<T>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        println!("== {name}");
        let start = Instant::now();
        let result = work();
        self.0.push((name.to_owned(), start.elapsed()));
        result
    }

    /// One line per part, and their sum.
    pub(crate) fn report(&self) -> String {
        let sum = ("in all".to_owned(), self.0.iter().map(|(_, took)| *took).sum());
        let lines = self.0.iter().chain(std::iter::once(&sum));
        lines
            .map(|(name, took)| format!("{:>8.1} s  {name}\n", took.as_secs_f64()))
            .collect::<Vec<_>>()
            .concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_parts_are_reported_too() {
        let mut phases = Phases::default();
        assert!(phases.time("go", || Ok(7)).is_ok_and(|seven| seven == 7));
        assert!(phases.time("cargo test", || Err::<(), _>(Failure::new("red"))).is_err());
        let report = phases.report();
        let names: Vec<&str> =
            report.lines().filter_map(|line| line.split_once("s  ")).map(|(_, n)| n).collect();
        assert_eq!(names, ["go", "cargo test", "in all"]);
    }
}
