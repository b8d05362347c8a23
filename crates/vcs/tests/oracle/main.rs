//! Hundreds of repositories and questions, each put to the real go (`GOPROXY=direct`) and to this crate: the answers are the same
//! but for the rows of `differences`.
//!
//! `MODKEEP_SEED` draws other repositories; a failure names the seed.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of a test stop it as the test itself would"
)]

mod answer;
mod cases;
mod differences;
mod go;
mod ours;
mod shop;

use std::collections::BTreeMap;

use answer::Answer;
use differences::DIFFERENCES;
use go::Place;
use shop::Shop;

/// The seed of a run that is given none.
const SEED: u64 = 20_240_101;

fn seed() -> u64 {
    let given = std::env::var("MODKEEP_SEED").ok();
    given.map_or(SEED, |text| text.parse().expect("MODKEEP_SEED is a number"))
}

#[test]
fn everything_is_as_with_go() {
    let seed = seed();
    let shop = cases::all(seed);
    let ours: BTreeMap<_, _> = ours::ask_all(&shop).into_iter().collect();
    let go: BTreeMap<_, _> = go::ask_all(&shop).into_iter().collect();

    let refusals = go.values().filter(|answer| answer.is_refusal()).count();
    assert!(go.len() >= 400, "{} questions", go.len());
    assert!(refusals * 4 >= go.len(), "{refusals} refusals of {}", go.len());

    let (known, unknown) = compare(&shop, &go, &ours);
    assert!(
        unknown.is_empty(),
        "seed {seed}: {} of {} differ\n{}",
        unknown.len(),
        go.len(),
        unknown.join("\n")
    );
    for (difference, count) in DIFFERENCES.iter().zip(known) {
        assert!(count > 0, "does not occur any more: {}", difference.reason);
    }
}

/// How often each known difference occurs, and what else differs.
fn compare(
    shop: &Shop,
    go: &BTreeMap<Place, Answer>,
    ours: &BTreeMap<Place, Answer>,
) -> (Vec<usize>, Vec<String>) {
    let (mut known, mut unknown) = (vec![0; DIFFERENCES.len()], Vec::new());
    for (place, theirs) in go {
        let ask = &shop.stalls[place.0].asks[place.1];
        let own = &ours[place];
        if own == theirs {
            continue;
        }
        match DIFFERENCES.iter().position(|difference| (difference.is_it)(ask, theirs, own)) {
            Some(row) => known[row] += 1,
            None => unknown
                .push(format!("{} {:?}\n  go:   {theirs:?}\n  ours: {own:?}", ask.module, ask.question)),
        }
    }
    (known, unknown)
}
