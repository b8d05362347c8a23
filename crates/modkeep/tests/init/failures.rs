//! What can go wrong: a clear error, and the files as before.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use testkit::Go;

use super::scene::{BINARY, Scene};

#[test]
fn what_cannot_be_read_stops_it_before_anything_is_written() {
    for (file, content) in [
        ("go.mod", "module\n"),
        ("go.mod", "no go.mod"),
        ("go.work", "nonsense\n"),
        ("modkeep.toml", "upstream = \"https://evil.example\"\n"),
    ] {
        let scene = Scene::new();
        if file != "go.mod" {
            scene.file("go.mod", "module a.example/m\n\ngo 1.21\n");
        }
        scene.file(file, content);
        let before = scene.state();
        let output = scene.command(&[]).run().failure();
        assert!(output.stderr.contains(file), "{file}: {}", output.stderr);
        assert_eq!(scene.state(), before, "{file}");
    }
    let folder = Scene::new();
    folder.file("go.mod/x", "");
    let output = folder.command(&[]).run().failure();
    assert!(output.stderr.contains("cannot read") && output.stderr.contains("go.mod"), "{}", output.stderr);
}

#[test]
fn what_is_no_file_is_told_and_never_waited_for() {
    for name in [".gitattributes", "modkeep.toml"] {
        let scene = Scene::new();
        scene.file("go.mod", "module a.example/m\n\ngo 1.21\n");
        let path = scene.folder.join(name);
        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        for _ in 0..2 {
            let before = scene.state();
            let output = scene.command(&[]).run().failure();
            assert!(
                output.stderr.contains(&format!("{name}\n  cause: it is not a regular file")),
                "{}",
                output.stderr
            );
            assert_eq!(scene.state(), before, "{name}");
            fs::remove_file(&path).unwrap();
            std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        }
    }
}

#[test]
fn a_file_of_attributes_that_is_too_long_is_told() {
    let scene = Scene::new();
    fs::File::create(scene.folder.join(".gitattributes")).unwrap().set_len((1 << 20) + 1).unwrap();
    let output = scene.command(&["a.example/m"]).run().failure();
    assert!(output.stderr.contains("longer than 1048576 bytes"), "{}", output.stderr);
    assert!(!scene.folder.join("go.mod").exists());
}

#[test]
fn a_folder_for_temporary_files_that_is_full_is_told_and_not_the_name() {
    let scene = Scene::new();
    let script = "mkdir tmp; head -c 64k /dev/zero > fill 2> /dev/null; cd \"$HOME\" && mkdir -p new && cd new; \
                  TMPDIR=\"$HOME/small/tmp\" \"$MODKEEP\" init a.example/m 2>&1; echo \"code $?\"";
    let text = in_small_disk(&scene, script);
    assert!(text.contains("No space left on device") && text.contains("TMPDIR"), "{text}");
    assert!(!text.contains("go makes no module") && text.ends_with("code 69\n"), "{text}");
}

#[test]
fn a_link_that_leads_out_of_the_project_is_not_followed() {
    let scene = Scene::new();
    let outside = scene.home.project("outside");
    std::os::unix::fs::symlink(&outside, scene.folder.join(".github")).unwrap();
    let output = scene.command(&["a.example/m", "--ci=github"]).run().failure();
    assert!(output.stderr.contains(".github is no folder"), "{}", output.stderr);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    assert!(!scene.folder.join("go.mod").exists());
}

#[test]
fn without_go_there_is_no_new_module_but_an_old_one_is_prepared() {
    let scene = Scene::new();
    let output = scene.command(&["a.example/m"]).env("PATH", "").run().failure();
    assert_eq!(output.status.code(), Some(69), "{}", output.stderr);
    assert!(
        output.stderr.contains("there is no go in PATH") && scene.state().is_empty(),
        "{}",
        output.stderr
    );
    scene.file("go.mod", "module a.example/m\n\ngo 1.21\n");
    scene.command(&[]).env("PATH", "").run().success();
    scene.read("modkeep.toml");
}

#[test]
fn an_interrupt_changes_nothing() {
    let scene = Scene::new();
    let bin = scene.home.project("bin");
    let go = bin.join("go");
    // In the place of go: somebody presses Ctrl-C while it runs.
    fs::write(&go, "#!/bin/sh\nkill -INT $PPID\nsleep 60\n").unwrap();
    fs::set_permissions(&go, Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let output = scene.command(&["a.example/m"]).env("PATH", path).run().failure();
    assert_eq!(output.status.code(), Some(130), "{}", output.stderr);
    assert!(output.stderr.contains("interrupted; nothing was changed"), "{}", output.stderr);
    assert!(scene.state().is_empty());
}

/// Runs a script as root of a namespace, in a file system of 64 KiB.
fn in_small_disk(scene: &Scene, script: &str) -> String {
    let mount = "set -e; mkdir \"$HOME/small\"; mount -t tmpfs -o size=64k none \"$HOME/small\"; cd \"$HOME/small\"; \
                 printf 'module a.example/m\\n' > go.mod; printf '*.png binary\\n' > .gitattributes; set +e; \
                 state() { find . -exec ls -ld {} + | sort; cat .gitattributes; }";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &format!("{mount}; {script}")]);
    command.env_clear().env("HOME", scene.home.home()).env("MODKEEP", BINARY);
    let go = Go::find().binary().parent().unwrap().display().to_string();
    command.env("PATH", format!("{go}:{}", std::env::var("PATH").unwrap())).current_dir(scene.home.home());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "it needs a user namespace: {text}");
    text
}

const TRY: &str = "before=$(state); \"$MODKEEP\" init --ci=github 2>&1; echo \"code $?\"; \
                   [ \"$before\" = \"$(state)\" ] && echo unchanged; true";

#[test]
fn a_full_disk_changes_nothing() {
    let scene = Scene::new();
    let text = in_small_disk(
        &scene,
        &format!(
            "head -c 60k /dev/zero > fill 2> /dev/null; head -c 60k /dev/zero >> fill 2> /dev/null; {TRY}"
        ),
    );
    assert!(text.contains("No space left on device"), "{text}");
    assert!(text.ends_with("code 69\nunchanged\n"), "{text}");
}

#[test]
fn a_read_only_disk_changes_nothing() {
    let scene = Scene::new();
    let text = in_small_disk(&scene, &format!("mount -o remount,ro \"$HOME/small\"; {TRY}"));
    assert!(text.contains("Read-only file system"), "{text}");
    assert!(text.ends_with("code 69\nunchanged\n"), "{text}");
}
