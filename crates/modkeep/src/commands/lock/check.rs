//! `modkeep lock --check`: whether the lock is complete and agrees with go.sum and go.mod, for CI. Nobody is asked.

use gomod::ModuleVersion;
use ladder::lock::{Difference, NAME};

use super::LockArgs;
use super::subject::Subject;
use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{self, Failed, Problem};

/// How many modules are named of which only a part is known.
const NAMED_MAX: usize = 10;

/// One line for each difference, for scripts; the rest is for people.
pub(super) fn run(args: &LockArgs, subject: &Subject, session: &mut Session<'_>) -> Result<(), Failed> {
    let Some(lock) = &subject.lock else {
        return Err(differs(format!("there is no {NAME} in {}", subject.root.display())));
    };
    let required = subject.required()?;
    let mut differences = lock.differences(&subject.sums, &required);
    differences.retain(|difference| !(args.partial && matches!(difference, Difference::Missing(_))));
    for difference in &differences {
        writeln!(session.out, "{difference}")?;
    }
    report::write_warnings(unjudged(&required.without_zip(&subject.sums)).as_slice(), session.err)?;
    if let Some(on) = args.on.filter(|on| *on != lock.hold) {
        return Err(differs(format!("{NAME} holds on {}, not on {on}", lock.hold)));
    }
    match differences.len() {
        0 => Ok(writeln!(session.out, "{NAME} is complete: {} modules", lock.modules.len())?),
        count => Err(differs(format!("{NAME} differs from go.sum and go.mod in {count} modules"))),
    }
}

/// What may be missing in go.sum, or may be none of its business: whether a package of it is used is for go to say.
fn unjudged(modules: &[&ModuleVersion]) -> Option<Problem> {
    let mut named: Vec<String> = modules.iter().take(NAMED_MAX).map(ToString::to_string).collect();
    if modules.len() > NAMED_MAX {
        named.push(format!("and {} more", modules.len() - NAMED_MAX));
    }
    let problem = Problem::new(
        "go.mod requires modules of which go.sum has the hash of their go.mod alone: they are not locked",
    );
    let advice =
        "that is right where no package of them is used; else run `go mod tidy`, then `modkeep lock`";
    (!modules.is_empty()).then(|| problem.because(named.join(", ")).advise(advice))
}

fn differs(message: String) -> Failed {
    Failed::new(Exit::Failure, Problem::new(message).advise("run `modkeep lock`, and commit what it writes"))
}
