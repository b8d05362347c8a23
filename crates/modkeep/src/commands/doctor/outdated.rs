//! Which modules have newer versions: go's own answer, behind the ladder, so that it comes from whoever answers.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use doctor::Severity;
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tokio::process::Command;
use tokio::time::timeout;

use super::finding::Local;
use crate::env::Env;
use crate::settings::flags::Given;

/// How long the whole question may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long a go command that was told to end may take to do so.
const ENDING_MAX: Duration = Duration::from_secs(5);

/// Modules that are named.
const NAMED_MAX: usize = 20;

/// A module as `go list -json` tells it.
#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "Path")]
    path: String,
    #[serde(rename = "Version", default)]
    version: String,
    #[serde(rename = "Update")]
    update: Option<Update>,
}

#[derive(Deserialize)]
struct Update {
    #[serde(rename = "Version")]
    version: String,
}

/// What go says; nothing when all is new.
pub(super) async fn finding(root: &Path, given: &Given, env: &Env) -> Option<Local> {
    match ask(root, given, env).await {
        Ok(output) if output.status.success() => told(&output.stdout),
        Ok(output) => Some(untold(&last_line(&output.stderr))),
        Err(why) => Some(untold(&why)),
    }
}

async fn ask(root: &Path, given: &Given, env: &Env) -> Result<Output, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(own);
    command.arg("go").args(flags(given));
    command.args(["list", "-mod=readonly", "-m", "-u", "-json", "all"]).current_dir(root);
    command.env_clear().envs(env.variables()).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let child = command.spawn().map_err(|error| error.to_string())?;
    let id = child.id();
    let mut ended = std::pin::pin!(child.wait_with_output());
    if let Ok(output) = timeout(PATIENCE, &mut ended).await {
        return output.map_err(|error| error.to_string());
    }
    // It passes the signal on to go. What does not end then is killed when it is dropped.
    if let Some(id) = id.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
        let _ = kill_process(id, Signal::TERM);
    }
    let _ = timeout(ENDING_MAX, ended).await;
    Err(format!("go list did not end within {}", humantime::format_duration(PATIENCE)))
}

/// The settings that were given to us are for it too.
fn flags(given: &Given) -> Vec<String> {
    let config = given.config.iter().map(|path| format!("--config={}", path.display()));
    given.values.iter().map(|(key, text)| format!("--{key}={text}")).chain(config).collect()
}

fn told(text: &[u8]) -> Option<Local> {
    let all = serde_json::Deserializer::from_slice(text).into_iter::<Listed>();
    let line = |listed: Listed| {
        let Listed { path, version, update } = listed;
        update.map(|update| format!("{path} {version} → {}", update.version))
    };
    let newer: Vec<String> = all.filter_map(Result::ok).filter_map(line).collect();
    if newer.is_empty() {
        return None;
    }
    let message = format!("{} modules have newer versions", newer.len());
    let fix = "look at what has changed, and take what you want with `modkeep go get PATH@VERSION`";
    let named = newer.into_iter().take(NAMED_MAX);
    Some(Local::new("project", "outdated", Severity::Note, message, fix).with(named))
}

fn untold(why: &str) -> Local {
    let message = "which modules have newer versions could not be found out";
    let fix = "mend what is named above first";
    Local::new("project", "outdated-unknown", Severity::Warning, message, fix).with([why.to_owned()])
}

fn last_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("go said nothing").to_owned()
}
