//! Removes everything that a data folder keeps, version by version, and says after each that it is gone.
//!
//! `collect_until_killed FOLDER` is a process of its own because the test of interrupted removals
//! (`tests/store/gc_killed.rs`) kills it.

#![allow(clippy::print_stdout, reason = "a program that says what it did")]

use std::error::Error;
use std::path::Path;
use std::time::{Duration, SystemTime};

use store::disk::Unit;
use store::disk::gc::{Limits, Look, collect};
use store::{DiskStore, StoreError};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: collect_until_killed FOLDER")?;
    let store = DiskStore::open(Path::new(&folder), SystemTime::now)?;
    let everything = Limits { older_than: Some(Duration::ZERO), size_max: None };
    collect(store.root(), &everything, SystemTime::now(), &|_| Look::At, &mut |unit| remove(&store, unit));
    Ok(())
}

fn remove(store: &DiskStore, unit: Result<&Unit, StoreError>) -> bool {
    let gone = unit.and_then(|unit| Ok(store.evict(unit)?.then(|| unit.title())));
    let Ok(Some(title)) = gone else { return false };
    println!("gone {title}");
    true
}
