//! Starts the log: to stderr, readable on a terminal, one JSON object per line for machines.
//!
//! No log line waits for the reader of stderr: see [`unblocked`](crate::unblocked).

use std::io::Write;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::access::{self, AccessLog};
use crate::env::Env;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::values::LogFormat;
use crate::settings::{Settings, table};
use crate::unblocked::Unblocked;

/// The log of this process. A command keeps it to its end: dropping it writes what still waits, as far as stderr takes it.
#[derive(Debug)]
#[must_use = "dropping it says that the command has ended"]
pub struct Log {
    writer: Unblocked,
    json: bool,
}

impl Log {
    /// What writes a line for each request; `None` where the settings want no such lines.
    pub fn of_requests(&self) -> Option<AccessLog> {
        let wanted = tracing::enabled!(target: access::TARGET, tracing::Level::INFO);
        wanted.then(|| AccessLog::new(self.writer.clone(), self.json))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let lost = self.writer.lost();
        if lost > 0 {
            tracing::warn!(lost, "log lines were lost, because stderr was not read fast enough");
        }
        // An `Unblocked` has no errors, and it waits a second at most.
        drop(self.writer.flush());
    }
}

/// Makes the log of this process what the settings say. The second call in one process is an error.
pub fn start(settings: &Settings, env: &Env) -> Result<Log, Failed> {
    start_to(std::io::stderr(), settings, env)
}

/// The same to another place than stderr.
pub fn start_to(target: impl Write + Send + 'static, settings: &Settings, env: &Env) -> Result<Log, Failed> {
    let filter = EnvFilter::new(settings.get(&table::LOG)?.as_str());
    let writer = Unblocked::new(target)?;
    let each = writer.clone();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || each.clone());
    let json = is_json(settings.get(&table::LOG_FORMAT)?, env);
    let started = if json {
        builder.json().flatten_event(true).finish().try_init()
    } else {
        builder.with_ansi(has_colour(env)).with_target(false).finish().try_init()
    };
    let problem = |reason: String| Problem::new("cannot start the log").because(reason);
    started.map_err(|error| Failed::new(Exit::Failure, problem(error.to_string())))?;
    Ok(Log { writer, json })
}

fn is_json(format: LogFormat, env: &Env) -> bool {
    match format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !env.stderr_is_terminal(),
    }
}

/// Colour only where somebody sees it and has not asked to be spared (`NO_COLOR`).
fn has_colour(env: &Env) -> bool {
    env.stderr_is_terminal() && env.var("NO_COLOR").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Platform;
    use std::path::Path;

    #[test]
    fn without_a_terminal_the_log_is_json_unless_text_is_asked_for() {
        let env = Env::new::<&str, &str>([], Path::new("/"), Platform::Unix);
        let formats = [LogFormat::Auto, LogFormat::Json, LogFormat::Text];
        assert_eq!(formats.map(|format| is_json(format, &env)), [true, true, false]);
        assert!(!has_colour(&env));
    }
}
