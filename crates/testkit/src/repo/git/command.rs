//! How the system git is started: without anything of the user's or the machine's.

use std::process::Command;

/// The system git, with nothing in its environment but PATH and what keeps it from every configuration but the repository's.
pub fn git_command() -> Command {
    let mut command = Command::new("git");
    isolate(&mut command);
    command
}

/// Takes everything from the environment of a command that git could read.
pub(in crate::repo) fn isolate(command: &mut Command) {
    command.env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let settings = [
        ("HOME", "/nonexistent"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("LC_ALL", "C"),
        ("TZ", "UTC"),
    ];
    command.envs(settings);
}
