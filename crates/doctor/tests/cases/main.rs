//! Faults of every kind on loopback, alone and combined, and what the doctor makes of them.
//!
//! * [`fault`]: the faults, and what has to be said of each; [`case`]: places and their faults, thrown by dice.
//! * [`certificates`], [`server`], [`world`]: what the places are made of. All traffic stays on loopback.
//! * [`matrix`]: what was injected against what was said.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects")]

mod case;
mod certificates;
mod fault;
mod matrix;
mod server;
mod trust;
mod world;

use futures_util::StreamExt as _;
use futures_util::stream;

use case::Case;
use matrix::Matrix;
use world::World;

/// How many cases are tried, unless `DOCTOR_CASES` says so.
const CASES: u64 = 500;

/// How many of them at the same time: most of them wait for something that does not come.
const AT_ONCE: usize = 64;

/// What has to be reached.
const F1_MIN: f64 = 0.99;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn faults_alone_and_combined_are_told_apart() {
    let seed = number("DOCTOR_SEED").unwrap_or_else(|| fastrand::u64(..));
    let cases = number("DOCTOR_CASES").unwrap_or(CASES);
    println!("seed {seed} (DOCTOR_SEED={seed} repeats it), {cases} cases");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let matrix = runtime.block_on(all(seed, cases));
    runtime.shutdown_background();
    println!("{matrix}");
    assert!(matrix.f1() >= F1_MIN, "F1 is {:.4} with seed {seed}", matrix.f1());
}

async fn all(seed: u64, cases: u64) -> Matrix {
    let world = World::new();
    let tried = stream::iter(0..cases).map(|number| {
        let world = &world;
        async move {
            let case = Case::thrown(seed.wrapping_add(number));
            (case.expected(), case.said(world).await, case)
        }
    });
    let mut tried = tried.buffer_unordered(AT_ONCE);
    let mut matrix = Matrix::default();
    while let Some((expected, said, case)) = tried.next().await {
        if matrix.add(&expected, &said) {
            println!("{case:?}\n  injected {expected:?}\n  said     {said:?}");
        }
    }
    matrix
}
