//! The bundle rung: what was pulled before everything else went down.

use std::fs;

use testkit::SumDb;

use super::scene::{NOBODY, Scene, dependency, said, upstream};

/// A project whose bundle lies in a depot, from which it was pulled.
pub(crate) fn pulled(db: &SumDb) -> Scene {
    let scene = pushed(db);
    scene.command(&["bundle", "pull"]).run().success();
    scene
}

/// A project whose bundle lies in a depot that the settings name.
fn pushed(db: &SumDb) -> Scene {
    let (scene, upstream) = (Scene::new(), upstream());
    db.add(&dependency());
    db.mirror_on(&upstream);
    let depot = scene.home.path().join("depot");
    fs::create_dir(&depot).unwrap();
    scene.settings(&format!("bundles = \"{}\"\n", depot.display()));
    for args in [
        &["bundle", "key", "new", "tester"][..],
        &["bundle", "create", "-o", "b.tar"],
        &["bundle", "push", "b.tar"],
    ] {
        scene.command(args).proxy(upstream.url()).sumdb(db.gosumdb()).run().success();
    }
    fs::remove_file(scene.project.join("b.tar")).unwrap();
    scene.home.clear_module_cache();
    scene
}

#[test]
fn a_bundle_stands_in_when_proxies_and_repositories_are_gone() {
    let db = SumDb::new("localhost.localdev/sumdb");
    let scene = pulled(&db);
    let run = scene.modkeep(NOBODY, &[]).sumdb(db.gosumdb()).args(["run", "."]).run().success();
    assert!(said(&run)[0].contains("came from bundle"), "{}", run.stderr);
}

#[test]
fn what_was_pulled_for_a_project_is_used_wherever_it_came_from() {
    let db = SumDb::new("localhost.localdev/sumdb");
    let scene = pushed(&db);
    let depot = scene.home.path().join("depot").display().to_string();
    let builds = |scene: &Scene| {
        let run = scene.modkeep(NOBODY, &[]).sumdb(db.gosumdb()).args(["run", "."]).run();
        scene.home.clear_module_cache();
        run.status.success()
    };
    scene.settings("");
    assert!(!builds(&scene));
    // Beside no go.mod: the newest bundle is for this project, and says so.
    scene.command(&["bundle", "pull", &depot]).dir(scene.home.home()).run().success();
    assert!(builds(&scene));
    let go_mod = fs::read_to_string(scene.project.join("go.mod")).unwrap();
    fs::write(scene.project.join("go.mod"), go_mod.replacen("module ", "module other.example/", 1)).unwrap();
    assert!(!builds(&scene), "it was pulled for another project");
}

#[test]
fn a_project_may_say_where_its_bundles_are() {
    let db = SumDb::new("localhost.localdev/sumdb");
    let scene = pushed(&db);
    let depot = scene.home.path().join("depot");
    scene.settings("");
    let nowhere = scene.command(&["bundle", "pull"]).run();
    assert_eq!(nowhere.status.code(), Some(64), "{nowhere}");
    fs::rename(&depot, scene.project.join("depot")).unwrap();
    fs::write(scene.project.join("modkeep.toml"), "[bundle]\nlocations = [\"depot\"]\n").unwrap();
    let below = scene.project.join("below");
    fs::create_dir(&below).unwrap();
    // Names in the file are seen from its own folder.
    scene.command(&["bundle", "pull"]).dir(&below).run().success();
    let listed = scene.command(&["bundle", "ls"]).run().success();
    assert_eq!(listed.stdout.lines().count(), 1, "{listed}");
    scene.modkeep(NOBODY, &[]).sumdb(db.gosumdb()).args(["run", "."]).run().success();
}

/// go asks for modules that nobody has, in looking for the one that has a package.
#[test]
fn what_was_pulled_and_cannot_be_used_any_more_stands_in_the_way_of_nothing() {
    let db = SumDb::new("localhost.localdev/sumdb");
    let scene = pulled(&db);
    scene.settings("");
    fs::write(scene.config.join("modkeep/trusted-keys"), "").unwrap();
    let upstream = upstream();
    db.mirror_on(&upstream);
    let run = scene.modkeep(&upstream.url(), &["--rungs=upstream,bundle"]).sumdb(db.gosumdb());
    let run = run.args(["get", &format!("{}/nothing@v1.0.0", dependency().path())]).run().failure();
    assert_eq!(run.status.code(), Some(1), "{run}");
    assert!(!run.stderr.contains("bundle that was pulled"), "{run}");
}

#[test]
fn its_proofs_stand_in_for_the_database() {
    let db = SumDb::new("localhost.localdev/sumdb");
    let scene = pulled(&db);
    fs::remove_file(scene.project.join("go.sum")).unwrap();
    let run = scene.modkeep(NOBODY, &[]).sumdb(db.gosumdb()).args(["mod", "download", "all"]).run();
    assert!(run.status.success(), "{}", run.stderr);
    let sum = fs::read_to_string(scene.project.join("go.sum")).unwrap();
    assert_eq!(sum, dependency().go_sum_lines());
}

#[test]
fn a_bundle_by_a_key_that_the_user_does_not_trust_is_not_believed() {
    let db = SumDb::new("localhost.localdev/sumdb");
    let scene = pulled(&db);
    fs::write(scene.config.join("modkeep/trusted-keys"), "").unwrap();
    let run = scene
        .modkeep(NOBODY, &["--rungs=upstream,bundle"])
        .sumdb(db.gosumdb())
        .args(["build", "./..."])
        .run();
    assert_eq!(run.status.code(), Some(75), "{}", run.stderr);
    assert!(run.stderr.contains("the bundle that was pulled cannot be used"), "{}", run.stderr);
}
