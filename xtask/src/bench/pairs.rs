//! Pairs of measurements, and what can honestly be said about them.

use crate::failure::{Context as _, Failure};

/// The seconds that both sides took, pair by pair. Never empty.
#[derive(Debug)]
pub(super) struct Pairs(Vec<[f64; 2]>);

impl Pairs {
    /// Reads a driver's output: a line per pair, ours and theirs.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let pairs = text.lines().map(pair).collect::<Result<Vec<_>, _>>()?;
        if pairs.is_empty() {
            return Err(Failure::new("the driver measured nothing"));
        }
        Ok(Self(pairs))
    }

    /// The median of the ratios, and their middle half: a difference smaller than that is noise.
    pub(super) fn verdict(&self) -> String {
        let ratios = sorted(self.0.iter().map(|[ours, theirs]| ours / theirs));
        let [low, median, high] = [1, 2, 3].map(|quarter| quantile(&ratios, quarter));
        format!("ratio {median:.2} ({low:.2} to {high:.2} in the middle half of {} pairs)", ratios.len())
    }

    /// The median of our seconds.
    pub(super) fn ours(&self) -> f64 {
        quantile(&sorted(self.0.iter().map(|[ours, _]| *ours)), 2)
    }

    /// The median of the other side's seconds.
    pub(super) fn theirs(&self) -> f64 {
        quantile(&sorted(self.0.iter().map(|[_, theirs]| *theirs)), 2)
    }
}

fn pair(line: &str) -> Result<[f64; 2], Failure> {
    let number = |word: &str| word.parse::<f64>().cannot(format_args!("read the measurement `{line}`"));
    match line.split_whitespace().collect::<Vec<_>>()[..] {
        [ours, theirs] => Ok([number(ours)?, number(theirs)?]),
        _ => Err(Failure::new(format!("the driver printed `{line}` instead of two numbers"))),
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The value below which `quarters` quarters of `sorted` lie, between two values where no value is the one.
fn quantile(sorted: &[f64], quarters: usize) -> f64 {
    let steps = (sorted.len() - 1) * quarters;
    let (below, rest) = (sorted[steps / 4], steps % 4);
    let above = sorted.get(steps / 4 + 1).copied().unwrap_or(below);
    below + [0.0, 0.25, 0.5, 0.75][rest] * (above - below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_middle_half_of_the_ratios() {
        let pairs = Pairs::parse("2 1\n3 1\n1 1\n4 1\n10 2\n").unwrap();
        assert_eq!(pairs.verdict(), "ratio 3.00 (2.00 to 4.00 in the middle half of 5 pairs)");
        assert!((pairs.ours() - 3.0).abs() < 1e-9 && (pairs.theirs() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn an_even_number_of_values_has_its_median_between_two() {
        assert!((quantile(&[1.0, 2.0], 2) - 1.5).abs() < 1e-9);
        assert!((quantile(&[1.0, 2.0], 1) - 1.25).abs() < 1e-9);
        assert!((quantile(&[7.0], 3) - 7.0).abs() < 1e-9);
    }

    #[test]
    fn a_driver_that_says_something_else_has_failed() {
        for text in ["", "1\n", "1 2 3\n", "a b\n"] {
            assert!(Pairs::parse(text).is_err(), "{text:?}");
        }
    }
}
