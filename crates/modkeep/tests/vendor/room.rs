//! A disk that is full or read-only: a clear error, and everything as it was.
//!
//! Both need a mount, so the binary runs in a namespace of its own where a small file system is mounted. Where the system does not
//! allow that, the test says so and fails, rather than pass unseen.

use std::process::Command;

use crate::scene::Scene;

/// Runs a script as root of a namespace, in which a file system of 400 KiB is mounted at `$HOME/small`.
fn in_small_disk(scene: &Scene, script: &str) -> String {
    let mount = "set -e; mkdir \"$HOME/small\"; mount -t tmpfs -o size=400k none \"$HOME/small\"; \
                 cp -r app/. \"$HOME/small\"; cd \"$HOME/small\"; set +e";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &format!("{mount}; {script}")]);
    command.env_clear().env("HOME", scene.home()).env("MODKEEP", env!("CARGO_BIN_EXE_modkeep"));
    command.env("PATH", std::env::var_os("PATH").unwrap()).current_dir(scene.home());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "it needs a user namespace: {text}");
    text
}

/// Prints the code of a command, its errors, and whether anything in the folder has changed.
const TRY: &str = "state() { find . -type f -exec sha256sum {} + | sort; }; before=$(state); \
    try() { \"$MODKEEP\" vendor \"$@\" 2>&1; echo \"code $?\"; [ \"$before\" = \"$(state)\" ] && echo unchanged; }";

#[test]
fn a_full_disk_changes_nothing() {
    let fill = "echo damaged > vendor/example.com/a/f0.go; head -c 500k /dev/zero > fill 2> /dev/null";
    for command in ["snapshot", "restore"] {
        let scene = Scene::with_files(20);
        assert_eq!(scene.run(&["vendor", "snapshot"]).0, 0);
        let text = in_small_disk(&scene, &format!("{fill}; {TRY}; try {command}; ls -A"));
        assert!(text.contains("No space left on device"), "{text}");
        assert!(text.contains("code 69\nunchanged\n") && !text.contains("\n.vendor.modkeep\n"), "{text}");
    }
}

#[test]
fn a_read_only_disk_changes_nothing_and_can_be_verified() {
    let scene = Scene::with_files(20);
    assert_eq!(scene.run(&["vendor", "snapshot"]).0, 0);
    let script = format!(
        "mount -o remount,ro \"$HOME/small\"; {TRY}; try verify; try restore; try snapshot; \
         mount -o remount,rw \"$HOME/small\"; echo damaged > vendor/example.com/a/f0.go; before=$(state); \
         mount -o remount,ro \"$HOME/small\"; try restore; true"
    );
    let text = in_small_disk(&scene, &script);
    let codes: Vec<&str> = text.lines().filter(|line| line.starts_with("code ")).collect();
    assert_eq!(codes, ["code 0", "code 0", "code 69", "code 69"], "{text}");
    assert_eq!(text.matches("unchanged\n").count(), 4, "{text}");
    assert_eq!(text.matches("Read-only file system").count(), 2, "{text}");
}
