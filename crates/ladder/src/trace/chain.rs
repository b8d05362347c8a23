//! The longest chain: requests of which each came after the answer to the one before.
//!
//! go asks for a module when it has read the go.mod that names it, so a chain is what a faster network or a nearer cache would shorten.

use std::time::Duration;

use super::Request;

/// The positions of the requests of the chain that took longest, in the order in which they came. Of two that are as long the one counts that
/// ends first.
pub(super) fn longest(requests: &[Request]) -> Vec<usize> {
    let mut by_end: Vec<usize> = (0..requests.len()).collect();
    by_end.sort_by_key(|at| requests[*at].ended());
    // For each prefix of `by_end`: the position in it where the longest chain ends, and how long that is.
    let mut best: Vec<(usize, Duration)> = Vec::with_capacity(by_end.len());
    let mut before: Vec<Option<usize>> = Vec::with_capacity(by_end.len());
    for (place, at) in by_end.iter().enumerate() {
        let request = &requests[*at];
        let earlier = by_end.partition_point(|other| requests[*other].ended() <= request.begun).min(place);
        let previous = earlier.checked_sub(1).map(|last| best[last]);
        let total = request.took + previous.map_or(Duration::ZERO, |(_, total)| total);
        before.push(previous.map(|(end, _)| end));
        let so_far = best.last().copied().filter(|(_, longest)| *longest >= total);
        best.push(so_far.unwrap_or((place, total)));
    }
    let mut chain = Vec::new();
    let mut next = best.last().map(|(end, _)| *end);
    while let Some(place) = next {
        chain.push(by_end[place]);
        next = before[place];
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use super::super::samples::request;
    use super::*;

    fn chain(spans: &[(u64, u64)]) -> Vec<usize> {
        let requests: Vec<Request> = spans.iter().map(|(begun, took)| request("a", *begun, *took)).collect();
        longest(&requests)
    }

    #[test]
    fn what_ran_at_the_same_time_is_in_no_chain_together() {
        assert_eq!(chain(&[]), [0; 0]);
        assert_eq!(chain(&[(0, 10), (0, 10), (0, 11)]), [2]);
        assert_eq!(chain(&[(0, 10), (10, 5), (15, 1)]), [0, 1, 2]);
        assert_eq!(
            chain(&[(0, 10), (9, 5), (14, 3)]),
            [0, 2],
            "the second came before the first had its answer"
        );
    }

    #[test]
    fn the_longest_time_counts_and_not_the_number() {
        assert_eq!(chain(&[(0, 2), (2, 2), (4, 2), (1, 20)]), [3]);
        assert_eq!(chain(&[(0, 5), (1, 30), (5, 5), (10, 30)]), [0, 2, 3]);
    }
}
