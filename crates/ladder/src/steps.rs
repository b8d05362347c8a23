//! What happened on the ladder during one run: which rung had to answer for which module, and why those above did not.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use source::{Ask, Failure, FailureKind, Origin, Trail};

use crate::lineage::{GoCommand, go_commands};
use crate::rung::Rung;

/// How many things are remembered. What a run asks for beyond is in no report.
const REMEMBERED_MAX: usize = 20_000;

/// The record of one run.
#[derive(Debug, Default)]
pub struct Steps {
    record: Mutex<Record>,
    /// The number of the command that is run.
    command: OnceLock<u32>,
}

#[derive(Debug, Default)]
struct Record {
    /// By module version, or path where there is none: the lowest rung that was needed.
    modules: BTreeMap<String, Option<Down>>,
    /// The paths of the modules whose files were asked for.
    fetched: BTreeSet<String>,
    /// What could not be answered, by question. An answer later takes it away.
    unanswered: BTreeMap<Ask, Unanswered>,
    /// The places that were met, and where they stand.
    places: BTreeMap<Origin, Rung>,
    /// What the ladder did for questions that are not counted yet.
    taken: HashMap<Ask, Step>,
}

/// What nobody could answer.
#[derive(Debug)]
struct Unanswered {
    failure: Failure,
    /// The go commands that ran then: one of them has asked.
    asked_by: BTreeSet<GoCommand>,
}

/// A module for which a rung below the healthy path had to answer.
#[derive(Debug, Clone)]
pub struct Down {
    /// Which one.
    pub rung: Rung,
    /// The place on it.
    pub origin: Origin,
    /// Why those above could not.
    pub above: Vec<(Rung, Failure)>,
}

/// What is known at the end of a run.
#[derive(Debug, Default)]
pub struct Told {
    /// How many modules were asked for.
    pub modules: usize,
    /// The paths of those whose files, not only their go.mod, were asked for.
    pub fetched: BTreeSet<String>,
    /// Those for which a lower rung had to answer, by module version.
    pub down: BTreeMap<String, Down>,
    /// What nobody could answer.
    pub unanswered: Vec<(Ask, Failure)>,
    /// The rung of every place that was met.
    pub places: BTreeMap<Origin, Rung>,
}

/// What became of a question on the ladder.
#[derive(Debug)]
pub enum Step {
    /// A rung has answered. Those in `above` were asked before.
    Answered {
        /// Which one.
        rung: Rung,
        /// The place on it.
        origin: Origin,
        /// Why those above could not.
        above: Vec<(Rung, Failure)>,
    },
    /// Nobody could answer.
    Failed(Failure),
}

impl Steps {
    /// What the ladder did for a question, which may be one that nobody has really asked yet. It counts when it is [counted](Self::count).
    pub fn took(&self, ask: &Ask, step: Step) {
        let mut record = self.record();
        if record.taken.len() < REMEMBERED_MAX {
            record.taken.insert(ask.clone(), step);
        }
    }

    /// The question was really asked, and ended so. What the ladder did for it is part of the run.
    pub fn count(&self, ask: &Ask, failure: Option<&Failure>) {
        let taken = self.record().taken.remove(ask);
        match (taken, failure) {
            (Some(Step::Answered { rung, origin, above }), None) => self.answered(ask, rung, &origin, above),
            (Some(Step::Failed(failure)), Some(_)) => self.failed(ask, &failure),
            (_, Some(failure)) => self.failed(ask, failure),
            // Somebody has answered who is not on the ladder.
            (_, None) => {}
        }
    }

    /// A rung has answered. Those in `above` were asked before.
    pub(crate) fn answered(&self, ask: &Ask, rung: Rung, origin: &Origin, above: Vec<(Rung, Failure)>) {
        let mut record = self.record();
        record.unanswered.remove(ask);
        record.fetches(ask);
        let Some(name) = name(ask) else { return };
        let is_known = record.modules.contains_key(&name);
        if !is_known && record.modules.len() >= REMEMBERED_MAX {
            return;
        }
        let known = record.modules.entry(name).or_default();
        let is_down = above.iter().any(|(above, failure)| is_trouble(*above, failure));
        if is_down && known.as_ref().is_none_or(|known| known.rung < rung) {
            *known = Some(Down { rung, origin: origin.clone(), above });
        }
    }

