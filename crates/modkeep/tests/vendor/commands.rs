//! The three commands, their words and their exit codes.

use std::fs;

use testkit::GoRun;

use crate::scene::Scene;

#[test]
fn snapshot_verify_damage_restore() {
    let scene = Scene::new();
    let (code, out, err) = scene.run(&["vendor", "snapshot"]);
    let said = "vendor.offline/ holds 4 files for example.com/app, signed by owner\nvendor.bak/ holds a second copy\n";
    assert_eq!((code, out.as_str(), err.as_str()), (0, said, ""));
    assert_eq!(scene.names(), ["app.go", "go.mod", "vendor", "vendor.bak", "vendor.offline"]);
    let whole = scene.tree("vendor");
    let ok = (0, "vendor/ is whole: 4 files as listed, and as signed\n".to_owned(), String::new());
    assert_eq!(scene.run(&["vendor", "verify"]), ok);
    assert_eq!(scene.run(&["vendor", "verify", "--full"]), ok);

    scene.write("vendor/example.com/a/f0.go", "package a\n");
    scene.write("vendor/new.go", "package new\n");
    fs::remove_file(scene.path("vendor/example.com/a/f1.go")).unwrap();
    let (code, out, err) = scene.run(&["vendor", "verify"]);
    assert_eq!(
        (code, out.as_str()),
        (1, "missing  example.com/a/f1.go\nchanged  example.com/a/f0.go\nadded    new.go\n")
    );
    assert!(err.starts_with("error: vendor/ is damaged: 1 missing, 1 changed, 1 added\n  help: "), "{err}");

    let (code, out, err) = scene.run(&["vendor", "restore"]);
    assert_eq!((code, out.as_str()), (0, "vendor/ is restored: 4 files as signed\n"));
    assert!(err.starts_with("warning: vendor/ was damaged"), "{err}");
    for words in
        ["missing example.com/a/f1.go", "changed example.com/a/f0.go", "added new.go", "vendor.replaced-"]
    {
        assert!(err.contains(words), "{err}");
    }
    assert_eq!(scene.tree("vendor"), whole);
    assert_eq!(scene.run(&["vendor", "restore"]).1, "vendor/ is whole; nothing was changed\n");
    let run = GoRun::new().dir(scene.root()).args(["build", "-mod=vendor", "./..."]).run();
    run.success();
}

#[test]
fn verify_ends_with_2_when_there_is_nothing_to_compare_with() {
    let scene = Scene::new();
    let (code, out, err) = scene.run(&["vendor", "verify"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("plain `go mod vendor` deletes it") && err.contains("help: "), "{err}");

    scene.run(&["vendor", "snapshot"]);
    scene.write("vendor/new.go", "package new\n");
    let list = fs::read_to_string(scene.path("vendor/.checksums")).unwrap();
    // Files and list changed together: only the signature tells.
    let hash = "f2c27cd2d4d2dd3d22a9ff94ec3d6b3b1d1f8e0a5b6f7d4d7f4f3f1a7c0f5a11";
    scene.write("vendor/.checksums", &format!("{list}{hash}  new.go\n"));
    assert_eq!(scene.run(&["vendor", "verify"]).0, 1, "the hash is made up");
    let sum = std::process::Command::new("sha256sum").arg(scene.path("vendor/new.go")).output().unwrap();
    let sum = String::from_utf8(sum.stdout).unwrap();
    scene.write("vendor/.checksums", &format!("{list}{}  new.go\n", &sum[..64]));
    let (code, _, err) = scene.run(&["vendor", "verify"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("is not the list that was signed"), "{err}");
}

#[test]
fn a_key_that_is_not_trusted_does_not_count() {
    let scene = Scene::new();
    scene.run(&["vendor", "snapshot"]);
    fs::remove_file(scene.home().join(".config/modkeep/trusted.keys")).ok();
    let other = Scene::new();
    let (_, key, _) = other.run(&["bundle", "key", "show"]);
    let (code, out, _) = scene.run(&["vendor", "verify", "--key", key.trim()]);
    assert!(code == 0 && out.contains("no known key signed the note"), "{out}");
    scene.write("vendor/new.go", "package new\n");
    let before = scene.tree("");
    let (code, _, err) = scene.run(&["vendor", "restore", "--key", key.trim()]);
    assert_eq!((code, scene.tree("")), (1, before), "{err}");
    assert!(err.contains("no known key signed the note") && err.contains("bundle key trust"), "{err}");
}

#[test]
fn what_is_signed_in_spite_of_its_list_is_named() {
    let scene = Scene::new();
    scene.run(&["vendor", "snapshot"]);
    scene.write("vendor/new.go", "package new\n");
    let (code, out, err) = scene.run(&["vendor", "snapshot"]);
    assert!(code == 0 && out.contains("holds the snapshot before"), "{out}");
    assert!(err.contains("is now signed as it is") && err.contains("cause: added new.go"), "{err}");
}

#[test]
fn the_project_is_found_from_below_or_named() {
    let scene = Scene::new();
    let below = scene.path("vendor/example.com");
    let mut command = scene.command(&["vendor", "snapshot"]);
    assert_eq!(crate::scene::ended(command.current_dir(&below)).0, 0);
    let mut command = scene.command(&["vendor", "verify", "--project", "app"]);
    assert_eq!(crate::scene::ended(command.current_dir(scene.home())).0, 0);
    let mut command = scene.command(&["vendor", "verify"]);
    let (code, _, err) = crate::scene::ended(command.current_dir(scene.home()));
    assert_eq!(code, 69);
    assert!(err.contains("holds neither go.mod nor go.work") && err.contains("--project"), "{err}");
}

#[test]
fn without_a_key_nothing_is_signed() {
    let scene = Scene::new();
    fs::remove_dir_all(scene.home().join(".config")).unwrap();
    let before = scene.tree("");
    let (code, _, err) = scene.run(&["vendor", "snapshot"]);
    assert_eq!((code, scene.tree("")), (69, before));
    assert!(err.contains("modkeep bundle key new"), "{err}");
}
