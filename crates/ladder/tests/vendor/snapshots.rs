//! Taking a snapshot: what lies there afterwards, and what is refused.

use std::fs;
use std::os::unix::fs::symlink;

use ladder::vendor::{VendorError, rewrite, snapshot};

use crate::scene::{Scene, owner, stranger, trusted};

#[test]
fn a_snapshot_is_a_list_a_signed_copy_and_a_second_one_that_go_does_not_see() {
    let scene = Scene::by_go();
    let vendor = scene.tree("vendor");
    let before = scene.go(&["list", "./..."], "off").success().stdout;
    let taken = scene.snapshot().unwrap();
    assert_eq!((taken.files, taken.modules), (3, vec!["example.com/app".to_owned()]));
    assert_eq!((scene.verify().verdict.code(), scene.leftovers().len()), (0, 0));

    let list = scene.read("vendor/.checksums");
    for (folder, own) in [("vendor.offline", 3), ("vendor.bak", 2)] {
        let copy = scene.tree(folder);
        assert!(vendor.iter().all(|(name, content)| copy.get(name) == Some(content)), "{copy:?}");
        assert_eq!((copy.len(), &copy[".checksums"]), (vendor.len() + own, &list));
        assert!(copy.contains_key("go.mod"));
    }
    assert_eq!(scene.go(&["list", "./..."], "off").success().stdout, before);
    assert_eq!(scene.go(&["list", "-mod=mod", "all"], "off").failure().stdout, "", "nothing is in reach");
    scene.build().success();
    scene.go(&["vet", "./..."], "off").success();
}

#[test]
fn the_snapshot_before_becomes_the_second_copy() {
    let scene = Scene::new();
    assert!(!scene.snapshot().unwrap().kept_old);
    let old = scene.tree("vendor.offline");
    scene.write("vendor/example.com/a/a.go", "package a\n\nfunc A() int { return 7 }\n");
    assert!(scene.snapshot().unwrap().kept_old);
    assert_eq!(scene.tree("vendor.bak"), old);
    assert!(scene.read("vendor.offline/example.com/a/a.go").contains("return 7"));
    assert_eq!((scene.verify().verdict.code(), scene.leftovers().len()), (0, 0));
}

#[test]
fn a_spoiled_snapshot_is_not_worth_keeping() {
    let scene = Scene::new();
    scene.snapshot().unwrap();
    scene.write("vendor.offline/example.com/a/a.go", "package a // spoiled\n");
    assert!(!scene.snapshot().unwrap().kept_old);
    assert!(scene.read("vendor.bak/example.com/a/a.go").contains("return 1"));
}

#[test]
fn the_files_may_come_from_elsewhere_and_the_project_need_not_vendor() {
    let scene = Scene::new();
    fs::rename(scene.path("vendor"), scene.path("elsewhere")).unwrap();
    snapshot(&scene.project(), &owner(), &trusted(), Some(&scene.path("elsewhere"))).unwrap();
    assert!(!scene.path("vendor").exists());
    assert!(!scene.path("elsewhere/.checksums").exists());
    assert!(scene.path("vendor.offline/.manifest").exists());
}

/// What is done to a project, and what of the refusal must be said.
type Case = (fn(&Scene), &'static str);

const REFUSED: &[Case] = &[
    (|scene| fs::remove_dir_all(scene.path("vendor")).unwrap(), "`go mod vendor` makes it"),
    (|scene| symlink("/", scene.path("vendor/root")).unwrap(), "no plain file: root"),
    (|scene| scene.write("vendor/go.mod", "module x\n"), "needs for itself"),
    (|scene| fs::remove_file(scene.path("vendor/modules.txt")).unwrap(), "no vendor folder"),
    (|scene| scene.write("vendor/modules.txt", "\n"), "no vendor folder"),
    (
        |scene| scene.write("vendor/modules.txt", "# example.com/a v1.0.0\nexample.com/a\n"),
        "does not fit go.mod",
    ),
    (|scene| scene.write("go.mod", "module example.com/app\nnonsense\n"), "go.mod cannot be read: 2:1"),
    (|scene| scene.write("vendor.offline/mine", "x"), "is not what modkeep makes there"),
    (|scene| scene.write("vendor.bak", "x"), "is not what modkeep makes there"),
    (
        |scene| symlink(scene.path("vendor"), scene.path(".vendor.modkeep")).unwrap(),
        "is not what modkeep makes there",
    ),
];

#[test]
fn what_is_refused_leaves_everything_as_it_was() {
    for (spoil, expected) in REFUSED {
        let scene = Scene::new();
        spoil(&scene);
        let before = scene.tree("");
        let error = scene.snapshot().unwrap_err().to_string();
        assert!(error.contains(expected), "{error} has no {expected}");
        assert_eq!(scene.tree(""), before, "{expected}");
    }
}

#[test]
fn a_link_in_the_place_of_a_snapshot_is_not_written_through() {
    let scene = Scene::new();
    fs::create_dir(scene.path("outside")).unwrap();
    symlink(scene.path("outside"), scene.path("vendor.offline")).unwrap();
    assert!(matches!(scene.snapshot(), Err(VendorError::InTheWay(_))));
    assert_eq!(scene.tree("outside").len(), 0);
}

#[test]
fn the_list_is_written_anew_after_go_mod_vendor() {
    let scene = Scene::new();
    rewrite(&scene.project()).unwrap();
    scene.write("vendor/example.com/a/new.go", "package a\n");
    assert_eq!(scene.verify().verdict.code(), 1);
    assert_eq!(rewrite(&scene.project()).unwrap(), Some(4));
    assert_eq!((scene.verify().verdict.code(), scene.leftovers().len()), (0, 0));
    fs::remove_dir_all(scene.path("vendor")).unwrap();
    assert_eq!(rewrite(&scene.project()).unwrap(), None);
}

#[test]
fn whoever_signs_need_not_be_trusted_here() {
    let scene = Scene::new();
    snapshot(&scene.project(), &stranger(), &[], None).unwrap();
    assert!(snapshot(&scene.project(), &stranger(), &[stranger().verifier()], None).unwrap().kept_old);
    assert!(!scene.snapshot().unwrap().kept_old, "the owner does not believe the stranger");
}
