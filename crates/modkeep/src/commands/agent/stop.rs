//! `modkeep agent stop`.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::agent::home::Home;
use crate::agent::running::{self, PAUSE, Running};
use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// How long the agent may take: twice what it gives the answers under way.
const WAIT: Duration = Duration::from_secs(10);

/// Asks it to end, and waits until it has.
pub(super) fn run(session: &mut Session<'_>) -> Result<(), Failed> {
    let home = Home::of(session.env)?;
    let Some(running) = running::find_settled(&home)? else {
        return Ok(writeln!(session.out, "the agent does not run")?);
    };
    if running.is_process() {
        terminate(&running)?;
    } else if running::is_held(&home)? {
        return Err(elsewhere(&running));
    }
    let begun = Instant::now();
    while running::is_held(&home)? {
        if begun.elapsed() >= WAIT {
            return Err(still_running(&running));
        }
        sleep(PAUSE);
    }
    Ok(writeln!(session.out, "the agent has ended")?)
}

/// The number is its own. That it has ended in this moment is what was wanted.
fn terminate(running: &Running) -> Result<(), Failed> {
    let pid = i32::try_from(running.pid).ok().and_then(Pid::from_raw);
    match pid.map(|pid| kill_process(pid, Signal::TERM)) {
        None | Some(Ok(()) | Err(rustix::io::Errno::SRCH)) => Ok(()),
        Some(Err(error)) => {
            let problem = Problem::new(format!("cannot end process {}, which is the agent", running.pid));
            Err(Failed::new(Exit::Failure, problem.because(error.to_string())))
        }
    }
}

fn elsewhere(running: &Running) -> Failed {
    let place = format!("on another machine or in another container; its host is called {}", running.host);
    let problem = Problem::new(format!("the agent runs elsewhere: {place}"))
        .because(format!("process {} of this machine is not the agent, and was left alone", running.pid));
    Failed::new(
        Exit::Failure,
        problem.advise(
            "run modkeep agent stop there, or give each machine and container its own XDG_STATE_HOME",
        ),
    )
}

fn still_running(running: &Running) -> Failed {
    let problem =
        Problem::new(format!("the agent still runs {} seconds after it was asked to end", WAIT.as_secs()));
    Failed::new(
        Exit::Failure,
        problem.advise(format!("kill -9 {} ends it at once; it has nothing to lose", running.pid)),
    )
}
