//! What is said at the end: one line when the healthy path was left, and who is to blame when nothing helped.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;
use source::{Ask, Failure, FailureKind, Origin};

use crate::rung::Rung;
use crate::stats::Stats;
use crate::steps::{self, Down, Told};

/// The exit code of a run that failed for want of a network: `EX_TEMPFAIL`, "try again later".
pub const INFRASTRUCTURE: u8 = 75;

/// How many failures a verdict shows.
const SHOWN_MAX: usize = 5;

/// How many characters of a reason one line has room for.
const REASON_CHARS_MAX: usize = 160;

/// What came of a run.
#[derive(Debug)]
pub struct Verdict {
    told: Told,
    code: u8,
    stats: Option<Stats>,
    died_of: Option<u8>,
}

/// A run as JSON: `--report FILE`. Fields may be added; none is ever taken away or changes its meaning.
#[derive(Debug, Serialize)]
struct Report {
    /// 1.
    schema: u32,
    /// The exit code of modkeep.
    exit: u8,
    /// `none`, `infrastructure` or `command`.
    blame: &'static str,
    /// How many modules were asked for.
    modules: usize,
    /// Those for which a lower rung had to answer.
    down: Vec<ReportedDown>,
    /// What nobody could answer.
    unanswered: Vec<ReportedFailure>,
    /// What was there already, if that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<Stats>,
}

#[derive(Debug, Serialize)]
struct ReportedDown {
    module: String,
    rung: &'static str,
    origin: String,
    above: Vec<ReportedFailure>,
}

#[derive(Debug, Serialize)]
struct ReportedFailure {
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rung: Option<&'static str>,
    kind: &'static str,
    origin: String,
    message: String,
    /// Everybody who was asked, in order.
    trail: Vec<String>,
}

impl Verdict {
    /// Judges a run that the command ended with this code.
    pub fn new(told: Told, code: u8) -> Self {
        Self { told, code, stats: None, died_of: None }
    }

    /// The same, with what was there already.
    #[must_use]
    pub fn with_stats(self, stats: Stats) -> Self {
        Self { stats: Some(stats), ..self }
    }

    /// The same of a run that ended well where an earlier one had failed, because the whole of `vendor/` stood in for what nobody gave then.
    #[must_use]
    pub fn rescued(mut self, failed: &Self) -> Self {
        let origin = Origin::new("the signed snapshot of vendor/");
        for (ask, failure) in failed.told.outages() {
            let Some(module) = steps::name(ask) else { continue };
            let above = vec![(Rung::Upstream, failure.clone())];
            self.told.down.insert(module, Down { rung: Rung::Vendor, origin: origin.clone(), above });
        }
        self.told.modules = self.told.modules.max(failed.told.modules);
        self
    }

    /// The same of a command that a signal ended, if one did.
    #[must_use]
    pub fn with_signal(self, died_of: Option<u8>) -> Self {
        Self { died_of, ..self }
    }

    /// The signal that the command died of, and nobody else is to blame for its end.
    pub fn died_of(&self) -> Option<u8> {
        self.died_of.filter(|_| !self.is_infrastructure())
    }

    /// The paths of the modules whose files were asked for.
    pub fn fetched(&self) -> &BTreeSet<String> {
        &self.told.fetched
    }

    /// Whether the command failed and a network is to blame for it.
    pub fn is_infrastructure(&self) -> bool {
        self.code != 0 && self.told.outages().next().is_some()
    }

    /// What modkeep ends with: go's own code, but for failures of the infrastructure.
    pub fn exit_code(&self) -> u8 {
        if self.is_infrastructure() { INFRASTRUCTURE } else { self.code }
    }

