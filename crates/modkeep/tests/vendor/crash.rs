//! Runs that are killed at any moment: afterwards the project is as before or as after.

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::scene::Scene;

/// How often each command is killed.
const KILLS: u32 = 25;

/// Kills the command after `delay`; how long it took when it ended before that.
fn kill_after(mut child: Child, delay: Duration) -> Option<Duration> {
    let begun = Instant::now();
    while begun.elapsed() < delay {
        if child.try_wait().unwrap().is_some() {
            return Some(begun.elapsed());
        }
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap().success().then(|| begun.elapsed())
}

/// Runs the command once to its end, to know how long it takes, then kills it at `KILLS` moments spread over that time. A machine that
/// was busy then may be idle now: a run that ends too early says how long they take now, and there are more of them.
fn kill_often(scene: &Scene, args: &[&str], prepare: impl Fn(), check: impl Fn(u32)) {
    let start = || scene.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    prepare();
    let begun = Instant::now();
    assert!(start().wait().unwrap().success());
    let (mut whole, mut killed) = (begun.elapsed(), 0);
    for n in 1..=4 * KILLS {
        if n > KILLS && killed >= KILLS / 2 {
            break;
        }
        prepare();
        match kill_after(start(), whole * ((n - 1) % KILLS + 1) / KILLS) {
            Some(took) => whole = took,
            None => killed += 1,
        }
        check(n);
    }
    assert!(killed >= KILLS / 2, "only {killed} runs were killed before their end");
}

#[test]
fn a_killed_restore_leaves_the_damaged_folder_or_the_whole_one() {
    let scene = Scene::with_files(200);
    assert_eq!(scene.run(&["vendor", "snapshot"]).0, 0);
    let whole = scene.tree("vendor");
    let prepare = || scene.write("vendor/example.com/a/f0.go", "package a // damaged\n");
    kill_often(&scene, &["vendor", "restore"], prepare, |n| {
        let mut found = scene.tree("vendor");
        found.insert("example.com/a/f0.go".into(), whole["example.com/a/f0.go"].clone());
        assert_eq!(found, whole, "kill {n}: nothing but the damage differs");
        let (code, out, err) = scene.run(&["vendor", "restore"]);
        assert_eq!((code, scene.tree("vendor") == whole), (0, true), "kill {n}: {out}{err}");
        for name in scene.names().iter().filter(|name| name.starts_with("vendor.replaced-")) {
            let kept = fs::read_to_string(scene.path(name).join("vendor/example.com/a/f0.go")).unwrap();
            assert!(kept.contains("damaged"), "kill {n}: the replaced one is kept, not the new one");
            fs::remove_dir_all(scene.path(name)).unwrap();
        }
        assert_eq!(scene.names(), ["app.go", "go.mod", "vendor", "vendor.bak", "vendor.offline"], "kill {n}");
    });
}

#[test]
fn a_killed_snapshot_is_the_one_before_or_the_new_one() {
    let scene = Scene::with_files(200);
    let number = std::cell::Cell::new(0);
    let prepare = || {
        number.set(number.get() + 1);
        scene.write("vendor/example.com/a/f0.go", &format!("package a\n\nconst N0 = {}\n", number.get()));
    };
    kill_often(&scene, &["vendor", "snapshot"], prepare, |n| {
        let (code, out, err) = scene.run(&["vendor", "verify"]);
        let signed = fs::read_to_string(scene.path("vendor.offline/example.com/a/f0.go")).unwrap();
        let is_new = signed.contains(&format!("= {}\n", number.get()));
        // The vendor folder was changed since the snapshot before, so only the new one finds it whole.
        assert_eq!((code, is_new), if is_new { (0, true) } else { (1, false) }, "kill {n}: {out}{err}");
        assert_eq!(scene.names(), ["app.go", "go.mod", "vendor", "vendor.bak", "vendor.offline"], "kill {n}");
        scene.write("vendor/example.com/a/f0.go", "package a // damaged\n");
        let (code, out, err) = scene.run(&["vendor", "restore"]);
        assert_eq!(code, 0, "kill {n}: {out}{err}");
        let restored = fs::read_to_string(scene.path("vendor/example.com/a/f0.go")).unwrap();
        assert_eq!(restored, signed, "kill {n}");
        for name in scene.names().iter().filter(|name| name.starts_with("vendor.replaced-")) {
            fs::remove_dir_all(scene.path(name)).unwrap();
        }
    });
}
