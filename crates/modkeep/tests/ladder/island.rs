//! Each rung that needs no network, on a machine that has none: only loopback is up, and the proxy's address is one of documentation.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use testkit::{GoRun, SumDb};

use super::bundled::pulled;
use super::scene::{BINARY, Scene, said, upstream};

/// An address that no host has (RFC 5737). From here nothing leads to it.
const FAR: &str = "https://192.0.2.1";

/// Runs a command where only loopback is up.
const SCRIPT: &str = "ip link set lo up && exec \"$@\"";

/// `modkeep go` on the island.
fn modkeep(scene: &Scene, flags: &[&str]) -> GoRun {
    let namespace = ["--user", "--map-root-user", "--net", "--", "/bin/sh", "-c", SCRIPT, "sh", BINARY, "go"];
    let words = namespace.iter().chain(flags).map(OsString::from);
    scene.as_user(scene.go(FAR).env("HTTPS_PROXY", "").under(Path::new("/usr/bin/unshare"), words))
}

fn builds(run: &GoRun) -> Vec<String> {
    let output = run.clone().args(["build", "-o", "/dev/null", "./..."]).run().success();
    said(&output).into_iter().map(str::to_owned).collect()
}

#[test]
fn without_any_rung_below_the_network_is_to_blame() {
    let run = modkeep(&Scene::new(), &["--rungs=upstream,git"]).args(["build", "./..."]).run();
    assert_eq!(run.status.code(), Some(75), "{}", run.stderr);
    assert!(run.stderr.contains("unreachable"), "{}", run.stderr);
}

#[test]
fn a_module_cache_is_enough() {
    let scene = Scene::new();
    let caches = format!("--module-caches={}", scene.other_cache().display());
    assert_eq!(builds(&modkeep(&scene, &[&caches])), [""; 0]);
}

#[test]
fn a_bundle_is_enough_with_the_database_on_and_without_a_go_sum() {
    let db = SumDb::new("localhost.localdev/sumdb");
    let scene = pulled(&db);
    fs::remove_file(scene.project.join("go.sum")).unwrap();
    let run = modkeep(&scene, &[]).sumdb(db.gosumdb()).args(["mod", "tidy"]).run().success();
    assert!(said(&run)[0].contains("came from bundle"), "{}", run.stderr);
    builds(&modkeep(&scene, &[]).sumdb(db.gosumdb()));
}

#[test]
fn a_vendor_folder_is_enough_and_so_is_a_signed_snapshot_of_one() {
    let scene = Scene::vendored();
    assert_eq!(builds(&modkeep(&scene, &[])), [""; 0]);
    fs::remove_dir_all(scene.project.join("vendor")).unwrap();
    assert!(builds(&modkeep(&scene, &[])).iter().any(|line| line.contains("from the signed snapshot")));
    assert!(!scene.project.join("vendor").exists());
}

/// The switch of the proxy that is asked for all this: on the same machine, with a network, the build needs none of it.
#[test]
fn with_a_network_the_proxy_is_enough() {
    let (scene, upstream) = (Scene::new(), upstream());
    let run = scene.modkeep(&upstream.url(), &["--rungs=upstream"]);
    assert_eq!(builds(&run), [""; 0]);
}
