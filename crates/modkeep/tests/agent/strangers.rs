//! The agent and others: what it may not keep of its starter, and whom its end may not hit.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use super::scene::{NOBODY, User};

#[test]
fn what_the_starter_has_inherited_is_not_kept_by_the_agent() {
    let user = User::new();
    // The shell holds a lock and a pipe; the run ends only when nobody has the pipe any more.
    let script =
        "exec 8> \"$HOME/lock\" && flock 8 && (\"$MODKEEP\" agent start 9>&1 >&2) | cat && echo ended";
    let output = user.shell(NOBODY, script).run().success();
    assert!(output.stdout.contains("ended"), "{}{}", output.stdout, output.stderr);
    let lock = fs::File::open(user.home.home().join("lock")).unwrap();
    lock.try_lock().unwrap();
    assert_eq!(user.agent(NOBODY, &["status"]).run().status.code(), Some(0));
}

#[test]
fn from_another_container_with_the_same_folder_nobody_is_ended() {
    let user = User::new();
    user.agent(NOBODY, &["start"]).run().success();
    let stop = "exec unshare --user --map-root-user --pid --fork \"$MODKEEP\" agent stop";
    let output = user.shell(NOBODY, stop).run().failure();
    assert_eq!(output.status.code(), Some(1), "{}{}", output.stdout, output.stderr);
    assert!(output.stderr.contains("in another container"), "{}", output.stderr);
    assert_eq!(user.agent(NOBODY, &["status"]).run().status.code(), Some(0));
}

#[test]
fn a_stranger_that_has_the_number_of_the_agent_is_left_alone() {
    let user = User::new();
    user.agent(NOBODY, &["start"]).run().success();
    let mut told = user.running();
    user.agent(NOBODY, &["stop"]).run().success();
    let mut stranger = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    told["pid"] = stranger.id().into();
    let mut file = fs::OpenOptions::new().write(true).truncate(true).open(user.state("running")).unwrap();
    file.lock().unwrap();
    file.write_all(told.to_string().as_bytes()).unwrap();
    let output = user.agent(NOBODY, &["stop"]).run().failure();
    assert!(output.stderr.contains("was left alone"), "{}", output.stderr);
    drop(stranger.stdin.take());
    assert!(stranger.wait().unwrap().success(), "a signal has ended it");
}
