//! Commands of all kinds whose first proxy is dead, in modules and in workspaces.

use std::fs;

use super::scene::{DEPENDENCY, NOBODY, Scene, upstream};

/// A dead proxy before one that answers, and go alone shown to fail on it.
fn list(scene: &Scene, good: &str) -> String {
    let list = format!("{NOBODY},{good}");
    scene.go(&list).args(["mod", "download"]).run().failure();
    scene.home.clear_module_cache();
    list
}

/// A project that requires nothing yet, but imports the dependency.
fn bare() -> Scene {
    let scene = Scene::new();
    fs::write(scene.project.join("go.mod"), "module example.com/main\n\ngo 1.21\n").unwrap();
    fs::remove_file(scene.project.join("go.sum")).unwrap();
    scene
}

#[test]
fn what_changes_go_mod_works_without_its_first_proxy() {
    let upstream = upstream();
    let dead_first = list(&Scene::new(), &upstream.url());
    for args in
        [&["mod", "tidy"][..], &["get", DEPENDENCY], &["build", "-mod=mod", "-o", "/dev/null", "./..."]]
    {
        let scene = bare();
        let run = scene.modkeep(&dead_first, &[]).args(args.iter().copied()).run();
        let go_mod = fs::read_to_string(scene.project.join("go.mod")).unwrap();
        assert!(run.status.success() && go_mod.contains(DEPENDENCY), "{args:?}: {}", run.stderr);
        scene.go("off").args(["build", "-o", "/dev/null", "./..."]).run().success();
    }
}

#[test]
fn what_runs_the_users_code_runs_it_once() {
    let upstream = upstream();
    let scene = Scene::new();
    let dead_first = list(&scene, &upstream.url());
    let count = scene.home.path().join("count");
    fs::write(
        scene.project.join("gen.go"),
        format!("package main\n\n//go:generate sh -c \"echo x >> {}\"\n", count.display()),
    )
    .unwrap();
    fs::write(
        scene.project.join("main_test.go"),
        format!("package main\n\nimport (\n\t\"testing\"\n\n\t\"{DEPENDENCY}\"\n)\n\nfunc TestId(t *testing.T) {{\n\tif lib.Id != 1 {{\n\t\tt.Fatal()\n\t}}\n}}\n"),
    )
    .unwrap();
    scene.modkeep(&dead_first, &[]).args(["generate", "./..."]).run().success();
    assert_eq!(fs::read_to_string(&count).unwrap(), "x\n");
    scene.modkeep(&dead_first, &[]).args(["test", "./..."]).run().success();
    for args in [["mod", "verify"], ["mod", "vendor"], ["list", "./..."]] {
        scene.modkeep(&dead_first, &[]).args(args).run().success();
    }
}

#[test]
fn a_workspace_is_built_with_the_hashes_of_its_modules() {
    let upstream = upstream();
    let scene = Scene::new();
    let dead_first = list(&scene, &upstream.url());
    let other = scene.project.join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("go.mod"), "module example.com/other\n\ngo 1.21\n").unwrap();
    fs::write(other.join("other.go"), "package other\n").unwrap();
    fs::write(scene.project.join("go.work"), "go 1.21\n\nuse (\n\t.\n\t./other\n)\n").unwrap();
    let caches = format!("--module-caches={}", scene.other_cache().display());
    let build = ["build", "-o", "/dev/null", ".", "./other"];
    scene.modkeep(&dead_first, &[]).args(build).run().success();
    scene.home.clear_module_cache();
    scene.modkeep("off", &[&caches]).dir(&other).args(["build", "example.com/main"]).run().success();
}
