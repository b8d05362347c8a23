//! Starting, stopping, and what can stand in the way.

use std::net::TcpListener;
use std::path::Path;

use testkit::ServerProcess;

use super::scene::{BINARY, NOBODY, User};

#[test]
fn it_starts_once_tells_how_it_is_and_stops() {
    let user = User::new();
    let status = |code: i32| {
        let output = user.agent(NOBODY, &["status"]).run();
        assert_eq!(output.status.code(), Some(code), "{}{}", output.stdout, output.stderr);
        output.stdout
    };
    assert_eq!(status(3), "the agent does not run\n");
    let first = user.agent(NOBODY, &["start"]).run().success();
    assert_eq!((first.stdout.lines().count(), first.stderr.as_str()), (1, ""), "{}", first.stdout);
    let told = status(0);
    assert_eq!(first.stdout, told);
    assert!(told.contains(&format!("on port {} since 2", user.port)), "{told}");
    assert!(told.contains(&format!("modkeep {}", env!("CARGO_PKG_VERSION"))), "{told}");
    let second = user.agent(NOBODY, &["start"]).run().success();
    assert_eq!(second.stdout, told.replace('\n', " already\n"));
    assert_eq!(user.agent(NOBODY, &["stop"]).run().success().stdout, "the agent has ended\n");
    status(3);
    assert_eq!(user.agent(NOBODY, &["stop"]).run().success().stdout, "the agent does not run\n");
}

#[test]
fn of_many_starts_at_once_one_agent_comes_and_all_are_content() {
    let user = User::new();
    let start = "\"$MODKEEP\" agent start & ";
    let script = format!("{} wait", start.repeat(4));
    let output = user.shell(NOBODY, &script).run().success();
    let process = format!("process {},", user.running()["pid"]);
    assert_eq!(output.stdout.matches(&process).count(), 4, "{}{}", output.stdout, output.stderr);
    assert_eq!(output.stderr, "");
}

#[test]
fn a_port_that_somebody_else_has_is_told_with_its_holder() {
    let user = User::new();
    let _holder = TcpListener::bind(("127.0.0.1", user.port)).unwrap();
    let output = user.agent(NOBODY, &["start"]).run().failure();
    assert_eq!(output.status.code(), Some(69), "{}", output.stderr);
    assert!(output.stderr.contains(&format!("127.0.0.1:{}", user.port)), "{}", output.stderr);
    if cfg!(target_os = "linux") {
        assert!(
            output.stderr.contains(&format!("held by process {} (", std::process::id())),
            "{}",
            output.stderr
        );
    }
    assert_eq!(user.agent(NOBODY, &["status"]).run().status.code(), Some(3), "nothing is left behind");
}

#[test]
fn another_port_than_that_of_the_running_one_is_a_warning() {
    let user = User::new();
    user.agent(NOBODY, &["start"]).run().success();
    let output = user.agent(NOBODY, &["start", "--agent-port", "1"]).run().success();
    assert!(output.stderr.contains("does not listen on port 1 of this machine"), "{}", output.stderr);
}

#[test]
fn a_wrong_setting_is_told_and_starts_nothing() {
    let user = User::new();
    user.settings("rungs = \"proxy\"\n");
    let output = user.agent(NOBODY, &["start"]).run().failure();
    assert_eq!(output.status.code(), Some(78), "{}", output.stderr);
    user.settings("ca-file = \"absent.pem\"\n");
    let output = user.agent(NOBODY, &["start"]).run().failure();
    assert!(output.stderr.contains("absent.pem"), "{}", output.stderr);
    assert_eq!(user.agent(NOBODY, &["status"]).run().status.code(), Some(3));
}

#[test]
fn in_the_foreground_it_ends_with_sigterm() {
    let user = User::new();
    let (port, state) = (user.port.to_string(), user.home.path().join("state").display().to_string());
    let env = [("MODKEEP_AGENT_PORT", port.as_str()), ("XDG_STATE_HOME", &state), ("GOPROXY", NOBODY)];
    let args = ["agent", "start", "--foreground"];
    let mut process = ServerProcess::start(Path::new(BINARY), &args, &env, "the agent runs on port {}");
    assert_eq!(
        (process.captures()[0].as_str(), user.running()["pid"].to_string()),
        (port.as_str(), process.pid().to_string())
    );
    assert!(process.terminate().success(), "{}", process.output());
}
