//! Which versions go when a store is to become younger or smaller: those that nobody has asked for the longest.
//!
//! The folder is walked twice: once to see how much was used in which hour, and once to remove what was used before the hour that
//! follows from it. So memory does not grow with the store, only with the hours of its life; within the one hour that has to
//! give up a part, the versions are sorted. A last use is noted once a day at most, so that this is as exact as what it stands on.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gomod::ModulePath;

use super::units::{Unit, units_of};
use crate::StoreError;

/// How long versions may be of no use, and how much may be kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// What nobody asked for this long goes.
    pub older_than: Option<Duration>,
    /// The least recently used go until the rest has at most this many bytes, sidecars included.
    pub size_max: Option<u64>,
}

/// A number of versions, branches and `@latest`, and their bytes, sidecars included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub units: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What came of a collection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What went, or would go.
    pub removed: Sum,
    /// What stays of the modules that were looked at.
    pub kept: Sum,
}

/// What to do about a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Count it, and remove what is over the limits.
    At,
    /// As if it were not there.
    Past,
    /// End the collection: what is over the limits goes another time.
    NoFurther,
}

/// Finds what has to go, of the modules that are `wanted`, and tells it to `remove`, which says whether it is gone now.
/// Folders that cannot be read are told to `remove` too. Needs no lock. Blocks.
pub fn collect(
    root: &Path,
    limits: &Limits,
    now: SystemTime,
    wanted: &dyn Fn(&ModulePath) -> Look,
    remove: &mut dyn FnMut(Result<&Unit, StoreError>) -> bool,
) -> Outcome {
    let cut = Cut::find(root, limits, now, wanted);
    let (mut outcome, mut on_the_edge) = (Outcome::default(), Vec::new());
    for unit in chosen(root, wanted) {
        match unit {
            Err(error) => {
                remove(Err(error));
            }
            Ok(unit) if cut.is_below(&unit) => outcome.count(&unit, remove(Ok(&unit))),
            Ok(unit) if cut.is_on_the_edge(&unit) => on_the_edge.push(unit),
            Ok(unit) => outcome.count(&unit, false),
        }
    }
    on_the_edge.sort_by_key(|unit| unit.used_at);
    let mut excess = cut.excess;
    for unit in on_the_edge {
        let goes = excess > 0 && remove(Ok(&unit));
        excess = excess.saturating_sub(if goes { unit.size } else { 0 });
        outcome.count(&unit, goes);
    }
    outcome
}

fn chosen(
    root: &Path,
    wanted: &dyn Fn(&ModulePath) -> Look,
) -> impl Iterator<Item = Result<Unit, StoreError>> {
    let choose =
        |unit: Result<Unit, StoreError>| match unit.as_ref().map_or(Look::At, |unit| wanted(&unit.module)) {
            Look::At => Some(Some(unit)),
            Look::Past => Some(None),
            Look::NoFurther => None,
        };
    units_of(root).map_while(choose).flatten()
}

impl Outcome {
    /// Counts a unit that is gone, or stays.
    pub fn count(&mut self, unit: &Unit, gone: bool) {
        let sum = if gone { &mut self.removed } else { &mut self.kept };
        sum.units += 1;
        sum.bytes += unit.size;
    }
}

/// Where the line is between what goes and what stays.
struct Cut {
    /// What was last used at this time or earlier goes for its age.
    unused_since: Option<SystemTime>,
    /// What was last used before this hour goes for its size.
    hour: u64,
    /// How many bytes of what was last used in this hour go too.
    excess: u64,
}

impl Cut {
    fn find(root: &Path, limits: &Limits, now: SystemTime, wanted: &dyn Fn(&ModulePath) -> Look) -> Self {
        // An age that reaches beyond what the clock can say is that of nothing.
        let unused_since = limits.older_than.and_then(|age| now.checked_sub(age));
        let mut cut = Self { unused_since, hour: 0, excess: 0 };
        let Some(size_max) = limits.size_max else { return cut };
        let (mut hours, mut total) = (BTreeMap::<u64, u64>::new(), 0);
        for unit in chosen(root, wanted).flatten().filter(|unit| !cut.is_below(unit)) {
            *hours.entry(hour_of(unit.used_at)).or_default() += unit.size;
            total += unit.size;
        }
        cut.excess = total.saturating_sub(size_max);
        for (hour, bytes) in hours {
            cut.hour = hour;
            if cut.excess < bytes || cut.excess == 0 {
                break;
            }
            cut.excess -= bytes;
            cut.hour = hour + 1;
        }
        cut
    }

    fn is_below(&self, unit: &Unit) -> bool {
        self.unused_since.is_some_and(|since| unit.used_at <= since) || hour_of(unit.used_at) < self.hour
    }

    fn is_on_the_edge(&self, unit: &Unit) -> bool {
        self.excess > 0 && hour_of(unit.used_at) == self.hour
    }
}

/// The hour since 1970.
fn hour_of(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / 3600
}
