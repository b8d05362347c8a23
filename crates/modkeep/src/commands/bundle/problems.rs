//! What can be wrong with a bundle, as a problem with advice.

use std::path::Path;

use bundle::BundleError;

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
