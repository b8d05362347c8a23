//! `modkeep lock --check`: whether the lock is complete and agrees with go.sum and go.mod, for CI. Nobody is asked.

use ladder::lock::{Difference, NAME};

use super::LockArgs;
use super::subject::Subject;
use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// One line for each difference, for scripts; the rest is for people.
pub(super) fn run(args: &LockArgs, subject: &Subject, session: &mut Session<'_>) -> Result<(), Failed> {
    let Some(lock) = &subject.lock else {
        return Err(differs(format!("there is no {NAME} in {}", subject.root.display())));
    };
    let mut differences = lock.differences(&subject.sums, subject.go_mod().as_ref());
    differences.retain(|difference| !(args.partial && matches!(difference, Difference::Missing(_))));
    for difference in &differences {
        writeln!(session.out, "{difference}")?;
    }
    if let Some(on) = args.on.filter(|on| *on != lock.hold) {
        return Err(differs(format!("{NAME} holds on {}, not on {on}", lock.hold)));
    }
    match differences.len() {
        0 => Ok(writeln!(session.out, "{NAME} is complete: {} modules", lock.modules.len())?),
        count => Err(differs(format!("{NAME} differs from go.sum and go.mod in {count} modules"))),
    }
}

fn differs(message: String) -> Failed {
    Failed::new(Exit::Failure, Problem::new(message).advise("run `modkeep lock`, and commit what it writes"))
}
