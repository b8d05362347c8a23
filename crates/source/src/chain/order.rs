//! In which order the places are asked.
//!
//! `a|b` says that either will do, so in resilient mode the healthier and clearly faster one of them is asked first. Nothing is
//! moved across a `,`, and an authoritative place stays where it is, so that no stranger is asked before it.

use gomod::goproxy::Fallback;
use resilience::Rank;

use super::Link;

/// A place in the order of asking.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn<'a> {
    pub(super) link: &'a Link,
    /// Where the places joined to this one by `|` end: a failure that stops the search stops it there, because in the order of
    /// the list the others of them come before the stop.
    pub(super) group_end: usize,
}

/// The places as the list has them.
pub(super) fn as_listed<'a>(links: &[&'a Link]) -> Vec<Turn<'a>> {
    links.iter().enumerate().map(|(at, link)| Turn { link, group_end: at + 1 }).collect()
}

/// The places, each group of equals with the best first.
pub(super) fn best_first<'a>(links: &[&'a Link]) -> Vec<Turn<'a>> {
    let mut turns = as_listed(links);
    let mut start = 0;
    while start < turns.len() {
        let end = group_end(links, start);
        let group = &mut turns[start..end];
        for turn in group.iter_mut() {
            turn.group_end = end;
        }
        group.sort_by_cached_key(|turn| rank(turn.link));
        start = end;
    }
    turns
}

/// Where the run of places without authority joined by `|` ends that begins at `start`.
fn group_end(links: &[&Link], start: usize) -> usize {
    let joined = |at: usize| {
        let next_has_none = links.get(at + 1).is_some_and(|next| !next.authoritative);
        links[at].then == Fallback::AnyError && !links[at].authoritative && next_has_none
    };
    (start..links.len()).find(|at| !joined(*at)).map_or(links.len(), |last| last + 1)
}

/// A place without vital signs cannot be compared, and comes first.
fn rank(link: &Link) -> Option<Rank> {
    link.vitals.as_ref().map(|vitals| vitals.rank())
}
