//! Putting a damaged vendor folder back, and what is never restored from.

use std::fs;
use std::os::unix::fs::symlink;

use ladder::vendor::{Copy, Look, VendorError, restore, rewrite, snapshot};

use crate::scene::{Scene, look, owner, stranger, trusted};

/// A project with a snapshot and a damaged vendor folder; with its files as they were.
fn damaged() -> (Scene, std::collections::BTreeMap<String, String>) {
    let scene = Scene::new();
    scene.snapshot().unwrap();
    let whole = scene.tree("vendor");
    damage(&scene);
    (scene, whole)
}

fn damage(scene: &Scene) {
    scene.write("vendor/example.com/a/a.go", "package a // damaged\n");
    scene.write("vendor/evil.go", "package evil\n");
}

#[test]
fn a_damaged_folder_comes_back_and_the_old_one_is_kept() {
    let scene = Scene::by_go();
    scene.snapshot().unwrap();
    let whole = scene.tree("vendor");
    damage(&scene);
    let damaged = scene.tree("vendor");
    scene.build().failure();
    let restored = scene.restore().unwrap().unwrap();
    assert_eq!((restored.copy, restored.files), (Copy::Offline, 3));
    let names: Vec<_> =
        restored.damage.as_ref().unwrap().each().map(|(word, name)| format!("{word} {name}")).collect();
    assert_eq!(names, ["changed example.com/a/a.go", "added evil.go"]);
    assert_eq!(scene.tree("vendor"), whole);
    let kept = scene.replaced();
    assert_eq!(kept.len(), 1);
    assert_eq!(scene.tree(&format!("{}/vendor", kept[0])), damaged);
    assert_eq!(restored.kept, Some(scene.root.canonicalize().unwrap().join(&kept[0])));
    assert_eq!(scene.leftovers().len(), 0);
    scene.build().success();
    assert_eq!(scene.go(&["list", "./..."], "off").success().stdout, "example.com/app\n");
    assert_eq!(scene.restore().unwrap(), None, "it is whole now");
}

#[test]
fn each_replaced_folder_has_a_name_of_its_own() {
    let (scene, whole) = damaged();
    let how = Look { now: std::time::UNIX_EPOCH, ..look() };
    for count in 1..=3 {
        restore(&scene.project(), &trusted(), &how).unwrap().unwrap();
        assert_eq!((scene.tree("vendor"), scene.replaced().len()), (whole.clone(), count));
        damage(&scene);
    }
}

#[test]
fn a_missing_folder_comes_back() {
    let (scene, whole) = damaged();
    fs::remove_dir_all(scene.path("vendor")).unwrap();
    let restored = scene.restore().unwrap().unwrap();
    assert_eq!((restored.damage, restored.kept), (None, None));
    assert_eq!((scene.tree("vendor"), scene.replaced().len()), (whole, 0));
}

#[test]
fn the_second_copy_is_used_when_the_first_is_spoiled() {
    let spoil: [fn(&Scene); 5] = [
        |scene| {
            fs::remove_file(scene.path("vendor.offline/.checksums")).unwrap();
            symlink("nowhere", scene.path("vendor.offline/.checksums")).unwrap();
        },
        |scene| scene.write("vendor.offline/example.com/a/a.go", "package a // spoiled\n"),
        |scene| fs::remove_file(scene.path("vendor.offline/modules.txt")).unwrap(),
        |scene| scene.write("vendor.offline/.checksums", ""),
        |scene| {
            fs::rename(scene.path("vendor.offline/example.com"), scene.path("moved")).unwrap();
            symlink(scene.path("moved"), scene.path("vendor.offline/example.com")).unwrap();
        },
    ];
    for spoil in spoil {
        let (scene, whole) = damaged();
        spoil(&scene);
        let restored = scene.restore().unwrap().unwrap();
        assert!(matches!(restored.copy, Copy::Bak { .. }), "{restored:?}");
        assert_eq!(scene.tree("vendor"), whole);
    }
}

/// What is done to a project with a damaged vendor folder, and what must be said of it.
type Case = (fn(&Scene), &'static str);

const REFUSED: &[Case] = &[
    (|scene| fs::remove_dir_all(scene.path("vendor.offline")).unwrap(), "there is no snapshot"),
    (|scene| fs::remove_file(scene.path("vendor.offline/.manifest")).unwrap(), "is not signed"),
    (|scene| scene.write("vendor.offline/.manifest", ""), "has no signatures"),
    (
        |scene| {
            let manifest = scene.read("vendor.offline/.manifest").replace("files 3", "files 2");
            scene.write("vendor.offline/.manifest", &manifest);
        },
        "was changed, or is forged",
    ),
    (
        |scene| {
            scene.write("vendor.offline/example.com/a/a.go", "package a // spoiled\n");
            scene.write("vendor.bak/example.com/a/a.go", "package a // spoiled\n");
        },
        "vendor.bak/: example.com/a/a.go was changed",
    ),
    (
        |scene| {
            fs::remove_file(scene.path("vendor.offline/example.com/a/a.go")).unwrap();
            fs::remove_dir_all(scene.path("vendor.bak")).unwrap();
        },
        "vendor.offline/: example.com/a/a.go is missing; vendor.bak/: it is not there",
    ),
    (|scene| fs::remove_file(scene.path("vendor/.checksums")).unwrap(), "plain `go mod vendor` deletes it"),
    (
        |scene| {
            rewrite(&scene.project()).unwrap();
            scene.write("vendor/evil.go", "package worse\n");
        },
        "is not the list that was signed",
    ),
    (|scene| scene.write("go.mod", "module example.com/app\n\ngo 1.23\n"), "does not fit go.mod"),
    (|scene| scene.write("go.mod", "module example.com/other\n"), "is of example.com/app"),
];

#[test]
fn what_cannot_be_believed_is_never_restored_from() {
    for (spoil, expected) in REFUSED {
        let (scene, _) = damaged();
        spoil(&scene);
        let before = scene.tree("");
        let error = scene.restore().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}: expected {expected}");
        assert_eq!(scene.tree(""), before, "{expected}");
    }
}

#[test]
fn a_snapshot_of_a_stranger_or_of_another_project_is_refused() {
    let (scene, _) = damaged();
    let error = restore(&scene.project(), &[stranger().verifier()], &look()).unwrap_err();
    assert!(matches!(error, VendorError::Unsigned(_)), "{error}");
    let error = restore(&scene.project(), &[], &look()).unwrap_err();
    assert!(matches!(error, VendorError::Unsigned(_)), "{error}");

    let other = Scene::new();
    other.write("go.mod", "module example.com/app2\n\ngo 1.23\n\nrequire example.com/a v1.0.0\n");
    snapshot(&other.project(), &owner(), &trusted(), None).unwrap();
    for (name, content) in other.tree("vendor.offline") {
        scene.write(&format!("vendor.offline/{name}"), &content);
    }
    let error = scene.restore().unwrap_err();
    assert!(matches!(error, VendorError::Foreign { .. }), "{error}");
}
