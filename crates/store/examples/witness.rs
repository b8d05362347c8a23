//! Sees hashes of module versions, one after another, and says which one counts for each.
//!
//! `witness FOLDER WHO BEGIN END` is a process of its own because the tests of first-seen hashes (`tests/store/witnesses.rs`)
//! run several at a time, and kill them. What WHO, a number, sees has the hash of that number. An error ends it.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a part of the tests, which stop loudly")]

use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use gomod::{H1, ModuleVersion};
use source::{FirstSeen, Origin, Sighting, Subject};
use store::disk::FirstSeenLog;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let [folder, who, begin, end] = <[String; 4]>::try_from(std::env::args().skip(1).collect::<Vec<_>>())
        .expect("usage: witness FOLDER WHO BEGIN END");
    let log = FirstSeenLog::open(Path::new(&folder)).expect("there is a working directory");
    let number = |text: &str| text.parse::<usize>().expect("a number");
    for version in number(&begin)..number(&end) {
        for subject in [Subject::GoMod, Subject::Zip] {
            let module =
                ModuleVersion::parse("example.com/Seen", &format!("v1.{version}.0")).expect("a module");
            let h1 = H1::from_bytes([who.parse().expect("a small number"); 32]);
            let seen = Sighting { h1, origin: Origin::new(&*who), at: SystemTime::now(), accepted: false };
            match log.witness(&module, subject, seen).await {
                Ok(counts) => println!("{}", subject.line(&module, counts.h1)),
                Err(error) => {
                    println!("error: {error}");
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    ExitCode::SUCCESS
}
