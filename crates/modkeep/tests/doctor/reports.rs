//! What is said, in both forms, and the exit code.

use std::fs;

use testkit::{Authority, FakeUpstream};

use crate::scene::{DEPENDENCY, NOBODY, Scene, causes, code, database, dependency, report, upstream, words};

#[test]
fn a_good_day_is_short() {
    let (scene, upstream) = (Scene::new(), upstream());
    let (_host, setting) = database(&dependency(""));
    let list = format!("{},direct", upstream.url());
    let output = scene.command(&list, &[]).sumdb(setting).run();
    assert_eq!(code(&output), 0, "{}{}", output.stdout, output.stderr);
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert!(lines[0].starts_with(&format!("ok       {}: ", upstream.url())), "{lines:?}");
    assert!(output.stdout.contains("has example.com/lib@v1.0.0"), "{}", output.stdout);
    assert!(lines.iter().any(|line| line.starts_with("-        direct: ")), "{lines:?}");
    assert_eq!(lines.last(), Some(&"all is well"));
    assert!(lines.len() <= 8 && lines.iter().all(|line| line.chars().count() <= 80), "{lines:?}");
    assert_eq!(output.stderr, "");
}

#[test]
fn a_bad_day_names_cause_evidence_and_fix_of_each_place_in_the_order_of_the_list() {
    let scene = Scene::new();
    let (busy, stranger) =
        (upstream(), FakeUpstream::builder().tls_of(&Authority::new(), &["127.0.0.1"]).start());
    busy.set_status("*", 503, "no room");
    let list = [NOBODY, "http://gone.invalid", &busy.url(), &stranger.url()].join(",");
    let output = scene.run(&list, &["--json"]);
    let found = report(&output);
    assert_eq!(code(&output), 2);
    assert_eq!(causes(&found), [["refused"], ["dns"], ["server-error"], ["certificate-unknown-authority"]]);
    let finding = &found["places"][2]["findings"][0];
    assert!(finding["evidence"][0].as_str().unwrap().contains("503: no room"), "{finding}");
    assert!(!finding["fix"].as_str().unwrap().is_empty());
    assert_eq!((&found["worst"], &found["schema"]), (&"broken".into(), &1.into()));
    let text = scene.run(&list, &[]);
    assert_eq!(code(&text), 2);
    assert!(text.stdout.contains("BROKEN") && text.stdout.contains("fix: "), "{}", text.stdout);
    assert!(text.stdout.ends_with("broken: 4, warnings: 0, notes: 0\n"), "{}", text.stdout);
    assert!(text.stdout.lines().all(|line| line.chars().count() <= 80), "{}", text.stdout);
}

#[test]
fn content_is_held_to_go_sum_and_the_database_too() {
    let scene = Scene::new();
    let other = dependency("\nvar Evil = 1\n");
    let liar = FakeUpstream::builder().module(other.clone()).start();
    let (_host, setting) = database(&other);
    let output = scene.command(&liar.url(), &["--json"]).sumdb(setting).run();
    assert_eq!(causes(&report(&output)), [["wrong-hash"], ["sums-disagree"]], "{}", output.stdout);
    fs::remove_file(scene.project.join("go.sum")).unwrap();
    let (_host, setting) = database(&dependency(""));
    let module = format!("--module={DEPENDENCY}@v1.0.0");
    let output = scene.command(&liar.url(), &["--json", &module]).sumdb(setting).run();
    let found = report(&output);
    let expected: [&[&str]; 2] = [&["wrong-hash"], &[]];
    assert_eq!(causes(&found), expected, "{}", output.stdout);
    assert_eq!(words(&found["project"]["findings"]), ["no-sum"]);
}

#[test]
fn warnings_have_an_exit_code_of_their_own() {
    let (scene, upstream) = (Scene::new(), upstream());
    fs::write(scene.project.join("go.sum"), "").unwrap();
    let output = scene.run(&upstream.url(), &[]);
    assert_eq!(code(&output), 1, "{}{}", output.stdout, output.stderr);
    assert!(output.stdout.contains("WARNING  sum-incomplete: "), "{}", output.stdout);
    fs::remove_file(scene.project.join("modkeep.lock")).unwrap();
    fs::write(scene.project.join("go.sum"), dependency("").go_sum_lines()).unwrap();
    let output = scene.run(&upstream.url(), &[]);
    assert_eq!(code(&output), 0, "{}", output.stdout);
    assert!(output.stdout.ends_with("all is well; notes: 1\n"), "{}", output.stdout);
}

#[test]
fn newer_versions_come_from_whoever_answers() {
    let (scene, upstream) = (Scene::new(), upstream());
    upstream.publish(
        testkit::Module::new(DEPENDENCY, "v1.1.0")
            .file("go.mod", format!("module {DEPENDENCY}\n\ngo 1.21\n")),
    );
    let list = format!("{NOBODY},{}", upstream.url());
    let found = report(&scene.run(&list, &["--json", "--outdated"]));
    assert_eq!(words(&found["project"]["findings"]), ["outdated"], "{found}");
    let evidence = &found["project"]["findings"][0]["evidence"][0];
    assert_eq!(evidence, &format!("{DEPENDENCY} v1.0.0 → v1.1.0"));
    assert_eq!(words(&report(&scene.run(&list, &["--json"]))["project"]["findings"]), Vec::<String>::new());
}

#[test]
fn a_wrong_module_is_a_usage_error() {
    let output = Scene::new().run(NOBODY, &["--module", "nonsense"]);
    assert_eq!(code(&output), 64, "{}", output.stderr);
}
