//! `modkeep agent status`.

use crate::agent::home::Home;
use crate::agent::probe;
use crate::agent::running::{self, Running};
use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// One line; the exit code tells a script the same.
pub(super) fn run(session: &mut Session<'_>) -> Result<(), Failed> {
    let home = Home::of(session.env)?;
    let Some(running) = running::find(&home)? else {
        writeln!(session.out, "the agent does not run")?;
        return Err(Failed { exit: Exit::NotRunning, problems: Vec::new() });
    };
    let is_answering = home.known_word()?.is_some_and(|word| probe::answers(running.port, &word));
    writeln!(session.out, "{}", line(&running))?;
    if running.is_here() && !is_answering {
        return Err(silent(&running));
    }
    Ok(())
}

/// What there is to say of an agent.
pub(super) fn line(running: &Running) -> String {
    let Running { pid, host, port, since, version, .. } = running;
    let place = if running.is_here() { String::new() } else { format!(" elsewhere, on {host},") };
    format!("the agent runs{place} on port {port} since {since} (process {pid}, modkeep {version})")
}

fn silent(running: &Running) -> Failed {
    let problem = Problem::new(format!("the agent does not answer on port {}", running.port));
    let advice = "its log is in $XDG_STATE_HOME/modkeep/agent/agent.log; modkeep agent stop ends it";
    Failed::new(Exit::Failure, problem.advise(advice))
}
