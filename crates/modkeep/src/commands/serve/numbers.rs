//! What is shown at `/metrics` besides requests and attempts: the checksum databases, the scrub, and looking ahead.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use server::{Labels, Moves, Watch};
use source::sumdb::Database;
use source::{Kind, Numbers};
use store::ScrubCounters;

use super::wiring::LookAhead;
use crate::wiring::databases::Trust;

/// The numbers that databases, scrub and the one who looks ahead keep.
pub(super) fn watched(trust: &Trust, scrubbed: &Arc<ScrubCounters>, ahead: Option<&LookAhead>) -> Vec<Watch> {
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
    watches.extend(ahead.into_iter().flat_map(of_ahead));
    watches
}

/// What one number says of looking ahead, and which it is.
type OfAhead = (&'static str, &'static str, Moves, fn(&Numbers) -> u64);

const OF_AHEAD: [OfAhead; 7] = [
    ("ahead_asked", "Questions asked of upstreams before a client had", Moves::Up, |n| n.asked),
    ("ahead_claimed", "Those that a client has asked afterwards", Moves::Up, |n| n.claimed),
    ("ahead_failed", "Those that brought nothing", Moves::Up, |n| n.failed),
    ("ahead_dropped", "Questions that waited to be asked ahead and were not", Moves::Up, |n| n.dropped),
    ("ahead_fetched_bytes", "Bytes fetched ahead", Moves::Up, |n| n.fetched_bytes),
    ("ahead_wasted_bytes", "Bytes fetched ahead that no client asked for in time", Moves::Up, |n| {
        n.wasted_bytes
    }),
    ("ahead_unclaimed_bytes", "Bytes fetched ahead that may yet be asked for", Moves::Freely, |n| {
        n.unclaimed_bytes
    }),
];

/// The numbers do not keep alive whom they are of: he tells them of each attempt, and so keeps them.
fn of_ahead(ahead: &LookAhead) -> Vec<Watch> {
    let watch = |(name, help, moves, number): OfAhead| {
        let ahead = Arc::downgrade(ahead);
        let of_kind = move |(kind, numbers): (Kind, Numbers)| {
            (vec![("kind", kind.suffix().trim_start_matches('.').to_owned())], number(&numbers))
        };
        Watch {
            name,
            help,
            moves,
            read: Box::new(move || {
                ahead.upgrade().into_iter().flat_map(|ahead| ahead.numbers()).map(of_kind).collect()
            }),
        }
    };
    OF_AHEAD.into_iter().map(watch).collect()
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