    /// The lines for the end of the run; none on a good day.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.down_line().into_iter().collect();
        lines.extend(self.stats.map(|stats| stats.line()));
        lines.extend(self.mismatches());
        if self.is_infrastructure() {
            lines.extend(self.blame());
        }
        lines
    }

    fn down_line(&self) -> Option<String> {
        let mut by_rung: BTreeMap<Rung, usize> = BTreeMap::new();
        self.told.down.values().for_each(|down| *by_rung.entry(down.rung).or_default() += 1);
        let first = self.told.down.values().next()?;
        let counts: Vec<String> =
            by_rung.iter().map(|(rung, count)| format!("{count} from {rung}")).collect();
        let effect = if self.code == 0 { "; build unaffected" } else { "" };
        let (count, all) = (self.told.down.len(), self.told.modules);
        let came = match by_rung.len() {
            1 => format!("{count} of {all} modules came from {}", first.rung),
            _ => format!("{count} of {all} modules came from lower rungs: {}", counts.join(", ")),
        };
        Some(format!("{came} ({}){effect}", reason(first)))
    }

    /// What was not taken because it is not what it should be: told whole, since go cuts it short, and each once.
    fn mismatches(&self) -> Vec<String> {
        let is_mismatch = |failure: &Failure| failure.kind() == FailureKind::Mismatch;
        let failures = self.told.unanswered.iter().map(|(_, failure)| failure);
        let told = failures.filter(|failure| is_mismatch(failure)).map(|it| it.message().to_owned());
        let told: BTreeSet<String> = told.collect();
        told.into_iter().take(SHOWN_MAX).collect()
    }

    fn blame(&self) -> Vec<String> {
        let mut lines = vec!["the infrastructure failed, not the code; nobody could answer:".to_owned()];
        let outages: Vec<_> = self.told.outages().collect();
        lines.extend(
            outages
                .iter()
                .take(SHOWN_MAX)
                .map(|(ask, failure)| format!("  {ask}: {}", short(&failure.to_string()))),
        );
        if outages.len() > SHOWN_MAX {
            lines.push(format!("  and {} more; --report FILE has all of them", outages.len() - SHOWN_MAX));
        }
        lines.push("try again later, or mend or replace what is named above".to_owned());
        lines
    }

    /// One line for the annotations of a CI system: what failed, for people who see nothing else.
    pub fn annotation(&self) -> Option<String> {
        let (ask, failure) = self.told.outages().next().filter(|_| self.is_infrastructure())?;
        Some(format!(
            "modkeep: infrastructure failure, not a code failure: {ask}: {}",
            short(&failure.to_string())
        ))
    }

    /// The run as JSON, with a line feed at its end.
    ///
    /// # Errors
    /// None that is known of: names and numbers are JSON.
    pub fn report(&self) -> serde_json::Result<String> {
        let down = self.told.down.iter().map(|(module, down)| reported(module, down));
        let unanswered = self.told.unanswered.iter().map(|(ask, failure)| failed(Some(ask), None, failure));
        let report = Report {
            schema: 1,
            exit: self.exit_code(),
            blame: self.blamed(),
            modules: self.told.modules,
            down: down.collect(),
            unanswered: unanswered.collect(),
            stats: self.stats,
        };
        let mut text = serde_json::to_string_pretty(&report)?;
        text.push('\n');
        Ok(text)
    }

    fn blamed(&self) -> &'static str {
        match self.code {
            0 => "none",
            _ if self.is_infrastructure() => "infrastructure",
            _ => "command",
        }
    }
}

fn reported(module: &str, down: &Down) -> ReportedDown {
    ReportedDown {
        module: module.to_owned(),
        rung: down.rung.name(),
        origin: down.origin.to_string(),
        above: down.above.iter().map(|(rung, failure)| failed(None, Some(*rung), failure)).collect(),
    }
}

fn failed(ask: Option<&Ask>, rung: Option<Rung>, failure: &Failure) -> ReportedFailure {
    ReportedFailure {
        asked: ask.map(ToString::to_string),
        rung: rung.map(Rung::name),
        kind: failure.kind().as_str(),
        origin: failure.origin().to_string(),
        message: failure.message().to_owned(),
        trail: failure.trail().attempts().iter().map(ToString::to_string).collect(),
    }
}

/// Why the healthy path was left: the most serious failure above.
fn reason(down: &Down) -> String {
    // Of equals the first: the rungs above are the usual ones.
    let failures = down.above.iter().map(|(_, failure)| failure);
    let worst = failures.reduce(|first, later| if later.kind() > first.kind() { later } else { first });
    worst.map_or_else(String::new, |failure| short(&format!("{}: {}", failure.origin(), failure.message())))
}

