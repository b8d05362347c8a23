//! What came of asking for tiles, while not all of them are proven.

use std::time::Duration;

use gomod::gosumdb::DatabaseName;
use gomod::tlog::TreeHead;

use crate::{Failure, FailureKind, Origin, Trail};

/// The failures so far.
#[derive(Debug, Default)]
pub(super) struct Search {
    trail: Trail,
    worst: Option<Failure>,
}

impl Search {
    /// A place has failed.
    pub(super) fn failed(&mut self, failure: Failure) {
        self.trail.extend(failure.trail().clone());
        if self.worst.as_ref().is_none_or(|worst| failure.kind() > worst.kind()) {
            self.worst = Some(failure);
        }
    }

    /// A place has sent tiles that do not fit.
    pub(super) fn disproven(&mut self, place: &Origin, head: TreeHead) {
        let message = format!("it sent tiles that are not those of the tree of {} records", head.size);
        tracing::error!(%place, message, "SECURITY: a checksum database's tiles are forged or damaged");
        self.failed(Failure::new(FailureKind::Mismatch, place, message, Duration::ZERO));
    }

    /// That a place has no such tile says nothing about what was to be proven with it.
    pub(super) fn give_up(self, database: &DatabaseName, head: TreeHead) -> Failure {
        let kept = Failure::unavailable(&Origin::new("modkeep"), "they are not kept here", Duration::ZERO);
        let worst = self.worst.unwrap_or(kept);
        let kind = worst.kind().max(FailureKind::Unavailable);
        let (size, why) = (head.size, worst.message());
        let message =
            format!("cannot get the tiles of {database} that prove a tree of {size} records: {why}");
        Failure::new(kind, worst.origin(), message, Duration::ZERO).with_trail(self.trail)
    }
}
