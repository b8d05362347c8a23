//! `modkeep import` with a checksum database: asked through the proxy that is imported from, the upstreams, and its own host.

use std::fs;
use std::path::PathBuf;

use testkit::{FakeUpstream, GoHome, SumDb};

use super::scene::{A, BIG, Data, MODULES, NAME, World, files, module, pull, tampered, text};

/// A list of all modules, in a file.
fn list(data: &Data) -> PathBuf {
    let list = data.file(".list");
    fs::write(&list, MODULES.join("\n")).unwrap();
    list
}

#[test]
fn a_proxy_that_mirrors_the_database_is_asked_for_proofs() {
    let (world, data) = (World::new(), Data::new());
    let list = list(&data);
    let args = [&*world.up.url(), "--modules", text(&list)];
    let imported = data.import(&world.db, &args);
    imported.with(0, &["imported 9 files"]);
    assert!(!imported.err.contains("warning"), "{}", imported.err);
    data.verify(&world.db, &[]).with(0, &["6 have the hash of"]);
    let server = data.serve("off", &world.db);
    pull(&GoHome::fresh(), &server.url, &world.db, &MODULES).success();
}

#[test]
fn an_upstream_that_mirrors_it_is_asked_where_the_proxy_does_not() {
    let (world, data) = (World::new(), Data::new());
    let plain = FakeUpstream::builder().modules(MODULES.map(module)).start();
    let list = list(&data);
    let args = [&*plain.url(), "--modules", text(&list), "--upstream", &world.up.url()];
    let imported = data.import(&world.db, &args);
    imported.with(0, &["imported 9 files"]);
    assert!(!imported.err.contains("warning"), "{}", imported.err);
    data.verify(&world.db, &[]).with(0, &["6 have the hash of"]);
    assert_eq!(world.up.count(".zip"), 0, "the modules came from the other");
}

#[test]
fn without_anybody_to_ask_what_is_well_formed_is_imported() {
    let (db, data) = (SumDb::new(NAME), Data::new());
    let plain = FakeUpstream::builder().modules(MODULES.map(module)).start();
    let list = list(&data);
    let imported = data.import(&db, &[&plain.url(), "--modules", text(&list)]);
    imported.with(0, &["imported 9 files", "6 files could not be verified now", "GOSUMDB on"]);
}

/// An authority that can be asked, and says no, is another thing than one that is out of reach.
#[test]
fn what_the_database_does_not_know_is_refused_unless_it_is_private() {
    let (world, data) = (World::new(), Data::new());
    let host = FakeUpstream::builder().start();
    world.db.host_on(&host, "");
    let gosumdb = format!("{} {}", world.db.gosumdb(), host.url());
    let secret = "corp.example/m@v1.0.0";
    let corp = FakeUpstream::builder().module(module(secret)).start();
    let list = data.file(".list");
    fs::write(&list, secret).unwrap();
    let (url, list) = (corp.url(), text(&list));
    let import = |env: &[(&str, &str)]| data.command(&["import", &url, "--modules", list], &gosumdb, env);
    import(&[]).with(1, &["2 failed", "knows no corp.example/m@v1.0.0", "GOPRIVATE"]);
    host.reset_log();
    import(&[("GOPRIVATE", "corp.example")]).with(0, &["imported 2 files", "1 were kept already"]);
    assert!(host.requests().is_empty(), "a private path is told to no database");
    let verify = data.command(&["store", "verify", "--sumdb"], &gosumdb, &[("GOPRIVATE", "corp.example")]);
    verify.with(0, &["0 have the hash of a checksum database, 2 that seen first"]);
}

#[test]
fn what_was_seen_first_counts_where_no_database_does() {
    let (db, data) = (SumDb::new(NAME), Data::new());
    let tree = Data::new();
    let write = |module| testkit::upstream::write_file_proxy([module], tree.path());
    let import = || data.command(&["import", text(tree.path())], "off", &[]);
    write(module(A));
    import().with(0, &["0 failed"]);
    fs::remove_dir_all(data.file("example.com")).unwrap();
    write(tampered(A));
    import().with(1, &["1 failed", &module(A).h1(), &tampered(A).h1(), "store accept"]);
    assert!(!data.zip(A).exists());
    let accept = ["store", "accept", "example.com/a", "v1.0.0", &tampered(A).h1()];
    assert_eq!(data.command(&accept, &db.gosumdb(), &[]).code, 0);
    import().with(0, &["imported 1 files"]);
}

/// As a server does when it is first asked for it. Fails without `Judge` over what is kept.
#[test]
fn what_was_kept_unverified_and_is_wrong_is_replaced() {
    let (world, data) = (World::new(), Data::new());
    let bad = FakeUpstream::builder().modules([tampered(A), module(BIG)]).start();
    let list = data.file(".list");
    fs::write(&list, [A, BIG].join("\n")).unwrap();
    let list = text(&list);
    data.command(&["import", &bad.url(), "--modules", list], "off", &[]).with(0, &["imported 6 files"]);
    let imported = data.import(&world.db, &[&world.up.url(), "--modules", list]);
    let told = format!("set aside what was kept: {A}.zip: SECURITY");
    imported.with(0, &["imported 1 files", "5 were kept already", &told, &module(A).h1(), &tampered(A).h1()]);
    assert_eq!(fs::read(data.zip(A)).unwrap(), module(A).zip());
    data.verify(&world.db, &[]).with(0, &["4 have the hash of"]);
}

#[test]
fn what_a_proxy_sends_in_place_of_the_right_bytes_is_put_away() {
    let (world, data) = (World::new(), Data::new());
    let bad = FakeUpstream::builder().modules([tampered(A)]).start();
    world.db.mirror_on(&bad);
    let list = data.file(".list");
    fs::write(&list, A).unwrap();
    let imported = data.import(&world.db, &[&bad.url(), "--modules", text(&list)]);
    imported.with(1, &["1 failed", "checksum mismatch", &module(A).h1(), &tampered(A).h1()]);
    let aside = files(&data.file(".quarantine"));
    assert_eq!(aside.iter().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>(), [tampered(A).zip()]);
}