fn short(text: &str) -> String {
    let mut line: String = text.chars().take(REASON_CHARS_MAX).collect();
    if text.chars().nth(REASON_CHARS_MAX).is_some() {
        // A text cannot be too long for memory.
        let _ = write!(line, "…");
    }
    line
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use gomod::ModuleVersion;

    use super::*;
    use crate::Steps;

    fn zip(name: &str) -> Ask {
        Ask::Zip(ModuleVersion::parse(&format!("example.com/{name}"), "v1.0.0").unwrap())
    }

    fn outage() -> Failure {
        Failure::unavailable(&Origin::new("proxy.example"), "certificate expired 2 days ago", Duration::ZERO)
    }

    fn fallen() -> Steps {
        let steps = Steps::default();
        steps.answered(&zip("a"), Rung::Upstream, &Origin::new("proxy.example"), Vec::new());
        steps.answered(&zip("b"), Rung::Git, &Origin::new("direct"), vec![(Rung::Upstream, outage())]);
        steps
    }

    #[test]
    fn a_good_day_says_nothing() {
        let steps = Steps::default();
        let missing = Failure::not_found(&Origin::new("cache"), "not there", Duration::ZERO);
        steps.answered(&zip("a"), Rung::Upstream, &Origin::new("p"), vec![(Rung::Cache, missing)]);
        let verdict = Verdict::new(steps.told(), 0);
        assert!(verdict.lines().is_empty() && verdict.exit_code() == 0);
    }

    #[test]
    fn stepping_down_is_one_line() {
        let verdict = Verdict::new(fallen().told(), 0);
        let line =
            "1 of 2 modules came from git (proxy.example: certificate expired 2 days ago); build unaffected";
        assert_eq!(verdict.lines(), [line]);
    }

    #[test]
    fn a_network_is_blamed_only_for_what_it_did() {
        let code = Verdict::new(fallen().told(), 2);
        assert_eq!((code.exit_code(), code.annotation()), (2, None));
        let steps = fallen();
        steps.failed(&zip("c"), &outage());
        let network = Verdict::new(steps.told(), 1);
        assert_eq!(network.exit_code(), INFRASTRUCTURE);
        assert!(network.lines().iter().any(|line| line.contains("example.com/c@v1.0.0.zip: proxy.example")));
        assert!(network.annotation().unwrap().contains("not a code failure"));
        let absent = Failure::not_found(&Origin::new("p"), "no such version", Duration::ZERO);
        steps.failed(&zip("c"), &absent);
        assert_eq!(Verdict::new(steps.told(), 1).exit_code(), 1, "an authority's word is no outage");
    }

    #[test]
    fn a_wrong_hash_is_told_whole_and_blames_no_network() {
        let steps = Steps::default();
        let long = format!("a: SECURITY: {}", "x".repeat(2 * REASON_CHARS_MAX));
        let wrong = Failure::new(FailureKind::Mismatch, &Origin::new("direct"), &long, Duration::ZERO);
        steps.failed(&zip("a"), &wrong);
        let verdict = Verdict::new(steps.told(), 1);
        assert_eq!((verdict.lines(), verdict.exit_code()), (vec![long], 1));
    }

    #[test]
    fn a_second_try_that_succeeds_takes_the_blame_away() {
        let steps = Steps::default();
        steps.failed(&zip("a"), &outage());
        steps.answered(&zip("a"), Rung::Upstream, &Origin::new("p"), Vec::new());
        assert_eq!(Verdict::new(steps.told(), 1).exit_code(), 1);
    }

    #[test]
    fn the_report_has_all_of_it() {
        let report = Verdict::new(fallen().told(), 0).report().unwrap();
        let read: serde_json::Value = serde_json::from_str(&report).unwrap();
        assert_eq!(read["schema"], 1);
        assert_eq!(read["down"][0]["module"], "example.com/b@v1.0.0");
        assert_eq!(read["down"][0]["above"][0]["rung"], "upstream");
        assert_eq!(read["blame"], "none");
    }
}
