//! Values that were measured in rounds, and what can honestly be said about them.

/// The values of one side, in the order of the rounds. A round that failed has none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample(pub(super) Vec<Option<f64>>);

/// The middle of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Middle {
    /// A quarter of the values lie below this.
    pub(super) low: f64,
    /// Half of them.
    pub(super) median: f64,
    /// Three quarters of them.
    pub(super) high: f64,
}

impl Sample {
    /// The median and the middle half: a difference that is smaller is noise. `None` when every round failed.
    pub(super) fn middle(&self) -> Option<Middle> {
        let mut values: Vec<f64> = self.0.iter().flatten().copied().collect();
        values.sort_by(f64::total_cmp);
        let [low, median, high] = [1, 2, 3].map(|quarter| quantile(&values, quarter));
        Some(Middle { low: low?, median: median?, high: high? })
    }

    /// This one divided by `other`, round by round, where both have a value and the other is not 0.
    pub(super) fn over(&self, other: &Self) -> Self {
        let ratio = |(ours, theirs): (&Option<f64>, &Option<f64>)| {
            let theirs = theirs.filter(|theirs| *theirs != 0.0)?;
            Some((*ours)? / theirs)
        };
        Self(self.0.iter().zip(&other.0).map(ratio).collect())
    }
}

/// The value below which `quarters` quarters of `sorted` lie, between two values where no value is the one.
fn quantile(sorted: &[f64], quarters: usize) -> Option<f64> {
    let steps = sorted.len().checked_sub(1)? * quarters;
    let (below, rest) = (*sorted.get(steps / 4)?, steps % 4);
    let above = sorted.get(steps / 4 + 1).copied().unwrap_or(below);
    Some(below + [0.0, 0.25, 0.5, 0.75][rest] * (above - below))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample(values.iter().copied().map(Some).collect())
    }

    #[test]
    fn the_median_and_the_middle_half_of_the_ratios() {
        let ratios = sample(&[2.0, 3.0, 1.0, 4.0, 10.0]).over(&sample(&[1.0, 1.0, 1.0, 1.0, 2.0]));
        assert_eq!(ratios.middle(), Some(Middle { low: 2.0, median: 3.0, high: 4.0 }));
    }

    #[test]
    fn an_even_number_of_values_has_its_median_between_two() {
        let middle = sample(&[2.0, 1.0]).middle();
        assert_eq!(middle, Some(Middle { low: 1.25, median: 1.5, high: 1.75 }));
    }

    #[test]
    fn failed_rounds_and_zeros_make_no_ratio() {
        let ours = Sample(vec![Some(1.0), None, Some(4.0)]);
        assert_eq!(ours.over(&sample(&[0.0, 1.0, 2.0])), Sample(vec![None, None, Some(2.0)]));
        assert_eq!(Sample(vec![None]).middle(), None);
        assert_eq!(Sample(Vec::new()).middle(), None);
    }
}
