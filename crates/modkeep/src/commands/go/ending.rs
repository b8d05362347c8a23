//! What is said at the end of a run, and what modkeep ends with.

use std::path::Path;

use ladder::verdict::Verdict;

use super::behind::Run;
use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{self, Failed, Problem};

/// The variable by which GitHub's runners say that they are there.
const GITHUB: &str = "GITHUB_ACTIONS";

/// Says what is to be said, and ends with the code of the command, or with that of the infrastructure.
pub(in crate::commands) fn conclude(
    verdict: &Verdict,
    run: &Run<'_>,
    session: &mut Session<'_>,
) -> Result<(), Failed> {
    for line in verdict.lines() {
        writeln!(session.err, "modkeep: {line}")?;
    }
    let annotation = session.env.var(GITHUB).and_then(|_| verdict.annotation());
    if let Some(text) = annotation {
        writeln!(session.err, "::error title=modkeep::{}", escaped(&text))?;
    }
    if let Some(path) = run.report {
        match write_report(verdict, &session.env.cwd().join(path)) {
            // What the command ended with weighs more.
            Err(failed) if verdict.exit_code() != 0 => report::write_warnings(&failed.problems, session.err)?,
            written => written?,
        }
    }
    let exit = match (verdict.died_of(), verdict.exit_code()) {
        (Some(signal), _) => Exit::Died(signal),
        (None, 0) => return Ok(()),
        (None, code) => exit(code),
    };
    Err(Failed { exit, problems: Vec::new() })
}

/// A text as GitHub's runners read it back.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn exit(code: u8) -> Exit {
    if code == ladder::verdict::INFRASTRUCTURE { Exit::Infrastructure } else { Exit::Command(code) }
}

fn write_report(verdict: &Verdict, path: &Path) -> Result<(), Failed> {
    let written = verdict.report().map_err(std::io::Error::from).and_then(|text| std::fs::write(path, text));
    written.map_err(|error| {
        let problem = Problem::new(format!("cannot write the report {}", path.display()));
        Failed::new(
            Exit::Failure,
            problem.because(error.to_string()).advise("choose another file with --report"),
        )
    })
}
