//! What is shown at `/metrics` besides requests and attempts: the checksum databases, and the scrub.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use server::{Labels, Moves, Watch};
use source::sumdb::Database;
use store::ScrubCounters;

use crate::wiring::databases::Trust;

/// The numbers that databases and scrub keep.
pub(super) fn watched(trust: &Trust, scrubbed: &Arc<ScrubCounters>) -> Vec<Watch> {
    let mut watches = vec![
        of_databases(
            trust,
            "sumdb_records",
            "Records in the newest proven tree",
            Moves::Freely,
            Database::tree_size,
        ),
        of_databases(
            trust,
            "sumdb_contradictions",
            "Signed tree heads that contradict those before them",
            Moves::Up,
            Database::contradictions,
        ),
    ];
    watches.extend([
        of_scrub(scrubbed, "scrub_artifacts", "Kept artifacts read again", |counters| &counters.artifacts),
        of_scrub(scrubbed, "scrub_bytes", "Bytes of them", |counters| &counters.bytes),
        of_scrub(scrubbed, "scrub_damaged", "Artifacts found damaged", |counters| &counters.damaged),
        of_scrub(scrubbed, "scrub_healed", "Damaged artifacts fetched again", |counters| &counters.healed),
        of_scrub(scrubbed, "scrub_rounds", "Times that everything was read", |counters| &counters.rounds),
    ]);
    watches
}

fn of_databases(
    trust: &Trust,
    name: &'static str,
    help: &'static str,
    moves: Moves,
    number: fn(&Database) -> u64,
) -> Watch {
    let databases = trust.databases.clone();
    let one = move |database: &Arc<Database>| -> (Labels, u64) {
        (vec![("database", database.name().to_string())], number(database))
    };
    Watch { name, help, moves, read: Box::new(move || databases.iter().map(one).collect()) }
}

fn of_scrub(
    scrubbed: &Arc<ScrubCounters>,
    name: &'static str,
    help: &'static str,
    number: fn(&ScrubCounters) -> &AtomicU64,
) -> Watch {
    let scrubbed = scrubbed.clone();
    let read = move || vec![(Labels::new(), number(&scrubbed).load(Ordering::Relaxed))];
    Watch { name, help, moves: Moves::Up, read: Box::new(read) }
}
