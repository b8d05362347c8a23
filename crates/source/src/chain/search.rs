//! What was found out so far, while no place has answered.

use std::time::Duration;

use super::Link;
use crate::{Failure, FailureKind, Origin, Trail};

/// The failures so far.
#[derive(Debug, Default)]
pub(super) struct Search {
    trail: Trail,
    worst: Option<Failure>,
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
        let Self { trail, worst, .. } = self;
        worst.unwrap_or_else(|| nobody("no place is configured")).with_trail(trail)
    }
}

/// Nobody could be asked at all.
pub(super) fn nobody(message: &str) -> Failure {
    Failure::new(FailureKind::Unavailable, &Origin::new("modkeep"), message, Duration::ZERO).permanent()
}
