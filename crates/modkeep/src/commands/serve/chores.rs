//! What a server does in the background for what it keeps: removing what is over its limits, reading everything for damage, and
//! trying a disk again that took nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use source::Source;
use store::disk::gc::{Limits, Look, collect};
use store::{DiskStore, Scrub, ScrubCounters};
use tokio::time::sleep;

use crate::report::Failed;
use crate::settings::{Settings, table};

/// How often a disk is tried again that took nothing. Operators look at a probe about as often.
const RETRY: Duration = Duration::from_secs(5);

/// How long a scrub rests between two rounds. Disks rot over months, and each round costs some of the disk's time.
const SCRUB_PAUSE: Duration = Duration::from_hours(24);

/// Starts them all; they end with the runtime. `places` is who gives damaged things again. What the scrub has done is counted.
pub(super) fn start(
    settings: &Settings,
    store: &Arc<DiskStore>,
    places: &Arc<dyn Source>,
) -> Result<Arc<ScrubCounters>, Failed> {
    tokio::spawn(try_again(store.clone()));
    let counters = Arc::<ScrubCounters>::default();
    if let Some(rate) = settings.get(&table::SCRUB_RATE)? {
        let (store, places) = (DiskStore::clone(store), places.clone());
        let scrub = Scrub { store, places, rate, pause: SCRUB_PAUSE, counters: counters.clone() };
        tokio::spawn(scrub.run());
    }
    let limits = Limits {
        older_than: settings.get(&table::GC_OLDER_THAN)?,
        size_max: settings.get(&table::GC_MAX_SIZE)?,
    };
    if limits != Limits::default() {
        tokio::spawn(collect_garbage(store.clone(), limits, settings.get(&table::GC_INTERVAL)?));
    }
    Ok(counters)
}

async fn try_again(store: Arc<DiskStore>) {
    loop {
        sleep(RETRY).await;
        store.try_again().await;
    }
}

async fn collect_garbage(store: Arc<DiskStore>, limits: Limits, interval: Duration) {
    let stop = Stop::default();
    // Servers that were started together do not begin together.
    sleep(interval.mul_f64(fastrand::f64())).await;
    loop {
        let (store, stopped) = (store.clone(), stop.0.clone());
        // It ends early only when the process does.
        let _ = tokio::task::spawn_blocking(move || collect_once(&store, &limits, &stopped)).await;
        sleep(interval.mul_f64(0.9 + fastrand::f64() / 5.0)).await;
    }
}

/// Set when the task that holds it ends: the end of a server does not wait for a walk over the whole store.
#[derive(Default)]
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn collect_once(store: &DiskStore, limits: &Limits, stopped: &AtomicBool) {
    let wanted = |_: &_| if stopped.load(Ordering::Relaxed) { Look::NoFurther } else { Look::At };
    let mut failed = 0_u64;
    let outcome = collect(store.root(), limits, SystemTime::now(), &wanted, &mut |unit| {
        unit.and_then(|unit| store.evict(unit)).unwrap_or_else(|error| {
            // A folder that cannot be written has the same trouble with each.
            if failed == 0 {
                tracing::warn!(%error, "cannot remove a version that is over the limits");
            }
            failed += 1;
            false
        })
    });
    if failed > 1 {
        tracing::warn!(failed, "versions over the limits could not be removed");
    }
    let (gone, left) = (outcome.removed, outcome.kept);
    if gone.units > 0 {
        tracing::info!(
            versions = gone.units,
            bytes = gone.bytes,
            left = left.bytes,
            "removed what was over gc-older-than or gc-max-size"
        );
    }
}
