//! On a good day nobody notices that it is not go itself.

use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::scene::{BINARY, DEPENDENCY, Scene, upstream};

/// Commands that print, fetch, fail, and end with codes of the user's program.
const LINES: [&[&str]; 12] = [
    &["build", "./..."],
    &["run", "."],
    &["vet", "./..."],
    &["list", "-m", "all"],
    &["list", "-m", "-versions", DEPENDENCY],
    &["mod", "download", "-json"],
    &["mod", "verify"],
    &["build", "./missing"],
    &["env", "GOPRIVATE"],
    &["version"],
    &["nonsense"],
    &["test", "./..."],
];

#[test]
fn every_command_ends_and_prints_as_with_go_alone() {
    let upstream = upstream();
    for line in LINES {
        let (plain, ours) = (Scene::new(), Scene::new());
        for scene in [&plain, &ours] {
            fs::write(scene.project.join("main_test.go"), FAILING).unwrap();
        }
        let alone = plain.go(&upstream.url()).args(line).run();
        let under = ours.modkeep(&upstream.url(), &[]).args(line).run();
        assert_eq!(under.status.code(), alone.status.code(), "{line:?}\n{}", under.stderr);
        let in_one_world = |text: &str, scene: &Scene| scrub(text, scene);
        assert_eq!(in_one_world(&under.stdout, &ours), in_one_world(&alone.stdout, &plain), "{line:?}");
        assert_eq!(in_one_world(&under.stderr, &ours), in_one_world(&alone.stderr, &plain), "{line:?}");
    }
}

const FAILING: &str =
    "package main\n\nimport \"testing\"\n\nfunc TestFails(t *testing.T) { t.Fatal(\"on purpose\") }\n";

/// The text without folders and times, which no two runs share.
fn scrub(text: &str, scene: &Scene) -> String {
    let text = text.replace(&scene.home.path().display().to_string(), "HOME");
    text.lines()
        .map(|line| line.split('\t').map(without_time).collect::<Vec<_>>().join("\t") + "\n")
        .collect()
}

fn without_time(word: &str) -> &str {
    let inner = word.trim_start_matches('(').trim_end_matches(')');
    let is_time = inner.ends_with('s') && inner[..inner.len() - 1].parse::<f64>().is_ok();
    let head = word.split_once(" (0.").map_or(word, |(head, _)| head);
    if is_time { "TIME" } else { head }
}

#[test]
fn stdin_is_the_programs_own() {
    let (scene, upstream) = (Scene::new(), upstream());
    let code = format!(
        "package main\n\nimport (\n\"fmt\"\n_ \"{DEPENDENCY}\"\n)\n\nfunc main() {{ var s string; fmt.Scan(&s); fmt.Println(s) }}\n"
    );
    fs::write(scene.project.join("main.go"), code).unwrap();
    let shell = "echo hello | \"$MODKEEP\" go run .";
    let run = scene.as_user(scene.go(&upstream.url())).env("MODKEEP", BINARY);
    let output = run.under(Path::new("/bin/sh"), ["-c", shell]).run().success();
    assert_eq!(output.stdout, "hello\n");
}

#[test]
fn a_command_that_runs_go_gets_the_same_ladder() {
    let (scene, upstream) = (Scene::new(), upstream());
    let run = scene.as_user(scene.go(&upstream.url()));
    let first = ["exec", "--", "/bin/sh", "-c", "go build ./... && exit 7"].map(OsString::from);
    let output = run.under(Path::new(BINARY), first).run();
    assert_eq!(
        (output.status.code(), output.stderr.contains("modkeep:")),
        (Some(7), false),
        "{}",
        output.stderr
    );
    assert!(upstream.count(".zip") > 0);
}

#[test]
fn a_signal_that_reaches_us_alone_reaches_the_command() {
    for name in ["TERM", "INT", "QUIT", "HUP"] {
        passes_on(name);
    }
}

/// Whoever ignores a signal goes on ignoring it, as under `nohup`; and who dies of one, dies of it.
#[test]
fn what_is_ignored_stays_ignored_and_a_death_by_a_signal_is_one() {
    use std::os::unix::process::ExitStatusExt as _;
    let script = format!(
        "trap '' HUP; exec {BINARY} exec -- /bin/sh -c 'echo ready; sleep 0.3; echo done; kill -INT $$'"
    );
    let mut child = Command::new("/bin/sh").args(["-c", &script]).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut ready = [0; 6];
    out.read_exact(&mut ready).unwrap();
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.wait().unwrap().signal()), ("done\n", Some(2)));
}

fn passes_on(name: &str) {
    let script = format!("trap 'exit 9' {name}; echo ready; while :; do sleep 0.05; done");
    let mut child = Command::new(BINARY)
        .args(["exec", "--", "/bin/sh", "-c", &script])
        .env("XDG_CONFIG_HOME", "/nowhere")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = [0; 5];
    child.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(9), "{name}");
}
