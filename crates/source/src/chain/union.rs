//! The lists of several places as one, so that no one place can make a version vanish.

use std::time::Duration;

use super::search::Search;
use crate::{Answer, Assurance, Failure, Kind, Origin, Trail, VersionList};

/// What one place says to a list.
pub(super) struct Listed {
    versions: VersionList,
    origin: Origin,
    assurance: Assurance,
    trail: Trail,
}

impl Listed {
    /// Reads an answer to its end.
    pub(super) async fn read(answer: Answer) -> Result<Self, Failure> {
        let Answer { body, origin, assurance, trail, .. } = answer;
        let broken = |why: String| Failure::unavailable(&origin, why, Duration::ZERO);
        let bytes = body.into_bytes(Kind::List.size_max()).await.map_err(|e| broken(e.to_string()))?;
        let text = std::str::from_utf8(&bytes).map_err(|e| broken(format!("the list is not UTF-8: {e}")))?;
        let versions =
            VersionList::parse(text).ok_or_else(|| broken("the answer is not a version list".into()))?;
        Ok(Self { versions, origin, assurance, trail })
    }
}

/// The lists so far, with the positions of their places.
#[derive(Default)]
pub(super) struct Union(Vec<(usize, Listed)>);

impl Union {
    /// Adds the list of the place at this position, and gives its trail back.
    pub(super) fn add(&mut self, at: usize, mut list: Listed) -> Trail {
        let trail = std::mem::take(&mut list.trail);
        self.0.push((at, list));
        trail
    }

    /// A place before this position had the last word: what those behind it said meanwhile does not count.
    pub(super) fn end_at(&mut self, end: usize) {
        self.0.retain(|(at, _)| *at < end);
    }

    /// Whether no place has answered.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them as one, in the name of the first place of the list; worth no more than the least of them.
    pub(super) fn into_answer(mut self, search: Search) -> Result<Answer, Failure> {
        self.0.sort_by_key(|(at, _)| *at);
        let Some(origin) = self.0.first().map(|(_, list)| list.origin.clone()) else {
            return Err(search.give_up());
        };
        let weakest = self.0.iter().map(|(_, list)| list.assurance).min();
        let mut versions = VersionList::default();
        self.0.into_iter().for_each(|(_, list)| versions.merge(list.versions));
        let answer = Answer::live(versions.to_text().into(), origin, search.into_trail());
        Ok(Answer { assurance: weakest.unwrap_or(Assurance::RECEIVED), ..answer })
    }
}