    /// This command is run, by its number.
    pub fn begin(&self, command: u32) {
        // A record is of one run.
        let _ = self.command.set(command);
    }

    /// Nobody could answer.
    pub(crate) fn failed(&self, ask: &Ask, failure: &Failure) {
        let asked_by = self.command.get().map(|command| go_commands(*command)).unwrap_or_default();
        let mut record = self.record();
        if record.unanswered.len() < REMEMBERED_MAX {
            record.unanswered.insert(ask.clone(), Unanswered { failure: failure.clone(), asked_by });
            if let Some(name) = name(ask) {
                record.modules.entry(name).or_default();
            }
        }
    }

    /// Forgets what nobody could answer where the command has gone on without it: all go commands that ran then have ended, and another one
    /// runs now.
    pub fn forgive(&self) {
        let Some(command) = self.command.get().filter(|_| self.has_misses()) else { return };
        let running = go_commands(*command);
        if !running.is_empty() {
            let is_alive = |miss: &Unanswered| !miss.asked_by.is_disjoint(&running);
            self.record().unanswered.retain(|_, miss| miss.asked_by.is_empty() || is_alive(miss));
        }
    }

    fn has_misses(&self) -> bool {
        self.record().unanswered.values().any(|miss| !miss.asked_by.is_empty())
    }

    /// These places were met on this rung.
    pub fn met(&self, rung: Rung, origin: &Origin, trail: &Trail) {
        let mut record = self.record();
        for origin in trail.attempts().iter().map(|attempt| &attempt.origin).chain([origin]) {
            if record.places.len() < REMEMBERED_MAX && !record.places.contains_key(origin) {
                record.places.insert(origin.clone(), rung);
            }
        }
    }

    /// All of it.
    pub fn told(&self) -> Told {
        let record = self.record();
        let down = record.modules.iter().filter_map(|(name, down)| Some((name.clone(), down.clone()?)));
        let unanswered = record.unanswered.iter().map(|(ask, miss)| (ask.clone(), miss.failure.clone()));
        Told {
            modules: record.modules.len(),
            fetched: record.fetched.clone(),
            down: down.collect(),
            unanswered: unanswered.collect(),
            places: record.places.clone(),
        }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    fn fetches(&mut self, ask: &Ask) {
        if let Ask::Zip(module) = ask
            && self.fetched.len() < REMEMBERED_MAX
        {
            self.fetched.insert(module.path().as_str().to_owned());
        }
    }
}

impl Told {
    /// The failures that an outage, and no authority, is to blame for.
    pub fn outages(&self) -> impl Iterator<Item = &(Ask, Failure)> {
        self.unanswered.iter().filter(|(_, failure)| failure.kind() == FailureKind::Unavailable)
    }
}

/// That a cache does not have something is no trouble, and neither is an authority's word.
fn is_trouble(rung: Rung, failure: &Failure) -> bool {
    rung != Rung::Cache && failure.kind() >= FailureKind::Unavailable
}

/// A database is not what a user counts.
pub(crate) fn name(ask: &Ask) -> Option<String> {
    if matches!(ask, Ask::SumDb(_)) {
        return None;
    }
    let version = ask.version().map(|module| module.to_string());
    version.or_else(|| ask.module().map(|path| path.as_str().to_owned()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use gomod::ModuleVersion;

    use super::*;

    #[test]
    fn what_nobody_has_asked_is_no_part_of_the_run() {
        let steps = Steps::default();
        let zip = |name: &str| Ask::Zip(ModuleVersion::parse(name, "v1.0.0").unwrap());
        let outage = Failure::unavailable(&Origin::new("proxy"), "is down", Duration::ZERO);
        let down = || Step::Answered {
            rung: Rung::Git,
            origin: Origin::new("git"),
            above: vec![(Rung::Upstream, outage.clone())],
        };
        steps.took(&zip("a.example/m"), down());
        steps.took(&zip("b.example/m"), Step::Failed(outage.clone()));
        assert_eq!((steps.told().modules, steps.told().unanswered.len()), (0, 0));
        steps.count(&zip("a.example/m"), None);
        assert_eq!((steps.told().modules, steps.told().down.len()), (1, 1));
        steps.count(&zip("b.example/m"), Some(&outage));
        steps.count(&zip("c.example/m"), Some(&outage));
        assert_eq!(
            (steps.told().modules, steps.told().outages().count()),
            (3, 2),
            "also what the ladder did not tell"
        );
    }
}
