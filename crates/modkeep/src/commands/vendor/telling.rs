//! Errors and findings of `ladder::vendor` in words: what happened, and what to do next.

use ladder::vendor::{Damage, NAMED_MAX, VendorError};

use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// An error as the end of a command.
#[expect(clippy::needless_pass_by_value, reason = "it is the end of the error")]
pub(in crate::commands) fn failed(error: VendorError) -> Failed {
    let problem = Problem::from_error(&error);
    let problem = match advice(&error) {
        Some(help) => problem.advise(help),
        None => problem,
    };
    Failed::new(exit(&error), problem)
}

/// 1 means "damaged" to a script, so what could not be looked at has another number.
fn exit(error: &VendorError) -> Exit {
    match error {
        VendorError::Io { .. }
        | VendorError::TooManyFiles(_)
        | VendorError::TooLong { .. }
        | VendorError::NoProject(_)
        | VendorError::ModFile { .. }
        | VendorError::Busy { .. }
        | VendorError::InUse(_)
        | VendorError::InTheWay(_) => Exit::Unavailable,
        VendorError::NoList(_) | VendorError::ListDiffers => Exit::Untold,
        _ => Exit::Failure,
    }
}

fn advice(error: &VendorError) -> Option<&'static str> {
    Some(match error {
        VendorError::NoProject(_) => "run it in a project, or name one with --project",
        VendorError::NoVendor(_) => "run `modkeep go mod vendor`, or name a vendor folder with --from",
        VendorError::Inconsistent { .. } | VendorError::Empty(_) => {
            "run `go mod vendor` (in a workspace `go work vendor`), then `modkeep vendor snapshot`"
        }
        VendorError::Strange { .. } => "go puts only plain files there; remove it",
        VendorError::NoList(_) => {
            "if vendor/ is right, `modkeep vendor snapshot` writes the list; \
             if not, move it away, and `modkeep vendor restore` puts the signed one there"
        }
        VendorError::ListDiffers => {
            "if vendor/ is right, sign it with `modkeep vendor snapshot`; \
             if not, move it away, and `modkeep vendor restore` puts the signed one there"
        }
        VendorError::NoSnapshot(_) | VendorError::NoManifest(_) | VendorError::Spoiled { .. } => {
            "make vendor/ anew with `go mod vendor`, look at what has changed, and take a snapshot with `modkeep vendor snapshot`"
        }
        VendorError::Unsigned(_) => {
            "if you know who signed it, trust the key with `modkeep bundle key trust`, or name it with --key"
        }
        VendorError::Foreign { .. } => "take a snapshot of this project with `modkeep vendor snapshot`",
        _ => return None,
    })
}

/// A finding that names the files, the first of them if there are many.
pub(super) fn damage(message: String, damage: &Damage) -> Problem {
    let mut problem = Problem::new(message);
    for (word, name) in damage.each().take(NAMED_MAX) {
        problem = problem.because(format!("{word} {name}"));
    }
    match damage.count().checked_sub(NAMED_MAX) {
        None | Some(0) => problem,
        Some(more) => problem.because(format!("and {more} more; `modkeep vendor verify` names all")),
    }
}
