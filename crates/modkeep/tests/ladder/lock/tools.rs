//! Tools at versions of their own, which no go.sum covers.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::{FakeUpstream, GoHome, GoOutput, GoRun, Module, SumDb};

use crate::scene::{BINARY, NOBODY, Scene, said};

const TOOL: &str = "example.com/tool/cmd/x@v1.0.0";

fn modules(word: &str) -> [Module; 2] {
    let code = format!("package dep\n\nconst Word = {word:?}\n");
    let main = "package main\n\nimport \"example.com/dep\"\n\nfunc main() { println(dep.Word) }\n";
    let needs = "module example.com/tool\n\ngo 1.21\n\nrequire example.com/dep v1.2.0\n";
    [
        Module::new("example.com/tool", "v1.0.0").file("go.mod", needs).file("cmd/x/main.go", main),
        Module::new("example.com/dep", "v1.2.0")
            .file("go.mod", "module example.com/dep\n\ngo 1.21\n")
            .file("dep.go", code),
    ]
}

/// `modkeep lock` in the project, with this proxy.
fn lock(scene: &Scene, upstream: &str, gosumdb: &str, args: &[&str]) -> GoOutput {
    let args = ["lock"].iter().chain(args);
    scene.as_user(scene.go(upstream).sumdb(gosumdb).under(BINARY.as_ref(), args)).run()
}

fn text(scene: &Scene) -> String {
    fs::read_to_string(scene.project.join("modkeep.lock")).unwrap()
}

/// The download folder of somebody who has these modules, as a module cache.
fn cache_of(word: &str, scene: &Scene) -> PathBuf {
    let other = GoHome::fresh();
    let upstream = FakeUpstream::builder().modules(modules(word)).start();
    GoRun::in_home(&other)
        .proxy(upstream.url())
        .args(["install", TOOL])
        .build_cache(&built())
        .run()
        .success();
    let kept = scene.home.path().join(format!("cache-{word}"));
    fs::rename(other.module_cache(), &kept).unwrap();
    kept
}

fn built() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-build")
}

/// Runs the tool with nothing in go's own cache, this proxy, and these settings.
fn run(scene: &Scene, upstream: &str, gosumdb: &str, flags: &[&str]) -> GoOutput {
    scene.home.clear_module_cache();
    let flags: Vec<&str> = flags.iter().copied().chain(["--rungs=cache,upstream"]).collect();
    scene.modkeep(upstream, &flags).sumdb(gosumdb).args(["run", TOOL]).run()
}

