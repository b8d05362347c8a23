//! Hundreds of repositories and questions, each put to the real go (`GOPROXY=direct`) and to this crate: the answers are the same.
//!
//! `MODKEEP_SEED` draws other repositories; a failure names the seed.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of a test stop it as the test itself would"
)]

mod answer;
mod cases;
mod go;
mod shop;

use std::collections::BTreeMap;

use answer::{Answer, Kind};

/// The seed of a run that is given none.
const SEED: u64 = 20_240_101;

fn seed() -> u64 {
    let given = std::env::var("MODKEEP_SEED").ok();
    given.map_or(SEED, |text| text.parse().expect("MODKEEP_SEED is a number"))
}

#[test]
fn everything_is_as_with_go() {
    let seed = seed();
    let begin = std::time::Instant::now();
    let shop = cases::all(seed);
    println!("built {:?}", begin.elapsed());
    let answers: BTreeMap<_, _> = go::ask_all(&shop).into_iter().collect();
    println!("asked {:?}", begin.elapsed());
    let refusals = answers.values().filter(|answer| answer.is_refusal()).count();
    println!("{} stalls {} asks {} refusals", shop.stalls.len(), answers.len(), refusals);
    for ((stall, ask), answer) in &answers {
        let ask = &shop.stalls[*stall].asks[*ask];
        let short = match answer {
            Answer::Listed { versions, .. } => format!("{versions:?}"),
            Answer::Found(found) => format!("{} {:?} {}", found.version, found.zip, found.origin),
            Answer::Refused(kind) => format!("{kind:?}"),
        };
        println!("{} {:?} -> {short}", ask.module, ask.question);
    }
    let unknown = answers.values().filter(|a| matches!(a, Answer::Refused(Kind::Unknown(_))));
    assert_eq!(unknown.count(), 0);
}
