//! `gomod` against golang.org/x/mod: the same generated inputs go through both, and every answer must be the same.
//!
//! Needs a go command (see `oracle`). The seed is fixed, so a run can be repeated; `MODKEEP_SEED` sets another one. What
//! differs on purpose stands in `intended`, with reasons.

#![cfg(test)]

mod characters;
mod dice;
mod functions;
mod go_command;
mod go_vcs;
mod grammar;
mod hits;
mod intended;
mod log;
mod oracle;
mod question;
mod report;

use dice::Dice;
use functions::Function;
use hits::Hits;
use intended::Intended;
use oracle::Oracle;
use question::{Answer, Question};
use report::Count;

/// Any number would do.
const SEED: u64 = 20_261_124;

/// Fewer inputs would not be worth the name; see `Function::inputs` for how they are spread.
const INPUTS_MIN: usize = 10_000;

/// The share of inputs that x/mod must reject, so that rejections are tested as well as acceptance.
const REJECTED_PERCENT_MIN: usize = 30;

/// Questions in one line to the oracle.
const BATCH: usize = 500;

fn seed() -> u64 {
    let given = std::env::var("MODKEEP_SEED").ok();
    given.map_or(SEED, |text| text.parse().expect("MODKEEP_SEED is a number"))
}

#[test]
fn every_answer_is_the_same() {
    report::announce("comparing with x/mod", seed());
    let mut run = Run { oracle: Oracle::start(), hits: Hits::default(), intended: Intended::default() };
    let counts: Vec<Count> = functions::all().map(|function| run.compare(function)).collect();
    let (hits, intended) = (run.hits.all(hits::X_MOD), run.intended.all(intended::X_MOD));
    report::print(&counts, &hits, &intended);

    let total = report::total(&counts);
    assert_eq!(total.differences, 0, "differences are printed above the table");
    assert!(total.inputs() >= INPUTS_MIN, "{} inputs", total.inputs());
    assert!(
        total.rejected * 100 >= total.inputs() * REJECTED_PERCENT_MIN,
        "only {} rejected",
        total.rejected
    );
    check_reach(&hits, &intended);
}

/// Every error must have been reached, unless that is impossible, and every difference that is meant must have occurred.
fn check_reach(hits: &[(String, usize)], intended: &[(String, usize)]) {
    let missed = names(hits, |name, count| count == 0 && !intended::is_out_of_reach(name));
    assert!(missed.is_empty(), "never reached, so never compared: {missed:?}");
    let reached = names(hits, |name, count| count > 0 && intended::is_out_of_reach(name));
    assert!(reached.is_empty(), "listed as out of reach, but reached: {reached:?}");
    let stale = names(intended, |_, count| count == 0);
    assert!(stale.is_empty(), "listed as meant, but never seen: {stale:?}");
}

fn names(counts: &[(String, usize)], which: impl Fn(&str, usize) -> bool) -> Vec<&str> {
    counts.iter().filter(|(name, count)| which(name, *count)).map(|(name, _)| name.as_str()).collect()
}

/// What the comparison of all functions shares.
struct Run {
    oracle: Oracle,
    hits: Hits,
    intended: Intended,
}

impl Run {
    fn compare(&mut self, function: &'static Function) -> Count {
        let mut dice = Dice::for_purpose(seed(), function.name);
        let mut count = Count::of(function.name);
        let mut left = function.inputs;
        while left > 0 {
            let size = left.min(BATCH);
            left -= size;
            let ask = |_| Question { function: function.name, args: (function.generate)(&mut dice) };
            let batch: Vec<Question> = (0..size).map(ask).collect();
            for (question, theirs) in batch.iter().zip(self.oracle.ask(&batch)) {
                let ours = (function.ours)(&question.args, &mut self.hits);
                self.tally(question, &theirs, &ours, &mut count);
            }
        }
        count
    }

    fn tally(&mut self, question: &Question, theirs: &Answer, ours: &Answer, count: &mut Count) {
        let same = theirs == ours || self.intended.is(question, theirs, ours);
        count.add(theirs.is_ok(), same, || {
            format!("{}\n  x/mod: {theirs:?}\n  gomod: {ours:?}", question.args.describe())
        });
    }
}
