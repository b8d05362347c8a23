//! Bundles of others, and damaged ones.

use crate::project::{Project, ended};

#[test]
fn a_bundle_of_a_stranger_is_refused_until_its_key_is_trusted() {
    let (maker, user) = (Project::new().with_key(), Project::new());
    maker.run(&["bundle", "create", "-o", "b.tar"]);
    std::fs::copy(maker.path("b.tar"), user.path("b.tar")).unwrap();
    let verify = |args: &[&str]| {
        let mut command = user.modkeep(&["bundle", "verify", "b.tar"]);
        command.args(args);
        ended(command)
    };
    let refused = verify(&[]);
    assert!(refused.code == 1 && refused.err.contains("no known key signed the note"), "{}", refused.err);
    let key = maker.run(&["bundle", "key", "show"]).out.trim().to_owned();
    assert_eq!(verify(&["--key", &key]).code, 0);
    let other = user.run(&["bundle", "key", "new", "other"]).out.trim().to_owned();
    user.run(&["bundle", "key", "trust", &key]);
    assert_eq!(verify(&[]).code, 0);
    assert_eq!(verify(&["--key", &other]).code, 1, "only the given key counts");
}

#[test]
fn damage_is_named_and_a_cut_file_is_told_as_that() {
    let project = Project::new().with_key();
    project.run(&["bundle", "create", "-o", "b.tar"]);
    let whole = std::fs::read(project.path("b.tar")).unwrap();
    let mut damaged = whole.clone();
    let at = damaged.windows(4).position(|window| window == b"PK\x03\x04").unwrap() + 50;
    damaged[at] ^= 1;
    for (bytes, told) in [
        (damaged.as_slice(), "is not the file that was signed"),
        (&whole[..whole.len() / 2], "cut short"),
        (b"x", "no modkeep bundle"),
    ] {
        std::fs::write(project.path("bad.tar"), bytes).unwrap();
        let refused = ended(project.modkeep(&["bundle", "verify", "bad.tar"]));
        assert!(refused.code == 1 && refused.err.contains(told), "{}", refused.err);
    }
    let missing = ended(project.modkeep(&["bundle", "verify", "none.tar"]));
    assert!(missing.code == 1 && missing.err.contains("none.tar"), "{}", missing.err);
}
