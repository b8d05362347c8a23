//! Making a lock, from repositories alone.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use testkit::repo::Tree;

use super::kit::{Locked, tree};
use crate::scene::DEPENDENCY;

#[test]
fn it_says_which_commit_each_module_is_and_is_the_same_each_time() {
    let locked = Locked::not_yet();
    locked.lock(&[]).success();
    let text = locked.text();
    let (commit, tree) = (locked.git(&["rev-parse", "v1.0.0"]), locked.git(&["rev-parse", "v1.0.0^{tree}"]));
    for line in [
        "schema = 1".to_owned(),
        "hold = \"commit\"".to_owned(),
        format!("path = \"{DEPENDENCY}\""),
        "version = \"v1.0.0\"".to_owned(),
        "tag = \"v1.0.0\"".to_owned(),
        format!("commit = \"{commit}\""),
        format!("tree = \"{tree}\""),
        format!("h1 = \"{}\"", crate::scene::dependency().h1()),
        format!("url = \"{}\"", locked.server.url("/lib")),
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is not in {text}");
    }
    let mode = fs::metadata(locked.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o600, 0o600);
    let asked = locked.server.requests().len();
    let again = locked.lock(&[]).success();
    assert!(again.stdout.contains("nothing has changed"), "{}", again.stdout);
    assert_eq!(
        (locked.text(), locked.server.requests().len()),
        (text.clone(), asked),
        "nobody is asked twice"
    );
    locked.lock(&["--anew"]).success();
    assert_eq!(locked.text(), text);
    assert!(locked.server.requests().len() > asked);
}

#[test]
fn a_pseudo_version_has_no_tag() {
    let locked = Locked::not_yet();
    let version = format!("v0.0.0-{}", locked.repo.stamp(locked.tagged));
    for name in ["go.mod", "go.sum"] {
        let file = locked.scene.project.join(name);
        fs::write(&file, fs::read_to_string(&file).unwrap().replace("v1.0.0", &version)).unwrap();
    }
    let failed = locked.lock(&[]).failure();
    assert!(failed.stderr.contains("SECURITY") && !locked.path().exists(), "{}", failed.stderr);
    // The hash covers the name of the version: of this one it is known only when it was made.
    let hash = failed.stderr.split("has the hash ").nth(1).and_then(|rest| rest.split(',').next()).unwrap();
    let sum = format!("{DEPENDENCY} {version} {hash}\n");
    fs::write(locked.scene.project.join("go.sum"), sum).unwrap();
    locked.lock(&[]).success();
    let text = locked.text();
    assert!(text.contains(&version) && !text.contains("\ntag = "), "{text}");
}

#[test]
fn what_cannot_be_had_is_named_and_the_old_lock_stays() {
    let locked = Locked::on("tag");
    let before = locked.text();
    let sum = locked.scene.project.join("go.sum");
    let line = "nowhere.invalid/x v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    fs::write(&sum, fs::read_to_string(&sum).unwrap() + line).unwrap();
    let failed = locked.lock(&[]).failure();
    assert!(failed.stderr.contains("nowhere.invalid/x@v1.0.0 cannot be locked"), "{}", failed.stderr);
    assert_eq!((failed.status.code(), locked.text()), (Some(1), before.clone()));
    let partial = locked.lock(&["--partial"]).success();
    assert!(partial.stderr.contains("warning: nowhere.invalid/x@v1.0.0"), "{}", partial.stderr);
    assert_eq!(locked.text(), before);
    locked.lock(&["--check"]).failure();
    locked.lock(&["--check", "--partial"]).success();
}

#[test]
fn a_repository_with_other_bytes_than_go_sum_has_is_never_locked() {
    let mut locked = Locked::not_yet();
    locked.repo.update(|history| {
        let other = history.commit(&[], &tree().and(&Tree::new().file("more.go", "package lib\n")));
        history.tag("v1.0.0", other);
    });
    for args in [&[][..], &["--partial"]] {
        let failed = locked.lock(args).failure();
        assert!(
            failed.stderr.contains("SECURITY") && failed.stderr.contains("go.sum says"),
            "{}",
            failed.stderr
        );
        assert!(!locked.path().exists());
    }
}

#[test]
fn outside_of_a_project_it_is_a_wrong_command() {
    let locked = Locked::not_yet();
    for name in ["go.mod", "go.sum"] {
        fs::remove_file(locked.scene.project.join(name)).unwrap();
    }
    assert_eq!(locked.lock(&[]).status.code(), Some(64));
}
