//! `modkeep lock --check`, as CI runs it.

use std::fs;

use super::kit::Locked;
use crate::scene::DEPENDENCY;

#[test]
fn a_whole_lock_passes_without_any_network() {
    let locked = Locked::on("commit");
    let asked = locked.server.requests().len();
    let passed = locked.lock(&["--check"]).success();
    assert!(passed.stdout.contains("is complete: 1 modules"), "{}", passed.stdout);
    locked.lock(&["--check", "--on=commit"]).success();
    assert_eq!(locked.server.requests().len(), asked);
}

#[test]
fn each_difference_is_a_line_and_the_code_is_1() {
    let locked = Locked::on("commit");
    let before = locked.text();
    let sum = locked.scene.project.join("go.sum");
    let whole = fs::read_to_string(&sum).unwrap();
    for (changed, line) in [
        (whole.replace(" v1.0.0", " v1.1.0"), format!("missing        {DEPENDENCY}@v1.1.0")),
        (String::new(), format!("superfluous    {DEPENDENCY}@v1.0.0")),
        (String::new(), format!("not in go.sum  {DEPENDENCY}@v1.0.0")),
        (
            format!("{DEPENDENCY} v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
            format!("other hash     {DEPENDENCY}@v1.0.0"),
        ),
    ] {
        fs::write(&sum, changed).unwrap();
        let failed = locked.lock(&["--check"]);
        assert_eq!(failed.status.code(), Some(1), "{}", failed.stderr);
        assert!(failed.stdout.lines().any(|told| told == line), "{line}: {}", failed.stdout);
        assert!(failed.stderr.contains("help: run `modkeep lock`"), "{}", failed.stderr);
    }
    assert_eq!(locked.text(), before, "a check changes nothing");
}

#[test]
fn a_go_mod_that_nobody_understands_does_not_pass() {
    let locked = Locked::on("commit");
    let go_mod = locked.scene.project.join("go.mod");
    let whole = fs::read_to_string(&go_mod).unwrap();
    fs::write(&go_mod, format!("<<<<<<< HEAD\n{whole}=======\n>>>>>>> other\n")).unwrap();
    let failed = locked.lock(&["--check"]);
    assert_eq!(failed.status.code(), Some(1), "{}", failed.stderr);
    assert!(
        failed.stderr.contains("cannot understand") && failed.stderr.contains("go.mod"),
        "{}",
        failed.stderr
    );
    assert!(!failed.stdout.contains("is complete"), "{}", failed.stdout);
}

#[test]
fn what_may_be_missing_in_go_sum_is_named() {
    let locked = Locked::on("commit");
    let quiet = locked.lock(&["--check"]).success();
    assert!(!quiet.stderr.contains("warning: go.mod"), "{}", quiet.stderr);
    for (name, line) in [
        ("go.mod", "\nrequire example.com/more v1.1.0\n"),
        ("go.sum", "example.com/more v1.1.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
    ] {
        let file = locked.scene.project.join(name);
        fs::write(&file, fs::read_to_string(&file).unwrap() + line).unwrap();
    }
    let passed = locked.lock(&["--check"]).success();
    for part in
        ["warning: go.mod requires modules", "example.com/more@v1.1.0", "where no package of them is used"]
    {
        assert!(passed.stderr.contains(part), "{part} is not in {}", passed.stderr);
    }
}

#[test]
fn each_member_of_a_workspace_is_looked_at() {
    let locked = Locked::not_yet();
    let project = &locked.scene.project;
    fs::create_dir(project.join("other")).unwrap();
    fs::write(project.join("go.work"), "go 1.21\n\nuse (\n\t.\n\t./other\n)\n").unwrap();
    let other = project.join("other/go.mod");
    fs::write(&other, "module example.com/other\n\ngo 1.21\n").unwrap();
    locked.lock(&[]).success();
    locked.lock(&["--check"]).success();
    fs::write(&other, "module example.com/other\n\ngo 1.21\n\nrequire example.com/more v1.1.0\n").unwrap();
    let failed = locked.lock(&["--check"]);
    assert_eq!(failed.status.code(), Some(1), "{}", failed.stderr);
    assert_eq!(failed.stdout, "not in go.sum  example.com/more@v1.1.0\n");
    fs::remove_file(&other).unwrap();
    let gone = locked.lock(&["--check"]).failure();
    assert!(gone.stderr.contains("cannot read") && gone.stderr.contains("other/go.mod"), "{}", gone.stderr);
}

#[test]
fn no_lock_and_one_that_holds_on_something_else_do_not_pass() {
    let locked = Locked::on("tree");
    let other = locked.lock(&["--check", "--on=commit"]);
    assert_eq!(other.status.code(), Some(1));
    assert!(other.stderr.contains("holds on tree, not on commit"), "{}", other.stderr);
    fs::remove_file(locked.path()).unwrap();
    let none = locked.lock(&["--check"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(none.stderr.contains("there is no modkeep.lock"), "{}", none.stderr);
}

#[test]
fn a_lock_that_is_cut_short_stops_everything_that_reads_it() {
    let locked = Locked::on("commit");
    let whole = locked.text();
    for text in [&whole[..whole.len() - 20], "<<<<<<< HEAD\n", ""] {
        fs::write(locked.path(), text).unwrap();
        for output in [locked.lock(&["--check"]), locked.lock(&[]), locked.build()] {
            assert_eq!(output.status.code(), Some(1), "{}", output.stderr);
            assert!(output.stderr.contains("modkeep.lock is no lock"), "{}", output.stderr);
            assert!(output.stderr.contains("bring it back from version control"), "{}", output.stderr);
        }
        assert_eq!(locked.text(), text);
    }
}
