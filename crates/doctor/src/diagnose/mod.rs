//! From what was seen to what is wrong.
//!
//! * [`sky`]: whose clock is wrong; [`certificates`], [`interception`]: what certificates say;
//! * [`answers`]: what came of the questions; [`content`]: what is compared between places and with go.sum.

mod answers;
mod certificates;
mod content;
mod interception;
mod sky;

use gomod::gosum::GoSum;

use crate::cause::{Cause, Severity};
use crate::evidence::Observation;
use crate::options::Limits;
use crate::place::Place;
use content::Right;
pub(crate) use sky::Sky;

/// What is wrong, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub cause: Cause,
    /// How that is known, a sentence each.
    pub evidence: Vec<String>,
}

impl Finding {
    pub(crate) fn new(cause: Cause, evidence: impl Into<String>) -> Self {
        Self { cause, evidence: vec![evidence.into()] }
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.cause.severity()
    }
}

/// One place with what was seen and what is wrong.
#[derive(Debug, Clone)]
pub struct Examined {
    /// What people call it.
    pub name: String,
    /// What was seen.
    pub seen: Observation,
    /// What is wrong, one finding a cause.
    pub findings: Vec<Finding>,
}

/// All places, and this machine.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// What is wrong with this machine.
    pub machine: Vec<Finding>,
    /// The places, in the order in which they were given.
    pub places: Vec<Examined>,
}

impl Diagnosis {
    /// The worst of all findings.
    pub fn worst(&self) -> Option<Severity> {
        let places = self.places.iter().flat_map(|place| &place.findings);
        self.machine.iter().chain(places).map(Finding::severity).max()
    }
}

/// Says what is wrong. `hidden` certificates look good by the clock that the places agree on, and not by this machine's.
pub(crate) fn diagnose(
    places: &[Place],
    seen: Vec<Observation>,
    sky: &Sky,
    hidden: usize,
    pins: &GoSum,
    limits: &Limits,
) -> Diagnosis {
    let right = Right::of(places, &seen, pins);
    let interceptions = interception::find(places, &seen);
    let each = places.iter().zip(seen).zip(interceptions);
    let places = each.map(|((place, seen), interception)| {
        let mut findings = certificates::findings(&seen, interception, limits);
        findings.extend(answers::findings(&seen));
        findings.extend(right.findings(place, &seen));
        findings.extend(sky.of_place(&seen));
        findings.extend(slowness(&seen, limits));
        Examined { name: place.name.clone(), seen, findings: merged(findings) }
    });
    Diagnosis { places: places.collect(), machine: sky.of_machine(hidden).into_iter().collect() }
}

/// One finding a cause, with all that is known of it.
fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    for finding in findings {
        match merged.iter_mut().find(|known| known.cause == finding.cause) {
            Some(known) => known.evidence.extend(finding.evidence),
            None => merged.push(finding),
        }
    }
    merged
}

fn slowness(seen: &Observation, limits: &Limits) -> Option<Finding> {
    let took = seen.first_byte.filter(|took| *took > limits.slow)?;
    Some(Finding::new(Cause::Slow, format!("the first byte came after {:.1} s", took.as_secs_f64())))
}
