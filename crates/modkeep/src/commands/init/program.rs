//! Running go and git, which are asked small things that need no network.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::commands::go::program;
use crate::env::Env;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// How long one answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Runs `name` of PATH in a folder, with these variables besides the user's own.
///
/// # Errors
/// There is no such program, it cannot be run, or takes too long. How it has ended is for the caller.
pub(super) async fn run(
    name: &str,
    args: &[&str],
    folder: &Path,
    variables: &[(&str, &str)],
    env: &Env,
) -> Result<Output, Failed> {
    let mut command = Command::new(program::find(name, env)?);
    let own = variables.iter().map(|(name, value)| (OsStr::new(*name), OsStr::new(*value)));
    command.args(args).env_clear().envs(env.variables()).envs(own).current_dir(folder);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let told = format!("{name} {}", args.join(" "));
    match timeout(ANSWER_MAX, command.output()).await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => Err(not_run(&told, &error.to_string())),
        Err(_) => Err(not_run(&told, &format!("it was not done after {} seconds", ANSWER_MAX.as_secs()))),
    }
}

fn not_run(told: &str, reason: &str) -> Failed {
    Failed::new(Exit::Unavailable, Problem::new(format!("cannot run `{told}`")).because(reason))
}
