//! The snapshot at `vendor/` for one run of a project that does not vendor.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use ladder::vendor::{Guarded, Project, Removed, VendorError, place, sweep};

use crate::scene::{Scene, trusted};

/// A project with a snapshot and without vendor folder.
fn unvendored(scene: Scene) -> Scene {
    scene.snapshot().unwrap();
    fs::remove_dir_all(scene.path("vendor")).unwrap();
    scene
}

fn next_start(scene: &Scene) -> Option<Removed> {
    sweep(&scene.project(), &scene.state(), SystemTime::now()).unwrap()
}

/// Names the project and the user's folder to a child that is to place the snapshot and to be killed.
const CHILD: &str = "LADDER_TEST_PLACE";

/// Places the snapshot in another process, and kills that.
fn place_and_be_killed(scene: &Scene) {
    let test = "placing::what_a_killed_run_left_is_removed_at_the_next_start";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(CHILD, std::env::join_paths([&scene.root, &scene.state()]).unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.ends_with("placed")), "the child placed nothing");
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
}

/// What the child does; it ends when its parent does.
fn be_the_child(paths: &OsStr) -> ! {
    let paths: Vec<_> = std::env::split_paths(paths).collect();
    let project = Project::open(&paths[0]).unwrap();
    let placement = place(&project, &trusted(), &paths[1], SystemTime::now()).unwrap();
    println!("placed");
    std::io::stdin().lines().for_each(drop);
    drop(placement);
    std::process::exit(0)
}

#[test]
fn a_run_builds_from_the_snapshot_and_leaves_nothing() {
    let scene = unvendored(Scene::by_go());
    let before = scene.tree("");
    scene.go(&["build", "./..."], "off").failure();
    let placement = scene.place().unwrap();
    assert!(placement.copy().is_some());
    scene.build().success();
    assert_eq!(placement.remove().unwrap(), Removed::Gone);
    assert_eq!(scene.tree(""), before);
    assert_eq!(next_start(&scene), None);
}

#[test]
fn git_sees_no_change() {
    let scene = unvendored(Scene::new());
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("HOME", scene.home.home()).env("GIT_CONFIG_NOSYSTEM", "1");
        let output = command.args(args).current_dir(&scene.root).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    let status = git(&["status", "--porcelain"]);
    let placement = scene.place().unwrap();
    assert_eq!(git(&["status", "--porcelain"]), status);
    placement.remove().unwrap();
}

#[test]
fn what_a_killed_run_left_is_removed_at_the_next_start() {
    if let Some(paths) = std::env::var_os(CHILD) {
        be_the_child(&paths);
    }
    let scene = unvendored(Scene::new());
    let before = scene.tree("");
    place_and_be_killed(&scene);
    assert!(scene.path("vendor").exists());
    assert_eq!(scene.guard(true).unwrap(), Guarded::NotVendored);
    assert_eq!(scene.tree(""), before);
    assert_eq!(next_start(&scene), None);
}

#[test]
fn the_last_of_two_runs_removes_it() {
    let scene = unvendored(Scene::new());
    let first = scene.place().unwrap();
    assert_eq!(scene.guard(true).unwrap(), Guarded::Placed);
    assert!(matches!(scene.restore(), Err(VendorError::InUse(_))));
    let second = scene.place().unwrap();
    assert_eq!(second.copy(), None);
    assert_eq!(first.remove().unwrap(), Removed::InUse);
    assert!(scene.path("vendor/modules.txt").exists());
    drop(second);
    assert!(!scene.path("vendor").exists());
}

#[test]
fn a_vendor_folder_that_the_user_made_is_never_touched() {
    let scene = unvendored(Scene::new());
    fs::create_dir(scene.path("vendor")).unwrap();
    assert!(matches!(scene.place(), Err(VendorError::InTheWay(_))));
    fs::remove_dir(scene.path("vendor")).unwrap();

    let placement = scene.place().unwrap();
    let marker = scene.read("vendor/.modkeep-placed");
    fs::remove_dir_all(scene.path("vendor")).unwrap();
    // Another folder that even has the marker, as after a copy.
    fs::create_dir(scene.path("other")).unwrap();
    scene.write("vendor/modules.txt", "mine\n");
    scene.write("vendor/.modkeep-placed", &marker);
    let mine = scene.tree("vendor");
    let removed = placement.remove().unwrap();
    assert_eq!((removed, scene.tree("vendor")), (Removed::NotOurs, mine));
}

#[test]
fn a_placed_folder_that_the_user_has_taken_over_is_the_users() {
    let takeovers: [fn(&Scene); 2] = [
        |scene| fs::remove_file(scene.path("vendor/.modkeep-placed")).unwrap(),
        |scene| scene.write("vendor/.modkeep-placed", "of another run"),
    ];
    for take_over in takeovers {
        let scene = unvendored(Scene::new());
        let placement = scene.place().unwrap();
        take_over(&scene);
        let theirs = scene.tree("vendor");
        assert_eq!(placement.remove().unwrap(), Removed::NotOurs);
        assert_eq!((scene.tree("vendor"), next_start(&scene)), (theirs, None));
    }
}

#[test]
fn a_marker_that_came_with_the_project_means_nothing() {
    let scene = unvendored(Scene::new());
    scene.write("vendor/.modkeep-placed", "token");
    assert_eq!(next_start(&scene), None);
    assert!(scene.path("vendor").exists());
}

#[test]
fn files_that_were_changed_in_it_are_kept() {
    let scene = unvendored(Scene::new());
    let placement = scene.place().unwrap();
    scene.write("vendor/example.com/a/debug.go", "package a\n");
    let Removed::Kept(folder) = placement.remove().unwrap() else { panic!("it is kept") };
    assert!(folder.join("vendor/example.com/a/debug.go").exists() && folder.join("go.mod").exists());
    assert!(!scene.path("vendor").exists());
    assert_eq!((scene.leftovers().len(), next_start(&scene)), (0, None));
}

#[test]
fn nothing_is_placed_that_cannot_be_believed() {
    let scene = unvendored(Scene::new());
    scene.write("vendor.offline/example.com/a/a.go", "package a // spoiled\n");
    fs::remove_dir_all(scene.path("vendor.bak")).unwrap();
    let before = scene.tree("");
    assert!(matches!(scene.place(), Err(VendorError::Spoiled { .. })));
    assert_eq!(scene.tree(""), before);
}
