//! The rows of a picture: a small run shows each request, a large one each module, and a huge one the modules that took longest.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Request;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it shows: a question, or a module with all that was asked about it.
    pub label: String,
    /// The positions of its requests.
    pub requests: Vec<usize>,
}

/// The rows that there is room for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// In the order of their first requests.
    pub rows: Vec<Row>,
    /// How many more there are.
    pub hidden: usize,
    /// How long the longest of those was waited for.
    pub hidden_longest: Duration,
}

/// At most `rows_max` rows.
pub(super) fn of(requests: &[Request], rows_max: usize) -> Rows {
    if requests.len() <= rows_max {
        let each =
            |(at, request): (usize, &Request)| Row { label: request.asked.clone(), requests: vec![at] };
        return Rows { rows: requests.iter().enumerate().map(each).collect(), ..Rows::default() };
    }
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, request) in requests.iter().enumerate() {
        groups.entry(&request.group).or_default().push(at);
    }
    let waited = |row: &Row| row.requests.iter().map(|at| requests[*at].took).sum::<Duration>();
    let mut rows: Vec<Row> =
        groups.into_iter().map(|(label, requests)| Row { label: label.to_owned(), requests }).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(waited(row)));
    let rest = rows.split_off(rows.len().min(rows_max));
    rows.sort_by_key(|row| row.requests.first().copied());
    Rows { rows, hidden: rest.len(), hidden_longest: rest.first().map(waited).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::super::samples::request;
    use super::*;

    fn labels(rows: &Rows) -> Vec<&str> {
        rows.rows.iter().map(|row| row.label.as_str()).collect()
    }

    #[test]
    fn many_requests_are_folded_by_module_and_the_quickest_hidden() {
        let requests = [request("b", 0, 5), request("a", 1, 3), request("b", 5, 1), request("c", 9, 2)];
        let each = of(&requests, 4);
        assert_eq!((each.rows.len(), each.hidden), (4, 0));
        let folded = of(&requests, 3);
        assert_eq!(labels(&folded), ["b@v1.0.0", "a@v1.0.0", "c@v1.0.0"]);
        assert_eq!((folded.rows[0].requests.clone(), folded.hidden), (vec![0, 2], 0));
        let some = of(&requests, 2);
        assert_eq!(labels(&some), ["b@v1.0.0", "a@v1.0.0"]);
        assert_eq!((some.hidden, some.hidden_longest), (1, Duration::from_millis(2)));
    }
}
