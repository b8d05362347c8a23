//! The vendor folder under `modkeep go`.

use std::fs;

use super::scene::{DEPENDENCY, NOBODY, Scene, said, upstream};

impl Scene {
    fn has(&self, path: &str) -> bool {
        self.project.join(path).exists()
    }
}

/// A file of the dependency.
const FILE: &str = "vendor/github.com/ex/lib/lib.go";

#[test]
fn a_damaged_vendor_folder_is_put_back_before_the_build_and_named() {
    let scene = Scene::vendored();
    fs::write(scene.project.join(FILE), "package lib\n\nconst Id = 666\n").unwrap();
    let run = scene.modkeep(NOBODY, &[]).args(["run", "."]).run().success();
    assert!(
        run.stderr.contains("warning: vendor/ was damaged")
            && run.stderr.contains("changed github.com/ex/lib/lib.go"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.ends_with("1\n"), "{}", run.stderr);
    let again = scene.modkeep(NOBODY, &[]).args(["run", "."]).run().success();
    assert_eq!(again.stderr, "1\n", "a whole one is nothing to speak of");
}

#[test]
fn a_list_that_is_missing_is_a_warning_and_stops_a_project_that_wants_one() {
    let scene = Scene::vendored();
    fs::remove_file(scene.project.join("vendor/.checksums")).unwrap();
    let run = scene.modkeep(NOBODY, &[]).args(["build", "./..."]).run().success();
    assert!(
        run.stderr.contains("warning: nobody knows whether vendor/ is as it should be"),
        "{}",
        run.stderr
    );
    fs::write(scene.project.join("modkeep.toml"), "[vendor]\nrequire-checksums = true\n").unwrap();
    let stopped = scene.modkeep(NOBODY, &[]).args(["build", "./..."]).run();
    assert_eq!(stopped.status.code(), Some(2), "{}", stopped.stderr);
}

#[test]
fn the_snapshot_of_a_project_that_does_not_vendor_stands_in_when_nothing_else_helps() {
    let scene = Scene::vendored();
    fs::remove_dir_all(scene.project.join("vendor")).unwrap();
    let run = scene.modkeep(NOBODY, &["--rungs=upstream,cache,vendor"]);
    let run = run.args(["build", "-o", "out", "."]).run().success();
    assert!(
        said(&run).contains(&"nobody could answer; building from the signed snapshot of vendor/"),
        "{}",
        run.stderr
    );
    assert!(scene.has("out") && !scene.has("vendor"));
    let left_out = scene.modkeep(NOBODY, &["--rungs=upstream,cache"]).args(["build", "./..."]).run();
    assert_eq!(left_out.status.code(), Some(75), "{}", left_out.stderr);
}

#[test]
fn what_may_have_run_the_users_code_is_not_run_again() {
    let scene = Scene::vendored();
    fs::remove_dir_all(scene.project.join("vendor")).unwrap();
    let run = scene.modkeep(NOBODY, &["--rungs=upstream,cache,vendor"]).args(["test", "./..."]).run();
    assert_eq!(run.status.code(), Some(75), "{}", run.stderr);
}

#[test]
fn go_mod_vendor_keeps_the_list() {
    let (scene, upstream) = (Scene::vendored(), upstream());
    scene.modkeep(&upstream.url(), &[]).args(["mod", "vendor"]).run().success();
    assert!(scene.has("vendor/.checksums"));
    scene.go(&upstream.url()).args(["mod", "vendor"]).run().success();
    assert!(!scene.has("vendor/.checksums"), "plain go deletes it");
}

#[test]
fn a_projects_settings_choose_rungs_and_nothing_else() {
    let (scene, upstream) = (Scene::new(), upstream());
    let file = scene.project.join("modkeep.toml");
    fs::write(&file, "rungs = \"cache\"\n").unwrap();
    let run = scene.modkeep(&upstream.url(), &[]).args(["build", "./..."]).run();
    assert!(!run.status.success() && upstream.requests().is_empty(), "{}", run.stderr);
    scene.modkeep(&upstream.url(), &["--rungs=upstream"]).args(["build", "./..."]).run().success();
    scene.home.clear_module_cache();
    scene.settings("rungs = \"cache\"\n");
    fs::write(&file, "rungs = \"upstream,cache\"\n").unwrap();
    let run = scene.modkeep(&upstream.url(), &[]).args(["build", "./..."]).run();
    assert!(!run.status.success(), "it adds no rung that its user leaves out");
    for text in ["gosumdb = \"off\"\n", "upstream = \"http://evil.example\"\n", "trusted-keys = \"x\"\n"] {
        fs::write(&file, text).unwrap();
        let run = scene.modkeep(&upstream.url(), &[]).args(["build", "./..."]).run();
        assert_eq!(run.status.code(), Some(78), "{text}");
        assert!(
            run.stderr.contains("says what a project cannot") && !run.stderr.contains(DEPENDENCY),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_project_cannot_switch_its_own_verification_off() {
    let scene = Scene::vendored();
    fs::write(scene.project.join("modkeep.toml"), "rungs = \"upstream\"\n").unwrap();
    fs::write(scene.project.join(FILE), "package lib\n\nconst Id = 666\n").unwrap();
    let run = scene.modkeep(NOBODY, &[]).args(["run", "."]).run().success();
    assert!(
        run.stderr.contains("warning: vendor/ was damaged") && run.stderr.ends_with("1\n"),
        "{}",
        run.stderr
    );
}
