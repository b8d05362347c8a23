//! The real go against the fake upstream: over http, over TLS, and from files.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of a test stop it as the test itself would"
)]

use std::fs;
use std::time::Duration;

use testkit::{FakeUpstream, GoHome, GoRun, Module};

const MODULES: &str = "\
module example.com/Big
version v1.0.0
time 2023-05-06T07:08:09Z
revision main
-- go.mod --
module example.com/Big

go 1.21
-- big.go --
package big
====
module example.com/Big
version v1.1.0-RC1
-- go.mod --
module example.com/Big

retract v1.0.0 // bad
====
module example.com/old
version v2.1.0+incompatible
-- old.go --
package old
====
module example.com/untagged
version v0.0.0-20240102030405-abcdef012345
revision main
-- u.go --
package untagged
";

const QUERIES: [&str; 4] = [
    "example.com/Big@v1.0.0",
    "example.com/Big@v1.1.0-RC1",
    "example.com/old@latest",
    "example.com/untagged@main",
];

/// Everything that `QUERIES` ask for arrives, with the sums that testkit computes.
fn assert_downloads(run: GoRun) {
    let got = run.download_json(&QUERIES);
    let modules = Module::parse_all(MODULES);
    assert_eq!(got.len(), modules.len());
    for module in &modules {
        let found = got.iter().find(|d| d.path == module.path() && d.version == module.version());
        let found = found.unwrap_or_else(|| panic!("{} {} in {got:?}", module.path(), module.version()));
        assert_eq!(found.error, "");
        assert_eq!((found.sum.as_str(), found.go_mod_sum.as_str()), (&*module.h1(), &*module.go_mod_h1()));
        assert_eq!(fs::read(&found.zip).expect("a zip"), module.zip());
    }
}

#[test]
fn downloads_over_http() {
    let up = FakeUpstream::builder().text(MODULES).start();
    assert_downloads(GoRun::new().proxy(up.url()));
    assert_eq!(up.count(".zip"), 4);
}

#[test]
fn downloads_over_tls_with_http2() {
    let up = FakeUpstream::builder().text(MODULES).tls().start();
    let home = GoHome::fresh();
    let ca = home.path().join("ca.pem");
    fs::write(&ca, up.ca_pem()).expect("a file");
    assert_downloads(GoRun::in_home(&home).proxy(up.url()).trust(&ca));
    assert!(up.requests().iter().all(|request| request.http_version == http::Version::HTTP_2));
}

#[test]
fn downloads_from_files() {
    let up = FakeUpstream::builder().text(MODULES).start();
    let home = GoHome::fresh();
    let tree = home.path().join("tree");
    up.write_file_proxy(&tree);
    assert_downloads(GoRun::in_home(&home).proxy(format!("file://{}", tree.display())));
    assert_eq!(up.count(""), 0);
}

#[test]
fn lists_versions() {
    let up = FakeUpstream::builder().text(MODULES).start();
    let run = GoRun::new().proxy(up.url()).args(["list", "-m", "-json", "-versions", "example.com/Big"]);
    let listed: Vec<serde_json::Value> = run.run().success().json();
    assert_eq!(listed[0]["Versions"], serde_json::json!(["v1.0.0", "v1.1.0-RC1"]));
}

#[test]
fn retractions_are_seen() {
    let up = FakeUpstream::builder()
        .text("module example.com/r\nversion v1.0.0\n-- go.mod --\nmodule example.com/r\n")
        .text("module example.com/r\nversion v1.1.0\n-- go.mod --\nmodule example.com/r\nretract v1.0.0 // bad\n")
        .start();
    let run =
        GoRun::new().proxy(up.url()).args(["list", "-m", "-json", "-retracted", "example.com/r@v1.0.0"]);
    let listed: Vec<serde_json::Value> = run.run().success().json();
    assert_eq!(listed[0]["Retracted"], serde_json::json!(["bad"]));
}

/// The one case in which go takes a toolchain without a checksum database is a single file:// proxy (protocol.md H4).
#[test]
fn a_toolchain_is_a_module_too() {
    let toolchain = Module::toolchain("go1.99.0", "a toolchain from testkit");
    let home = GoHome::fresh();
    let tree = home.path().join("tree");
    testkit::upstream::write_file_proxy([toolchain], &tree);
    let run =
        GoRun::in_home(&home).proxy(format!("file://{}", tree.display())).env("GOTOOLCHAIN", "go1.99.0");
    assert_eq!(run.args(["version"]).run().success().stdout, "a toolchain from testkit\n");
}

#[test]
fn what_is_missing_is_an_error_that_names_the_text_of_the_proxy() {
    let up = FakeUpstream::builder().text(MODULES).start();
    let got = GoRun::new().proxy(up.url()).download_json(&["example.com/none@v1.0.0"]);
    assert!(got[0].error.contains("this proxy knows nothing about"), "{got:?}");
}

#[test]
fn a_broken_zip_is_refused_by_go() {
    let broken = Module::new("example.com/a", "v1.0.0").file("a.go", "package a\n").raw_zip("not a zip");
    let up = FakeUpstream::builder().module(broken).start();
    let got = GoRun::new().proxy(up.url()).download_json(&["example.com/a@v1.0.0"]);
    assert!(got[0].error.contains("not a valid zip file"), "{got:?}");
}

#[test]
fn nothing_but_loopback_is_reachable() {
    let got = GoRun::new().proxy("https://proxy.example.com").download_json(&["example.com/a@v1.0.0"]);
    assert!(got[0].error.contains("proxyconnect") && got[0].error.contains("127.0.0.1:1"), "{got:?}");
}

#[test]
fn caches_can_be_compared_and_cleared() {
    let up = FakeUpstream::builder().text(MODULES).start();
    let home = GoHome::fresh();
    assert_downloads(GoRun::in_home(&home).proxy(up.url()));
    let (first, zips) = (home.downloads(), home.module_cache_zips());
    assert_eq!((first.len(), zips.len()), (4 * 3, 4));
    assert!(zips.contains_key("example.com/!big/@v/v1.1.0-!r!c1.zip"));
    home.clear_module_cache();
    assert!(home.downloads().is_empty());
    assert_downloads(GoRun::in_home(&home).proxy(up.url()));
    assert_eq!(home.downloads(), first);
}

#[tokio::test]
async fn a_run_may_be_awaited_beside_other_tasks() {
    let up = FakeUpstream::builder().text(MODULES).start();
    let gate = up.hold("*.zip");
    let run = GoRun::new().proxy(up.url()).args(["mod", "download", "example.com/Big@v1.0.0"]);
    let go = tokio::spawn(async move { run.run_async().await.success() });
    gate.arrived(1).await;
    gate.release();
    go.await.expect("go ended well");
}

#[test]
#[should_panic(expected = "still ran after")]
fn a_run_that_hangs_is_killed() {
    let up = FakeUpstream::builder().text(MODULES).start();
    up.stall_body("*.zip", 10);
    let run = GoRun::new().proxy(up.url()).deadline(Duration::from_secs(2));
    run.args(["mod", "download", "example.com/Big@v1.0.0"]).run();
}
