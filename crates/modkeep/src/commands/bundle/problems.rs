//! What can be wrong with a bundle, as a problem with advice.

use std::path::Path;

use bundle::BundleError;
use bundle::depot::DepotError;

use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// A bundle that cannot be used.
pub(super) fn unusable(path: &Path, error: &BundleError) -> Failed {
    let problem =
        Problem::new(format!("cannot use the bundle {}", path.display())).because(error.to_string());
    Failed::new(Exit::Failure, advised(problem, error))
}

fn advised(problem: Problem, error: &BundleError) -> Problem {
    match error {
        BundleError::Signature(_) => problem.advise(
            "ask its maker for the key in a way that nobody can tamper with, and trust it with `modkeep bundle key trust KEY`",
        ),
        BundleError::NeedsEarlier(_) => problem.advise("give the bundle that it builds on too"),
        BundleError::Manifest(_) => problem.advise("use the modkeep that it was made with, or a newer one"),
        _ => problem,
    }
}

/// A bundle that was not handed on.
pub(super) fn not_moved(what: &str, error: &DepotError) -> Failed {
    let problem = Problem::new(what).because(error.to_string());
    match error {
        DepotError::Unverified { reason, .. } => Failed::new(Exit::Failure, advised(problem, reason)),
        DepotError::ReadOnly(_) => Failed::new(Exit::Usage, problem),
        DepotError::Older { .. } => {
            Failed::new(Exit::Failure, problem.advise("give --older if an older one is what you want"))
        }
        DepotError::TooLarge { .. } => {
            Failed::new(Exit::Failure, problem.advise("allow more with --max-size"))
        }
        _ => Failed::new(Exit::Failure, problem),
    }
}

/// A file that cannot be read.
pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Failed {
    let problem = Problem::new(format!("cannot read the bundle {}", path.display()));
    Failed::new(Exit::Failure, problem.because(error.to_string()))
}
