//! `modkeep version`: which build this is, in one line that can be pasted into a report.

use std::env::consts;

use crate::commands::Session;
use crate::report::Failed;

/// Prints [`line()`].
pub fn run(session: &mut Session<'_>) -> Result<(), Failed> {
    Ok(writeln!(session.out, "{}", line())?)
}

/// Name, version, commit where the builder gave one (`MODKEEP_COMMIT` at build time), and target.
pub fn line() -> String {
    let commit = option_env!("MODKEEP_COMMIT").filter(|commit| !commit.is_empty());
    let commit = commit.map(|commit| format!("commit {commit}, ")).unwrap_or_default();
    format!("modkeep {} ({commit}{}-{})", env!("CARGO_PKG_VERSION"), consts::ARCH, consts::OS)
}
