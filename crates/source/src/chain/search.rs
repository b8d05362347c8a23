//! What was found out so far, while no place has answered.

use std::time::Duration;

use super::Link;
use crate::{Failure, FailureKind, Origin, Trail};

/// The failures so far.
#[derive(Debug, Default)]
pub(super) struct Search {
    trail: Trail,
    worst: Option<Failure>,
    /// The failure of a place that only stands in for the others.
    stand_in: Option<Failure>,
    passed_over: Vec<Failure>,
}

impl Search {
    /// A place has failed.
    pub(super) fn add(&mut self, failure: Failure) {
        if failure.is_passed_over() {
            return self.passed_over.push(failure);
        }
        self.trail.extend(failure.trail().clone());
        if self.worst.as_ref().is_none_or(|worst| failure.kind() > worst.kind()) {
            self.worst = Some(failure);
        }
    }

    /// A place has failed that only stands in for the others: what they say comes first, if they say that it does not exist.
    pub(super) fn add_of_stand_in(&mut self, failure: Failure) {
        if failure.kind() == FailureKind::Mismatch {
            return self.add(failure);
        }
        self.trail.extend(failure.trail().clone());
        self.stand_in = Some(failure);
    }

    /// Something else that belongs to the story.
    pub(super) fn note(&mut self, trail: Trail) {
        self.trail.extend(trail);
    }

    /// Those of the places that were passed over, to be asked after all. Forgets that they were.
    pub(super) fn take_passed_over<'a>(&mut self, links: &[&'a Link]) -> Vec<&'a Link> {
        let passed_over = std::mem::take(&mut self.passed_over);
        let was = |link: &Link| passed_over.iter().any(|failure| *failure.origin() == link.origin);
        links.iter().filter(|link| was(link)).copied().collect()
    }

    /// The story so far.
    pub(super) fn into_trail(self) -> Trail {
        let passed_over = self.passed_over.iter().map(|failure| failure.trail().clone());
        let mut trail = Trail::default();
        passed_over.chain([self.trail]).for_each(|part| trail.extend(part));
        trail
    }

    /// The most serious failure, the first of its kind, with everybody's behind it: "could not find out" earlier on is not
    /// forgotten when the search ends with a "no".
    pub(super) fn give_up(mut self) -> Failure {
        for failure in std::mem::take(&mut self.passed_over) {
            self.trail.extend(failure.trail().clone());
            self.worst = Some(failure)
                .filter(|new| self.worst.as_ref().is_none_or(|worst| new.kind() > worst.kind()))
                .or(self.worst);
        }
        let Self { trail, worst, stand_in, .. } = self;
        let worst = match (worst, stand_in) {
            (Some(word), Some(_)) if word.kind() == FailureKind::NotFound => Some(word),
            (Some(worst), Some(stand_in)) if worst.kind() >= stand_in.kind() => Some(worst),
            (worst, stand_in) => stand_in.or(worst),
        };
        worst.unwrap_or_else(|| nobody("no place is configured")).with_trail(trail)
    }
}

/// Nobody could be asked at all.
pub(super) fn nobody(message: &str) -> Failure {
    Failure::new(FailureKind::Unavailable, &Origin::new("modkeep"), message, Duration::ZERO).permanent()
}
