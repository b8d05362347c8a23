//! Ctrl-C, and the signal of those who end a process, while a lock is made: nothing is written, and nothing runs on.

use std::env;
use std::fs::{self, File, Permissions};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use super::kit::Locked;
use crate::scene::{BINARY, NOBODY, with_git};

/// Longer than anything here may take.
const LONG: Duration = Duration::from_mins(1);

/// Tells when nobody holds this pipe open any more who has once.
fn end_of(pipe: &Path) -> Receiver<()> {
    assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    let (ended, has_ended) = channel();
    let pipe = pipe.to_owned();
    thread::spawn(move || {
        File::open(pipe).unwrap().read_to_end(&mut Vec::new()).unwrap();
        let _ = ended.send(());
    });
    has_ended
}

/// `modkeep lock` with a program in the place of git or go that sends it this signal, and would run for long.
fn is_stopped(program: &str, signal: &str, args: &[&str]) {
    let locked = Locked::not_yet();
    let bin = locked.scene.home.project("bin");
    let pipe = bin.join("pipe");
    let has_ended = end_of(&pipe);
    let script = format!("#!/bin/sh\nexec 9> '{}'\nkill -{signal} $PPID\nexec sleep 300\n", pipe.display());
    fs::write(bin.join(program), script).unwrap();
    fs::set_permissions(bin.join(program), Permissions::from_mode(0o755)).unwrap();
    let (go, path) = (testkit::Go::find(), env::var_os("PATH").unwrap());
    let folders = [bin].into_iter().chain(go.binary().parent().map(Path::to_owned));
    let path = env::join_paths(folders.chain(env::split_paths(&path))).unwrap();
    let run = locked.scene.go(NOBODY).under(BINARY.as_ref(), ["lock"].iter().chain(args));
    let output = with_git(locked.scene.as_user(run)).env("PATH", path).run();
    assert_eq!(output.status.code(), Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("error: stopped: "), "{}", output.stderr);
    assert!(has_ended.recv_timeout(LONG).is_ok(), "what was begun is ended");
    assert!(!locked.path().exists());
}

#[test]
fn git_runs_on_after_neither_signal() {
    is_stopped("git", "INT", &[]);
    is_stopped("git", "TERM", &[]);
}

#[test]
fn go_does_not_run_on_where_a_tool_was_to_be_locked() {
    is_stopped("go", "TERM", &["--tool", "example.com/cmd/x@v1.0.0"]);
}
