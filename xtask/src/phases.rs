//! How long each part of a chore took, told at its end: CI has a time budget, and this shows who spends it.

use std::time::{Duration, Instant};

use crate::failure::Failure;

/// The parts so far, in the order in which they ran, and what those said that failed.
#[derive(Default)]
pub(crate) struct Phases {
    took: Vec<(String, Duration)>,
    failed: Vec<String>,
}

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
        self.took.push((name.to_owned(), start.elapsed()));
        result
    }

    /// Like [`Phases::time`], for a part whose failure stops no other: it is told at once and kept for the end.
    pub(crate) fn attempt<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Option<T> {
        let result = self.time(name, work);
        if let Err(failure) = &result {
            println!("FAILED {name}: {failure}");
            self.failed.push(format!("{name}: {failure}"));
        }
        result.ok()
    }

    /// Fails if a part did that was attempted, and says what each of them said.
    pub(crate) fn conclusion(&self) -> Result<(), Failure> {
        let told = self.failed.join("\n  ");
        if told.is_empty() { Ok(()) } else { Err(Failure::new(format!("not all went well:\n  {told}"))) }
    }

    /// One line per part, and their sum.
    pub(crate) fn report(&self) -> String {
        let sum = ("in all".to_owned(), self.took.iter().map(|(_, took)| *took).sum());
        let lines = self.took.iter().chain(std::iter::once(&sum));
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

    #[test]
    fn a_failed_part_stops_no_other_and_fails_the_whole() {
        let mut phases = Phases::default();
        assert!(phases.conclusion().is_ok());
        assert_eq!(phases.attempt("cargo test", || Err::<(), _>(Failure::new("red"))), None);
        assert_eq!(phases.attempt("fuzz targets", || Ok(7)), Some(7));
        assert_eq!(phases.report().lines().count(), 3);
        assert!(phases.conclusion().is_err_and(|failure| failure.to_string().ends_with("cargo test: red")));
    }
}
