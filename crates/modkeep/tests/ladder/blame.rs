//! Who is to blame when nothing helped.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use serde_json::Value;

use super::scene::{BINARY, DEPENDENCY, NOBODY, Scene, said, upstream};

#[test]
fn a_network_that_fails_is_exit_75_and_named() {
    let scene = Scene::new();
    let report = scene.home.path().join("report.json");
    let flag = format!("--report={}", report.display());
    let run = scene.modkeep(NOBODY, &[&flag, "--rungs=cache,upstream"]).args(["build", "./..."]);
    let run = run.env("GITHUB_ACTIONS", "true").run();
    assert_eq!(run.status.code(), Some(75), "{}", run.stderr);
    assert!(said(&run)[0].starts_with("the infrastructure failed, not the code"), "{}", run.stderr);
    assert!(
        run.stderr.contains("\n::error title=modkeep::modkeep: infrastructure failure"),
        "{}",
        run.stderr
    );
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!((&report["exit"], &report["blame"]), (&75.into(), &"infrastructure".into()));
    assert!(report["unanswered"][0]["trail"].to_string().contains("127.0.0.1:1"), "{report}");
}

#[test]
fn code_that_does_not_compile_is_gos_own_failure() {
    let (scene, upstream) = (Scene::new(), upstream());
    fs::write(scene.project.join("main.go"), "package main\n\nfunc main() { nothing() }\n").unwrap();
    let run = scene.modkeep(&upstream.url(), &[]).args(["build", "./..."]).run();
    assert_eq!((run.status.code(), said(&run).len()), (Some(1), 0), "{}", run.stderr);
}

#[test]
fn a_go_that_is_not_there_is_said() {
    let scene = Scene::new();
    let run = scene.modkeep(NOBODY, &[]).env("PATH", "/nowhere").args(["build"]).run();
    assert_eq!(run.status.code(), Some(69));
    assert!(
        run.stderr.contains("there is no go in PATH") && run.stderr.contains("help: install go"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_usage_error_is_ours_and_a_wrong_setting_is_named() {
    let scene = Scene::new();
    let run = scene.modkeep(NOBODY, &["--rungs=proxy"]).args(["build"]).run();
    assert_eq!(run.status.code(), Some(64), "{}", run.stderr);
    assert!(run.stderr.contains("there is no rung \"proxy\""), "{}", run.stderr);
}

#[test]
fn who_is_told_to_end_blames_nobody() {
    let scene = Scene::new();
    let script = "go build ./...; kill -TERM $PPID; sleep 20";
    let first = ["exec", "--rungs=cache,upstream", "--", "/bin/sh", "-c", script];
    let run = scene.as_user(scene.go(NOBODY)).under(Path::new(BINARY), first).run();
    assert_eq!((run.status.signal(), said(&run).len()), (Some(15), 0), "{}", run.stderr);
}

/// What a command could do without is not to blame for what fails later; what stops it is.
#[test]
fn a_miss_that_a_command_went_on_after_is_not_to_blame() {
    let (scene, upstream) = (Scene::new(), upstream());
    scene.go(&upstream.url()).args(["mod", "download"]).run().success();
    fs::write(scene.project.join("main.go"), "package main\n\nfunc main() { nothing() }\n").unwrap();
    let ends = |script: &str| {
        let first = ["exec", "--rungs=upstream", "--", "/bin/sh", "-c", script];
        scene.as_user(scene.go(NOBODY)).under(Path::new(BINARY), first).run()
    };
    let list = format!("go list -m -versions {DEPENDENCY}");
    let code = ends(&format!("{list}; go vet ./..."));
    assert_eq!((code.status.code(), said(&code).len()), (Some(1), 0), "{}", code.stderr);
    let network = ends(&format!("go vet ./...; {list}"));
    assert_eq!(network.status.code(), Some(75), "{}", network.stderr);
}