#[test]
fn a_tool_is_locked_with_its_whole_graph_and_runs_with_the_database_dead() {
    let (scene, db) = (Scene::new(), SumDb::new("localhost.localdev/sumdb"));
    let upstream = FakeUpstream::builder().modules(modules("good")).start();
    for module in modules("good") {
        db.add(&module);
    }
    db.mirror_on(&upstream);
    lock(&scene, &upstream.url(), &db.gosumdb(), &["--tool", TOOL]).success();
    let text = text(&scene);
    let lines: Vec<String> = modules("good")
        .iter()
        .flat_map(|it| it.go_sum_lines().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert!(text.contains(&format!("[tools.\"{TOOL}\"]")), "{text}");
    assert!(lines.iter().all(|line| text.contains(&format!("\"{line}\""))), "{text}");
    assert!(!scene.project.join("go.work").exists() && !text.contains("[[module]]"), "{text}");
    let cache = format!("--module-caches={}", cache_of("good", &scene).display());
    let ran = run(&scene, NOBODY, &db.gosumdb(), &[&cache]).success();
    assert!(ran.stderr.ends_with("good\n"), "{}", ran.stderr);
}

#[test]
fn other_bytes_than_were_locked_are_not_run_even_where_no_database_knows_the_tool() {
    let scene = Scene::new();
    let upstream = FakeUpstream::builder().modules(modules("good")).start();
    lock(&scene, &upstream.url(), "off", &["--tool", TOOL]).success();
    let lying = FakeUpstream::builder().modules(modules("other")).start();
    let refused = run(&scene, &lying.url(), "off", &[]);
    assert_eq!(refused.status.code(), Some(1), "{}", refused.stderr);
    let is_told = |line: &&str| line.contains("SECURITY") && line.contains("but modkeep.lock says");
    assert!(
        said(&refused).iter().any(is_told) && !refused.stderr.contains("go.sum says"),
        "{}",
        refused.stderr
    );
    let other = format!("--module-caches={}", cache_of("other", &scene).display());
    let passed_by = run(&scene, &upstream.url(), "off", &[&other]).success();
    assert!(passed_by.stderr.ends_with("good\n"), "{}", passed_by.stderr);
    lock(&scene, NOBODY, "off", &["--drop-tool", TOOL]).success();
    let unheld = run(&scene, &lying.url(), "off", &[]).success();
    assert!(unheld.stderr.ends_with("other\n"), "without the lock nobody knows better: {}", unheld.stderr);
}

/// go asks nobody about what it has, and for a tool no go.sum holds it.
#[test]
fn what_lies_in_the_module_cache_is_held_to_the_lock_too() {
    let scene = Scene::new();
    let upstream = FakeUpstream::builder().modules(modules("good")).start();
    lock(&scene, &upstream.url(), "off", &["--tool", TOOL]).success();
    let lying = FakeUpstream::builder().modules(modules("other")).start();
    scene.home.clear_module_cache();
    scene.go(&lying.url()).args(["run", TOOL]).run().success();
    let warm = scene.modkeep(&upstream.url(), &[]).args(["run", TOOL]).run();
    assert_eq!(warm.status.code(), Some(1), "{}", warm.stderr);
    assert!(warm.stderr.contains("SECURITY: the module cache has another"), "{}", warm.stderr);
}

/// `modkeep exec -- go` is `modkeep go`.
#[test]
fn go_under_exec_is_held_to_the_lock_too() {
    let scene = Scene::new();
    let upstream = FakeUpstream::builder().modules(modules("good")).start();
    lock(&scene, &upstream.url(), "off", &["--tool", TOOL]).success();
    let lying = FakeUpstream::builder().modules(modules("other")).start();
    scene.home.clear_module_cache();
    let first = ["exec", "--rungs=upstream", "--", "go", "run", TOOL];
    let run = scene.as_user(scene.go(&lying.url())).under(BINARY.as_ref(), first).run();
    assert!(!run.status.success() && run.stderr.contains("SECURITY"), "{}", run.stderr);
}

/// A second package of the same module does not switch it off.
#[test]
fn one_more_package_on_the_line_is_held_with_it() {
    let scene = Scene::new();
    let upstream = FakeUpstream::builder().modules(modules("good")).start();
    lock(&scene, &upstream.url(), "off", &["--tool", TOOL]).success();
    let lying = FakeUpstream::builder().modules(modules("other")).start();
    scene.home.clear_module_cache();
    let (path, version) = TOOL.split_once('@').unwrap();
    let unknown = format!("{path}/unknown@{version}");
    let run = scene.modkeep(&lying.url(), &["--rungs=upstream"]).args(["install", TOOL, &unknown]).run();
    assert!(!run.status.success() && run.stderr.contains("SECURITY"), "{}", run.stderr);
}

#[test]
fn a_tool_that_was_locked_is_locked_again_only_as_it_was() {
    let scene = Scene::new();
    let upstream = FakeUpstream::builder().modules(modules("good")).start();
    lock(&scene, &upstream.url(), "off", &["--tool", TOOL]).success();
    let before = text(&scene);
    let lying = FakeUpstream::builder().modules(modules("other")).start();
    let refused = lock(&scene, &lying.url(), "off", &["--tool", TOOL]).failure();
    assert!(refused.stderr.contains("SECURITY"), "{}", refused.stderr);
    assert!(refused.stderr.contains("modkeep.lock says"), "{}", refused.stderr);
    assert_eq!(text(&scene), before);
}

#[test]
fn what_has_no_whole_version_or_is_not_there_is_a_wrong_command() {
    let scene = Scene::new();
    let latest = lock(&scene, NOBODY, "off", &["--tool", "example.com/tool/cmd/x@latest"]);
    assert_eq!(latest.status.code(), Some(64), "{}", latest.stderr);
    let unknown = lock(&scene, NOBODY, "off", &["--drop-tool", TOOL]);
    assert_eq!(unknown.status.code(), Some(64), "{}", unknown.stderr);
    let dead = lock(&scene, NOBODY, "off", &["--tool", TOOL]).failure();
    assert!(dead.stderr.contains("`go install -n"), "{}", dead.stderr);
    assert!(!scene.project.join("modkeep.lock").exists());
}
