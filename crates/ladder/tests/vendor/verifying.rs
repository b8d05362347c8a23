//! Whole, damaged, or no list.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::SystemTime;

use ladder::vendor::{Damage, ListFlaw, Look, NoList, Verdict, rewrite, verify};

use crate::scene::{Scene, later};

/// The names of the damage, with what is wrong.
fn told(damage: &Damage) -> Vec<String> {
    damage.each().map(|(word, name)| format!("{word} {name}")).collect()
}

fn damage(scene: &Scene) -> Vec<String> {
    let before = scene.tree("");
    let report = scene.verify();
    assert_eq!(scene.tree(""), before, "a look changes nothing");
    let Verdict::Damaged(damage) = &report.verdict else { panic!("{report:?}") };
    assert_eq!(report.verdict.code(), 1);
    told(damage)
}

#[test]
fn a_folder_made_by_go_is_whole_until_something_is_missing_changed_or_added() {
    let scene = Scene::by_go();
    assert_eq!(rewrite(&scene.project()).unwrap(), Some(3));
    let report = scene.verify();
    assert_eq!((report.verdict.code(), report.listed, report.read), (0, 3, 3));
    scene.build().success();

    fs::remove_file(scene.path("vendor/example.com/a/a.go")).unwrap();
    assert_eq!(damage(&scene), ["missing example.com/a/a.go"]);
    scene.write("vendor/example.com/a/b/b.go", "package b\n\nfunc B() int { return 3 }\n");
    scene.write("vendor/example.com/a/b/evil_linux.go", "package b\n");
    let all =
        ["missing example.com/a/a.go", "changed example.com/a/b/b.go", "added example.com/a/b/evil_linux.go"];
    assert_eq!(damage(&scene), all);
}

#[test]
fn links_and_special_files_are_findings() {
    let scene = Scene::new();
    rewrite(&scene.project()).unwrap();
    let file = scene.path("vendor/example.com/a/a.go");
    fs::rename(&file, scene.path("a.go")).unwrap();
    symlink(scene.path("a.go"), &file).unwrap();
    symlink("/", scene.path("vendor/root")).unwrap();
    assert!(Command::new("mkfifo").arg(scene.path("vendor/pipe")).status().unwrap().success());
    assert_eq!(damage(&scene), ["changed example.com/a/a.go", "added pipe", "added root"]);
    fs::rename(scene.path("vendor/example.com/a"), scene.path("moved")).unwrap();
    symlink(scene.path("moved"), scene.path("vendor/example.com/a")).unwrap();
    let found = damage(&scene);
    assert!(found.contains(&"missing example.com/a/b/b.go".to_owned()), "{found:?}");
    assert!(found.contains(&"added example.com/a".to_owned()), "{found:?}");
}

#[test]
fn without_a_list_that_can_be_read_the_code_is_2() {
    let scene = Scene::new();
    let reason = || {
        let verdict = scene.verify().verdict;
        assert_eq!(verdict.code(), 2);
        let Verdict::NoList(reason) = verdict else { panic!("{verdict:?}") };
        reason
    };
    assert_eq!(reason(), NoList::Missing);
    let list = scene.path("vendor/.checksums");
    for text in ["nonsense\n", "00  x\n"] {
        fs::write(&list, text).unwrap();
        assert!(matches!(reason(), NoList::Malformed(error) if error.flaw == ListFlaw::Form));
    }
    rewrite(&scene.project()).unwrap();
    fs::rename(&list, scene.path("aside")).unwrap();
    symlink(scene.path("aside"), &list).unwrap();
    assert!(matches!(reason(), NoList::Unreadable(_)));
    fs::remove_file(&list).unwrap();
    assert!(Command::new("mkfifo").arg(&list).status().unwrap().success());
    assert!(matches!(reason(), NoList::Unreadable(_)), "a pipe is not waited for");
    fs::rename(scene.path("vendor"), scene.path("moved")).unwrap();
    assert_eq!(reason(), NoList::NoVendor);
    symlink(scene.path("moved"), scene.path("vendor")).unwrap();
    assert_eq!(reason(), NoList::VendorIsNoFolder);
}

#[test]
fn an_empty_list_is_a_list_and_everything_is_added() {
    let scene = Scene::new();
    scene.write("vendor/.checksums", "");
    assert_eq!(damage(&scene).len(), 3);
}

#[test]
fn what_was_read_once_is_not_read_again_until_it_changes() {
    let scene = Scene::new();
    rewrite(&scene.project()).unwrap();
    let cache = scene.cache();
    let look = |full, now| {
        let report = verify(&scene.root, &Look { cache: Some(&cache), full, now }).unwrap();
        (report.verdict.code(), report.read)
    };
    assert_eq!(look(false, later()), (0, 3));
    assert_eq!(look(false, later()), (0, 0));
    assert_eq!(look(true, later()), (0, 3));

    // The same size and time of modification: only what the system keeps of it tells.
    let file = scene.path("vendor/example.com/a/a.go");
    let modified = fs::metadata(&file).unwrap().modified().unwrap();
    let text = fs::read_to_string(&file).unwrap().replace("return 1", "return 9");
    fs::write(&file, text).unwrap();
    fs::File::options().write(true).open(&file).unwrap().set_modified(modified).unwrap();
    assert_eq!(look(false, later()), (1, 1));
    assert_eq!(look(false, later()), (1, 1), "damage is read again before it is told");
    let names: Vec<_> = fs::read_dir(&scene.root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "the cache is not in the project: {names:?}");
}

#[test]
fn what_was_changed_just_now_is_read_again() {
    let scene = Scene::new();
    rewrite(&scene.project()).unwrap();
    let cache = scene.cache();
    let now = SystemTime::now();
    for _ in 0..2 {
        let report = verify(&scene.root, &Look { cache: Some(&cache), full: false, now }).unwrap();
        assert_eq!((report.verdict.code(), report.read), (0, 3));
    }
}
