//! Bundles on their way from a maker to a user.

use crate::project::{Project, ended};

#[test]
fn a_bundle_is_pushed_listed_and_pulled_through_a_folder() {
    let project = Project::new().with_key();
    project.run(&["bundle", "create", "-o", "b.tar"]);
    let depot = project.home.path().join("depot");
    let depot = depot.to_str().unwrap();
    let none = ended(project.modkeep(&["bundle", "pull", depot]));
    assert!(none.code == 1 && none.err.contains("no such bundle"), "{}", none.err);
    let pushed = project.run(&["bundle", "push", "b.tar", depot]);
    assert!(pushed.out.contains("main-") && pushed.err.contains("pushing "), "{}{}", pushed.out, pushed.err);
    let listed = project.run(&["bundle", "ls", depot]);
    assert!(listed.out.contains("graph.example/main"), "{}", listed.out);
    let pulled = project.run(&["bundle", "pull", depot]);
    assert!(
        pulled.out.contains(" 0 flaws") && pulled.err.contains("pulling "),
        "{}{}",
        pulled.out,
        pulled.err
    );
    let mut again = project.modkeep(&["bundle", "pull"]);
    again.env("MODKEEP_BUNDLES", depot);
    let again = ended(again);
    assert!(again.code == 0 && again.out.contains("is the newest there is"), "{}{}", again.out, again.err);
    let other = ended(project.modkeep(&["bundle", "pull", depot, "--project", "example.com/other"]));
    assert!(other.code == 1 && other.err.contains("no such bundle"), "{}", other.err);
}

#[test]
fn a_bundle_is_pushed_and_pulled_through_s3() {
    let s3 = testkit::S3::start();
    let project = Project::new().with_key();
    project.run(&["bundle", "create", "-o", "b.tar"]);
    let location = format!("s3://{}/team", s3.bucket());
    for args in [
        &["bundle", "push", "b.tar", &location][..],
        &["bundle", "ls", &location],
        &["bundle", "pull", &location],
    ] {
        let mut command = project.modkeep(args);
        let done = ended(std::mem::replace(command.envs(s3.settings()), std::process::Command::new("true")));
        assert_eq!(done.code, 0, "{args:?}: {}", done.err);
    }
    let anonymous = ended(project.modkeep(&["bundle", "ls", &location, "--connect-timeout", "1s"]));
    assert_eq!(anonymous.code, 1, "{}", anonymous.out);
}

#[test]
fn a_place_that_is_none_is_a_usage_error_that_tells_no_password() {
    let project = Project::new().with_key();
    for args in [
        &["bundle", "pull", "https://u:secret@a.example/"][..],
        &["bundle", "pull", "ftp://a.example/"],
        &["bundle", "ls"],
    ] {
        let refused = ended(project.modkeep(args));
        assert!(refused.code == 64 && !refused.err.contains("secret"), "{args:?}: {}", refused.err);
    }
    let missing = ended(project.modkeep(&["bundle", "push", "none.tar", "depot"]));
    assert!(missing.code == 1 && missing.err.contains("none.tar"), "{}", missing.err);
}
