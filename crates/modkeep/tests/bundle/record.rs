//! Bundles of what a command really asked for.

use crate::project::{Project, ended};

#[test]
fn what_a_script_asked_for_is_in_it_and_is_enough_to_do_it_again() {
    let project = Project::new().with_key();
    std::fs::write(project.path("build.sh"), "set -e\ngo vet ./...\ngo build -o /dev/null ./...\n").unwrap();
    let sums = std::fs::read(project.path("go.sum")).unwrap();
    let made = project.run(&["bundle", "record", "-o", "r.tar", "--", "sh", "build.sh"]);
    assert!(made.out.contains("r.tar: bundle "), "{}{}", made.out, made.err);
    assert_eq!(std::fs::read(project.path("go.sum")).unwrap(), sums, "the project is as it was");
    let caches = project.home.home().join(".cache/modkeep/making-bundles");
    assert_eq!(caches.read_dir().unwrap().count(), 0, "nothing is left");
    project.run(&["bundle", "verify", "r.tar"]);
    project.up.set_status("*", 500, "gone");
    let proxy = project.unpacked(&["r.tar"]);
    project.go_elsewhere(&proxy, &["vet", "./..."]).success();
    project.go_elsewhere(&proxy, &["build", "-o", "/dev/null", "./..."]).success();
}

/// A module that is on the machine already is in the bundle all the same, and is not fetched again.
#[test]
fn what_is_on_the_machine_already_is_packed_without_being_fetched() {
    let project = Project::new().with_key();
    project.run(&["go", "mod", "download"]);
    project.up.set_status("*.zip", 500, "gone");
    project.run(&["bundle", "record", "-o", "r.tar", "--", "go", "build", "-o", "/dev/null", "./..."]);
    project.up.set_status("*", 500, "gone");
    let proxy = project.unpacked(&["r.tar"]);
    project.go_elsewhere(&proxy, &["build", "-o", "/dev/null", "./..."]).success();
}

#[test]
fn a_command_that_fails_gives_its_code_and_no_bundle() {
    let project = Project::new().with_key();
    let failed = ended(project.modkeep(&["bundle", "record", "-o", "r.tar", "--", "sh", "-c", "exit 7"]));
    assert_eq!(failed.code, 7, "{}", failed.err);
    assert!(failed.err.contains("no bundle was made"), "{}", failed.err);
    assert!(!project.path("r.tar").exists());
    let none = ended(project.modkeep(&["bundle", "record", "-o", "r.tar"]));
    assert_eq!(none.code, 64, "{}", none.err);
}
