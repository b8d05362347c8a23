//! Whose clock is wrong: this machine's is compared with what several places say.
//!
//! One place that agrees with this machine's clock says that it is right: two clocks are hardly ever wrong in the same way. Then those
//! that disagree are wrong themselves. When none agrees, most of the others decide.

use std::time::SystemTime;

use super::Finding;
use crate::cause::Cause;
use crate::evidence::{Observation, Reading};
use crate::options::{Offset, Options};

/// What the places say about time.
#[derive(Debug)]
pub(crate) struct Sky {
    /// How far the right time is from this machine's clock, if that is wrong.
    wrong_by: Option<Offset>,
    /// How many places say so, of how many.
    voices: (usize, usize),
    now: SystemTime,
    tolerance: std::time::Duration,
    believes_own: bool,
}

impl Sky {
    pub(crate) fn of(seen: &[Observation], options: &Options) -> Self {
        let (tolerance, believes_own) = (options.limits.clock_tolerance, options.believes_own_servers);
        let readings = seen.iter().filter_map(|seen| seen.reading);
        let readings = readings.filter(|reading| believes_own || !reading.is_own);
        let offsets: Vec<Offset> = readings.map(offset).collect();
        let (wrong_by, voices) = match most(&offsets, tolerance) {
            Some((offset, count)) if !offsets.iter().any(|offset| offset.is_within(tolerance)) => {
                (Some(offset), count)
            }
            _ => (None, 0),
        };
        Self { wrong_by, voices: (voices, offsets.len()), now: options.clock.now(), tolerance, believes_own }
    }

    /// How far the right time is from this machine's clock, if that is wrong.
    pub(crate) fn offset(&self) -> Option<Offset> {
        self.wrong_by
    }

    /// What is wrong with this machine's clock.
    pub(super) fn of_machine(&self, hidden: usize) -> Option<Finding> {
        let offset = self.wrong_by?;
        let (voices, all) = self.voices;
        let shows = humantime::format_rfc3339_seconds(self.now);
        let mut finding = Finding::new(
            Cause::ClockSkew,
            format!("it shows {shows}, which is {}; so say {voices} of {all} places", told(offset)),
        );
        if all == 1 {
            finding.evidence.push("only one place says so: its clock may be the wrong one".to_owned());
        }
        if hidden > 0 {
            let what = format!("{hidden} certificates look out of their time by it, and are good by theirs");
            finding.evidence.push(what);
        }
        Some(finding)
    }

    /// What is wrong with the clock of a place.
    pub(super) fn of_place(&self, seen: &Observation) -> Option<Finding> {
        let reading = seen.reading.filter(|reading| self.believes_own || !reading.is_own)?;
        let right = self.wrong_by.unwrap_or(Offset(0));
        let off = Offset(offset(reading).0.saturating_sub(right.0));
        if off.is_within(self.tolerance) {
            return None;
        }
        let said = humantime::format_rfc3339_seconds(reading.said);
        // From the right time's view it is the place that is off, the other way round.
        let what = format!("its Date is {said}, which is {}", told(Offset(off.0.saturating_neg())));
        Some(Finding::new(Cause::PlaceClock, what))
    }
}

fn offset(reading: Reading) -> Offset {
    Offset::between(reading.ours, reading.said)
}

/// The offset that most agree on, and how many those are.
fn most(offsets: &[Offset], tolerance: std::time::Duration) -> Option<(Offset, usize)> {
    let agreeing = |one: Offset| {
        let near = |other: &&Offset| Offset(other.0.saturating_sub(one.0)).is_within(tolerance);
        (one, offsets.iter().filter(near).count())
    };
    offsets.iter().copied().map(agreeing).max_by_key(|(_, count)| *count)
}

/// An offset to the right time, as what it makes of a clock.
fn told(offset: Offset) -> String {
    let size = humantime::format_duration(rounded(offset.size()));
    if offset.0 > 0 { format!("{size} slow") } else { format!("{size} fast") }
}

/// Two units are enough for anybody.
fn rounded(span: std::time::Duration) -> std::time::Duration {
    let unit = match span.as_secs() {
        0..3600 => 1,
        3600..172_800 => 60,
        _ => 3600,
    };
    std::time::Duration::from_secs(span.as_secs() / unit * unit)
}
