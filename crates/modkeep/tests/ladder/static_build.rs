//! A build without any network.

use std::fs;

use super::scene::{Scene, upstream};

/// A project whose module cache has what `go mod tidy` wants to see.
fn scene() -> Scene {
    let (scene, upstream) = (Scene::vendored(), upstream());
    scene.go(&upstream.url()).args(["mod", "download"]).run().success();
    scene
}

#[test]
fn it_builds_where_only_loopback_is_up() {
    let scene = scene();
    let code = "package main\n\nimport \"testing\"\nimport \"net\"\n\nfunc TestNet(t *testing.T) {\n\
                l, err := net.Listen(\"tcp\", \"127.0.0.1:0\")\n\tif err != nil { t.Fatal(err) }\n\tl.Close()\n\
                all, _ := net.Interfaces()\n\tfor _, i := range all { if i.Flags&net.FlagUp != 0 && i.Flags&net.FlagLoopback == 0 { t.Fatal(i.Name) } }\n}\n";
    fs::write(scene.project.join("main_test.go"), code).unwrap();
    let run = scene.command(&["static", "test", "./..."]).run();
    assert!(run.status.success(), "{}\n{}", run.stdout, run.stderr);
    for held in [
        "held: go.mod is tidy",
        "held: go.sum is complete",
        "held: vendor/ is consistent and whole",
        "building where only loopback is up",
    ] {
        assert!(run.stderr.contains(held), "{held}\n{}", run.stderr);
    }
}

#[test]
fn a_broken_lock_is_named_and_stops_it() {
    let scene = scene();
    let sum = scene.project.join("go.sum");
    let whole = fs::read_to_string(&sum).unwrap();
    fs::write(&sum, whole.lines().filter(|line| !line.contains("/go.mod")).collect::<Vec<_>>().join("\n"))
        .unwrap();
    let run = scene.command(&["static", "--check"]).run();
    assert_eq!(run.status.code(), Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("go.sum has no line for github.com/ex/lib v1.0.0/go.mod"), "{}", run.stderr);
    fs::write(&sum, whole).unwrap();
    fs::write(scene.project.join("vendor/github.com/ex/lib/lib.go"), "package lib\n\nconst Id = 2\n")
        .unwrap();
    let run = scene.command(&["static"]).run();
    assert!(run.stderr.contains("changed github.com/ex/lib/lib.go"), "{}", run.stderr);
    fs::write(scene.project.join("go.mod"), "module example.com/main\n\ngo 1.21\n").unwrap();
    let run = scene.command(&["static", "--check"]).run();
    assert!(run.stderr.contains("broken: vendor/ is consistent"), "{}", run.stderr);
}

/// A project that wants its list stops here too when there is none.
#[test]
fn a_list_that_the_project_wants_must_be_there() {
    let (scene, upstream) = (Scene::new(), upstream());
    scene.go(&upstream.url()).args(["mod", "vendor"]).run().success();
    let told = scene.command(&["static", "--check"]).run().success();
    assert!(told.stderr.contains("not checked: vendor/"), "{}", told.stderr);
    fs::write(scene.project.join("modkeep.toml"), "[vendor]\nrequire-checksums = true\n").unwrap();
    let stopped = scene.command(&["static", "--check"]).run();
    assert_eq!(stopped.status.code(), Some(1), "{}", stopped.stderr);
}

#[test]
fn another_project_than_that_of_the_folder_is_not_built() {
    let scene = scene();
    for args in [&["build", "-C", "sub"][..], &["build", "-mod=mod"], &["vet", "-modfile=x.mod"]] {
        let line = ["static"].iter().chain(args).copied().collect::<Vec<_>>();
        assert_eq!(scene.command(&line).run().status.code(), Some(64), "{args:?}");
    }
}

#[test]
fn what_cannot_be_proven_is_said() {
    let scene = scene();
    let tools = scene.home.path().join("tools");
    fs::create_dir(&tools).unwrap();
    std::os::unix::fs::symlink("/bin/false", tools.join("unshare")).unwrap();
    let programs = std::env::var("PATH").unwrap();
    let path = format!("{}:{programs}", tools.display());
    let run = scene.command(&["static"]).env("PATH", path).run();
    assert!(
        run.status.success() && run.stderr.contains("not proven: this system gives no network namespace"),
        "{}",
        run.stderr
    );
}
