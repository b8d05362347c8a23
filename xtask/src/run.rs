//! Running other programs: shown before they start, and their failure told in one sentence.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, ExitStatus, Output, Stdio};

use crate::failure::{Context as _, Failure};

/// Shows `command`, runs it with this program's own output, and fails unless it exits with 0.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    println!("$ {}", shown(command));
    let status = command.status().cannot(format_args!("start `{}`", shown(command)))?;
    well_ended(command, status)
}

/// Like [`run`], and gives each line of the standard error to `see` as it is shown.
pub(crate) fn run_watching(command: &mut Command, mut see: impl FnMut(&str)) -> Result<(), Failure> {
    println!("$ {}", shown(command));
    let mut child =
        command.stderr(Stdio::piped()).spawn().cannot(format_args!("start `{}`", shown(command)))?;
    for line in child.stderr.take().into_iter().flat_map(|said| BufReader::new(said).split(b'\n')) {
        let line = line.cannot(format_args!("read what `{}` says", shown(command)))?;
        let line = String::from_utf8_lossy(&line);
        eprintln!("{line}");
        see(&line);
    }
    let status = child.wait().cannot(format_args!("wait for `{}`", shown(command)))?;
    well_ended(command, status)
}

fn well_ended(command: &Command, status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` ended with {status}; its output above says why", shown(command))))
}

/// Runs `command` quietly and returns its standard output. A failure carries its standard error.
pub(crate) fn capture(command: &mut Command) -> Result<String, Failure> {
    let output = output(command)?;
    if output.status.success() {
        return String::from_utf8(output.stdout).cannot(format_args!("read what `{}` says", shown(command)));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("`{}` ended with {}: {}", shown(command), output.status, said.trim())))
}

/// Runs `command` quietly and returns all of its output, whatever its exit code.
pub(crate) fn output(command: &mut Command) -> Result<Output, Failure> {
    command.stdin(Stdio::null()).output().cannot(format_args!("start `{}`", shown(command)))
}

/// Whether `command` starts and exits with 0; its output is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    output(command).is_ok_and(|output| output.status.success())
}

/// The command as a person would type it: variables that were set for it, the program's bare name, its arguments.
fn shown(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| {
        Some(format!("{}={}", name.to_string_lossy(), quoted(&value?.to_string_lossy())))
    });
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    variables.chain(words.map(|word| quoted(&word.to_string_lossy()))).collect::<Vec<_>>().join(" ")
}

/// `word`, in single quotes if a shell would otherwise split it.
fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(char::is_whitespace) { format!("'{word}'") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_typed() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["test", "a b"]).env("RUSTDOCFLAGS", "-D warnings").env_remove("HOME");
        assert_eq!(shown(&command), "RUSTDOCFLAGS='-D warnings' cargo test 'a b'");
    }

    #[test]
    fn a_failed_command_says_its_code_and_its_words() {
        let failure = capture(Command::new("sh").args(["-c", "echo no such thing >&2; exit 3"])).unwrap_err();
        assert!(failure.to_string().contains("3: no such thing"), "{failure}");
    }

    #[test]
    fn a_watched_command_is_seen_line_by_line_and_its_failure_counts() {
        let mut seen = Vec::new();
        let script = "printf 'a\\n\\377\\nlast' >&2; exit 3";
        let failed = run_watching(Command::new("sh").args(["-c", script]), |line| seen.push(line.to_owned()));
        assert!(failed.is_err_and(|failure| failure.to_string().contains("3;")));
        assert_eq!(seen, ["a", "\u{fffd}", "last"]);
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let failure = run(&mut Command::new("no-program-of-this-name")).unwrap_err();
        assert!(failure.to_string().starts_with("cannot start `no-program-of-this-name`"), "{failure}");
        assert!(!succeeds(&mut Command::new("no-program-of-this-name")));
    }
}
