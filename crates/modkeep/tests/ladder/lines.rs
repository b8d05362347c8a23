//! What is read of command lines of go in all its spellings, with the real go.

use std::fs;

use super::scene::{NOBODY, Scene};

/// Where the list of a vendor folder lies, and a file in the folder.
const LIST: &str = "vendor/.checksums";
const FILE: &str = "vendor/github.com/ex/lib/lib.go";

/// `go mod vendor` for another folder leaves this project's list alone: it would bless what somebody has changed.
#[test]
fn a_vendor_folder_made_elsewhere_blesses_nothing_here() {
    let scene = Scene::vendored();
    let list = fs::read(scene.project.join(LIST)).unwrap();
    fs::write(scene.project.join(FILE), "package lib\n\nconst Id = 666\n").unwrap();
    let inner = scene.project.join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("go.mod"), "module example.com/inner\n\ngo 1.21\n").unwrap();
    let elsewhere = scene.home.path().join("elsewhere").display().to_string();
    let other = scene.other_cache();
    let caches = format!("--module-caches={}", other.display());
    for args in [&["mod", "vendor", "-C", "inner"][..], &["mod", "vendor", "-o", &elsewhere]] {
        scene.modkeep(NOBODY, &[&caches]).args(args.iter().copied()).run().success();
        assert_eq!(fs::read(scene.project.join(LIST)).unwrap(), list, "{args:?}");
    }
    let verify = scene.command(&["vendor", "verify"]).run();
    assert_eq!(verify.status.code(), Some(1), "{}", verify.stderr);
}

/// `-modfile` counts wherever go reads it.
#[test]
fn another_go_sum_counts_behind_other_flags_and_packages() {
    let scene = Scene::new();
    for (name, other) in [("go.mod", "ci.mod"), ("go.sum", "ci.sum")] {
        fs::copy(scene.project.join(name), scene.project.join(other)).unwrap();
    }
    fs::remove_file(scene.project.join("go.sum")).unwrap();
    let caches = format!("--module-caches={}", scene.other_cache().display());
    for line in [
        &["test", "-run", "X", "-modfile=ci.mod", "."][..],
        &["test", "-count", "1", "-modfile=ci.mod", "."],
        &["test", ".", "-modfile=ci.mod"],
        &["build", "-buildmode", "exe", "-modfile", "ci.mod", "-o", "/dev/null", "."],
    ] {
        scene.home.clear_module_cache();
        let run = scene.modkeep(NOBODY, &[&caches, "--rungs=cache"]).args(line.iter().copied()).run();
        assert!(run.status.success(), "{line:?}: {}", run.stderr);
    }
    scene.home.clear_module_cache();
    let run = scene.modkeep(NOBODY, &[&caches, "--rungs=cache"]).flags("'-modfile=ci.mod'");
    run.args(["vet", "."]).run().success();
}

/// A script called go that runs modkeep, which finds the script.
#[test]
fn a_go_that_leads_back_ends_with_an_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new();
    let bin = scene.home.project("bin");
    let script = format!("#!/bin/sh\nexec {} go \"$@\"\n", super::scene::BINARY);
    fs::write(bin.join("go"), script).unwrap();
    fs::set_permissions(bin.join("go"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    for command in ["version", "build"] {
        let run = scene.modkeep(NOBODY, &[]).env("PATH", &path).args([command]).run();
        assert_eq!(run.status.code(), Some(69), "{}", run.stderr);
        assert!(run.stderr.contains("runs a go that runs modkeep"), "{}", run.stderr);
    }
}

/// What the proxies say does not exist is nobody's outage, also where the repository's host does not exist either.
#[test]
fn a_path_that_is_misspelt_is_not_blamed_on_the_network() {
    let (scene, empty) = (Scene::new(), testkit::FakeUpstream::builder().start());
    let code = "package main\n\nimport _ \"nowhere.invalid/typo\"\n\nfunc main() {}\n";
    fs::write(scene.project.join("main.go"), code).unwrap();
    let run = scene.modkeep(&format!("{},direct", empty.url()), &[]).args(["mod", "tidy"]).run();
    assert_eq!(run.status.code(), Some(1), "{}", run.stderr);
}

/// A snapshot that cannot be used is a warning; the verdict stays what it was.
#[test]
fn a_snapshot_of_a_stranger_takes_no_verdict_away() {
    let scene = Scene::vendored();
    fs::remove_dir_all(scene.project.join("vendor")).unwrap();
    let report = scene.home.path().join("report.json");
    let flag = format!("--report={}", report.display());
    let build = ["build", "-o", "/dev/null", "."];
    let empty = scene.home.path().join("no-keys");
    fs::write(&empty, "").unwrap();
    let run = scene.modkeep(NOBODY, &[&flag, "--rungs=upstream,vendor"]).env("MODKEEP_TRUSTED_KEYS", &empty);
    let run = run.args(build).run();
    assert_eq!(run.status.code(), Some(75), "{}", run.stderr);
    assert!(run.stderr.contains("warning: ") && report.is_file(), "{}", run.stderr);
    let run = scene.modkeep(NOBODY, &[&flag, "--rungs=upstream,vendor"]).args(build).run().success();
    let read: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(read["down"][0]["rung"], "vendor", "{read}");
    assert!(run.stderr.contains("came from vendor"), "{}", run.stderr);
}
