//! What is told to whom.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use testkit::{Authority, FakeUpstream, Reply};

use crate::scene::{DEPENDENCY, Scene, causes, code, dependency, report, upstream};

#[test]
fn credentials_go_to_their_host_and_only_behind_a_good_certificate() {
    let (scene, authority) = (Scene::new(), Authority::new());
    let start = |authority: &Authority| {
        FakeUpstream::builder().module(dependency("")).tls_of(authority, &["127.0.0.1"]).start()
    };
    let (ours, stranger) = (start(&authority), start(&Authority::new()));
    let machine = |place: &FakeUpstream| format!("machine {} login me password secret\n", place.address());
    let netrc = scene.home.path().join("netrc");
    fs::write(&netrc, machine(&ours) + &machine(&stranger)).unwrap();
    let ca = format!("--ca-file={}", scene.pem(&authority));
    let list = format!("{},{}", ours.url(), stranger.url());
    let output = scene.command(&list, &["--json", &ca]).env("NETRC", netrc).run();
    let expected: [&[&str]; 2] = [&[], &["certificate-unknown-authority"]];
    assert_eq!(causes(&report(&output)), expected, "{}", output.stdout);
    let told = |place: &FakeUpstream| -> Vec<bool> {
        place.requests().iter().map(|request| request.header("authorization").is_some()).collect()
    };
    assert_eq!((told(&ours), told(&stranger)), (vec![true; 3], vec![false]));
    assert!(!output.stdout.contains("secret"));
    assert_eq!(stranger.count("/@v/v1.0.0.info"), 0);
}

#[test]
fn a_private_module_is_asked_of_private_places_alone() {
    let (scene, public, private) = (Scene::new(), upstream(), upstream());
    let settings = format!("[[place]]\nurl = \"{}\"\nprivate = true\n", private.url());
    let file = scene.home.path().join("modkeep.toml");
    fs::write(&file, settings).unwrap();
    let list = format!("{},{}", public.url(), private.url());
    let module = format!("--module={DEPENDENCY}@v1.0.0");
    for args in [&["--json"][..], &["--json", &module]] {
        let run = scene.command(&list, args).env("GOPRIVATE", DEPENDENCY).env("MODKEEP_CONFIG", &file);
        let output = run.run();
        assert_eq!(code(&output), 0, "{}{}", output.stdout, output.stderr);
        let asked = |place: &FakeUpstream| {
            place.requests().iter().filter(|request| request.path.contains(DEPENDENCY)).count()
        };
        assert_eq!((asked(&public), asked(&private)), (0, 3));
        private.reset_log();
    }
}

/// What a program of GOAUTH says is for the URL that it names, as under go, and is asked for again where a place has refused.
#[test]
fn the_programs_of_goauth_are_asked_and_what_they_say_goes_to_its_host_alone() {
    let (scene, authority) = (Scene::new(), Authority::new());
    let start = || FakeUpstream::builder().module(dependency("")).tls_of(&authority, &["127.0.0.1"]).start();
    let (ours, other) = (start(), start());
    for place in [&ours, &other] {
        place.on(|request| {
            let is_known = request.header("x-team") == Some("blue");
            (!is_known).then(|| Reply::text(401, "who are you?").into())
        });
    }
    let ca = format!("--ca-file={}", scene.pem(&authority));
    let list = format!("{},{}", ours.url(), other.url());
    for when in ["[ $# = 0 ]", "[ $# = 1 ]"] {
        let who = scene.home.path().join("who");
        let said = format!("{when} && printf '{}\\n\\nX-Team: blue\\n\\n'", ours.url());
        fs::write(&who, format!("#!/bin/sh\n{said}\n")).unwrap();
        fs::set_permissions(&who, fs::Permissions::from_mode(0o755)).unwrap();
        let output = scene.command(&list, &["--json", &ca]).env("GOAUTH", &who).run();
        let expected: [&[&str]; 2] = [&[], &["unauthorized"]];
        assert_eq!(causes(&report(&output)), expected, "{when}: {}", output.stdout);
        assert!(other.requests().iter().all(|request| request.header("x-team").is_none()), "{when}");
    }
}
