//! Go commands among the processes below one that was started here: which of them run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// What the kernel calls a go command.
const NAME: &str = "go";

/// The fields of `/proc/PID/stat` behind the name, counted from 0 (proc(5)).
const STATE: usize = 0;
const PARENT: usize = 1;
const STARTED: usize = 19;

/// A go command that runs. A number that is used again is another one, since it has started later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GoCommand {
    pid: u32,
    started: u64,
}

struct Process {
    parent: u32,
    started: u64,
    is_go: bool,
}

/// The go commands that run below `root`, or as it; none where the system does not tell.
pub(crate) fn go_commands(root: u32) -> BTreeSet<GoCommand> {
    let numbers = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let all: BTreeMap<u32, Process> = numbers.filter_map(|pid| Some((pid, read(pid)?))).collect();
    let is_below = |pid: u32| {
        // There are no longer lines than there are processes, also where one has gone and its number is used again.
        let line = std::iter::successors(Some(pid), |pid| all.get(pid).map(|process| process.parent));
        line.take(all.len()).any(|pid| pid == root)
    };
    let commands = all.iter().filter(|(pid, process)| process.is_go && is_below(**pid));
    commands.map(|(pid, process)| GoCommand { pid: *pid, started: process.started }).collect()
}

/// A process that has not ended.
fn read(pid: u32) -> Option<Process> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse(stat: &str) -> Option<Process> {
    // The name may hold anything, also parentheses.
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    if matches!(*fields.get(STATE)?, "Z" | "X") {
        return None;
    }
    let (parent, started) = (fields.get(PARENT)?.parse().ok()?, fields.get(STARTED)?.parse().ok()?);
    Some(Process { parent, started, is_go: name == NAME })
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_line_of_proc_is_read_whatever_the_name_is() {
        let line = |name: &str, state: &str| {
            format!("7 ({name}) {state} 3 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 12345 0 0")
        };
        let read = parse(&line("go", "S")).unwrap();
        assert_eq!((read.parent, read.started, read.is_go), (3, 12345, true));
        assert!(!parse(&line("go) S 1 (go", "S")).unwrap().is_go);
        assert!(parse(&line("go", "Z")).is_none() && parse("7 (go").is_none());
    }

    /// A program called go, below one that is not: while it runs it is known, and then no more.
    #[test]
    fn a_go_command_is_known_while_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        let go = folder.path().join("go");
        std::os::unix::fs::symlink("/bin/cat", &go).unwrap();
        let line = format!("{} | cat", go.display());
        let mut shell = Command::new("/bin/sh").args(["-c", &line]).stdin(Stdio::piped()).spawn().unwrap();
        let begun = std::time::Instant::now();
        let found = loop {
            let found = go_commands(shell.id());
            if !found.is_empty() {
                break found;
            }
            assert!(begun.elapsed().as_secs() < 60, "it runs, and is called go");
        };
        assert_eq!(found.len(), 1);
        assert!(go_commands(std::process::id()).is_superset(&found), "also from further up");
        drop(shell.stdin.take());
        assert!(shell.wait().unwrap().success());
        assert!(go_commands(std::process::id()).is_disjoint(&found));
    }
}
