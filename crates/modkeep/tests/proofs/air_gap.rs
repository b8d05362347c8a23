//! The module cache of one machine with a network, imported where there is none: the real go downloads and verifies from it.

use std::fs;

use testkit::{GoHome, GoRun, Module};

use super::scene::{A, Data, LATE, MODULES, NAME, World, files, flip, module, pull, tampered, text};

/// A machine's module cache, and nobody left to be asked.
fn cut_off() -> (World, GoHome) {
    let mut world = World::new();
    let home = world.machine();
    world.up.stop();
    (world, home)
}

#[test]
fn a_module_cache_carries_its_proofs_into_an_air_gap() {
    let (world, home) = cut_off();
    for folder in [home.module_cache(), home.module_cache().join("cache/download")] {
        let data = Data::new();
        let imported = data.import(&world.db, &[text(&folder)]);
        imported.with(0, &["imported 9 files"]);
        assert!(!imported.err.contains("warning"), "{}", imported.err);
        data.verify(&world.db, &[]).with(0, &["6 have the hash of", "3 records are proven"]);
        let server = data.serve("off", &world.db);
        let client = GoHome::fresh();
        pull(&client, &server.url, &world.db, &MODULES).success();
        assert_eq!(client.downloads(), home.downloads());
        server.stop();
        pull(&GoHome::fresh(), &format!("file://{}", text(data.path())), &world.db, &MODULES).success();
        data.import(&world.db, &[text(&folder)]).with(0, &["imported 0 files", "9 were kept already"]);
    }
}

/// A cache that another cache was filled from, through a server that is gone: file trees carry proofs as well.
#[test]
fn a_data_folder_carries_them_on() {
    let (world, home) = cut_off();
    let (first, second) = (Data::new(), Data::new());
    first.import(&world.db, &[text(&home.module_cache())]).with(0, &[]);
    let imported = second.import(&world.db, &[text(first.path())]);
    imported.with(0, &["imported 9 files"]);
    assert!(!imported.err.contains("warning"), "{}", imported.err);
    let server = second.serve("off", &world.db);
    pull(&GoHome::fresh(), &server.url, &world.db, &MODULES).success();
}

/// go wants the record of a toolchain whatever it is told, and its zip is all that a module cache has of it (protocol.md H1, H4).
#[test]
fn a_toolchain_comes_along() {
    let mut world = World::new();
    let version = "v0.0.1-go1.99.0.linux-amd64";
    let toolchain = Module::new("golang.org/toolchain", version).file("bin/go", "#!/bin/sh\n");
    world.up.publish(toolchain.clone());
    world.db.add(&toolchain);
    let home = GoHome::fresh();
    let query = format!("golang.org/toolchain@{version}");
    pull(&home, &world.up.url(), &world.db, &[&query]).success();
    world.up.stop();
    let data = Data::new();
    let env = [("GONOSUMDB", "*")];
    let import = ["import", text(&home.module_cache())].map(str::to_owned);
    let import: Vec<&str> = import.iter().map(String::as_str).collect();
    data.command(&import, &world.db.gosumdb(), &env).with(0, &["0 failed"]);
    let verify = data.command(&["store", "verify", "--sumdb"], &world.db.gosumdb(), &env);
    verify.with(0, &["have the hash of a checksum database, 0 that seen first"]);
    let server = data.serve("off", &world.db);
    let run = GoRun::in_home(&GoHome::fresh()).proxy(&server.url).sumdb(world.db.gosumdb());
    run.args(["mod", "download", &query]).run().success();
}

/// An answer that a mirror had cached comes with the head of another day; go fetches the tiles that lead from it to the newest head,
/// and not those of its own edge (protocol.md G15, G22). The newest stands in an answer about something that is not imported.
/// Fails without `import::heads`.
#[test]
fn old_heads_are_proven_by_the_newest() {
    let (mut world, home) = (World::new(), GoHome::fresh());
    let old_answer = world.db.answer(&format!("lookup/{A}")).body;
    world.db.fill(700);
    pull(&home, &world.up.url(), &world.db, &[LATE]).success();
    world.up.set_status("*/lookup/example.com/a@v1.0.0", 200, std::str::from_utf8(&old_answer).unwrap());
    pull(&home, &world.up.url(), &world.db, &[A]).success();
    world.up.stop();
    let cache = home.module_cache().join("cache/download");
    fs::remove_dir_all(cache.join("example.com/late")).unwrap();
    let data = Data::new();
    let imported = data.import(&world.db, &[text(&cache)]);
    imported.with(0, &["imported 3 files"]);
    assert!(!imported.err.contains("warning"), "{}", imported.err);
    assert_eq!(fs::read_to_string(data.of_database("latest")).ok(), home.sumdb_latest(NAME));
}

#[test]
fn a_zip_that_was_swapped_with_its_hash_is_refused_with_both_hashes() {
    let (world, home) = cut_off();
    let zip = home.module_cache().join("cache/download/example.com/a/@v/v1.0.0.zip");
    fs::write(&zip, tampered(A).zip()).unwrap();
    fs::write(zip.with_extension("ziphash"), tampered(A).h1()).unwrap();
    let data = Data::new();
    let imported = data.import(&world.db, &[text(&home.module_cache())]);
    imported
        .with(1, &["imported 8 files", "1 failed", "failed: example.com/a@v1.0.0.zip: checksum mismatch"]);
    imported.with(1, &[&module(A).h1(), &tampered(A).h1()]);
    assert!(!data.zip(A).exists());
    data.verify(&world.db, &[]).with(0, &["5 have the hash of"]);
}

/// Something may be missing, or damaged. What cannot be proven is not served; as soon as somebody can be asked, it is.
#[test]
fn what_the_cache_cannot_prove_is_imported_and_verified_before_it_is_served() {
    let (mut world, home) = cut_off();
    let cached = home.module_cache().join("cache/download/sumdb").join(NAME);
    fs::remove_file(cached.join("lookup").join(LATE)).unwrap();
    let data = Data::new();
    let warning = "2 files could not be verified now; they are verified before they are first served";
    let imported = data.import(&world.db, &[text(&home.module_cache())]);
    imported.with(0, &["imported 9 files", warning, "0 failed"]);
    data.verify(&world.db, &[]).with(1, &["4 have the hash of", "2 are unproven"]);
    data.import(&world.db, &[text(&home.module_cache())]).with(0, &["9 were kept already", warning]);

    let server = data.serve("off", &world.db);
    let (status, told) = server.get(&module(LATE).url_path("zip"));
    assert!(status >= 400, "{status} {told}");
    pull(&GoHome::fresh(), &server.url, &world.db, &[A]).success();
    server.stop();
    world.up.restart();
    let server = data.serve(&world.up.url(), &world.db);
    world.up.reset_log();
    pull(&GoHome::fresh(), &server.url, &world.db, &MODULES).success();
    assert_eq!(world.up.count(".zip"), 0, "it was kept, and right");
}

/// A second cache has what the first one lacked.
#[test]
fn what_is_kept_unverified_is_verified_by_a_later_import() {
    let (world, home) = cut_off();
    let data = Data::new();
    let bare = GoHome::fresh();
    let of_modules = bare.module_cache().join("cache/download/example.com");
    copy(&home.module_cache().join("cache/download/example.com"), &of_modules);
    data.import(&world.db, &[text(&bare.module_cache())])
        .with(0, &["imported 9 files", "6 files could not be verified"]);
    let imported = data.import(&world.db, &[text(&home.module_cache())]);
    imported.with(0, &["9 were kept already"]);
    assert!(!imported.err.contains("warning"), "{}", imported.err);
    let sidecar = fs::read(data.zip(A).with_file_name(".v1.0.0.zip.meta")).unwrap();
    assert!(String::from_utf8_lossy(&sidecar).contains("verified"), "it is written down");
    let server = data.serve("off", &world.db);
    pull(&GoHome::fresh(), &server.url, &world.db, &MODULES).success();
}

#[test]
fn proofs_that_do_not_hold_are_told_and_prove_nothing() {
    let (world, home) = cut_off();
    let cached = home.module_cache().join("cache/download/sumdb").join(NAME);
    let lookup = cached.join("lookup").join(LATE);
    let tile = files(&cached.join("tile/8/0")).remove(0);
    for file in [lookup, tile] {
        let whole = fs::read(&file).unwrap();
        flip(&file);
        let data = Data::new();
        let imported = data.import(&world.db, &[text(&home.module_cache())]);
        imported.with(1, &["imported 9 files", "not verified: example.com/", "0 failed", "they are kept"]);
        data.verify(&world.db, &[]).with(1, &["0 another one", "unproven\t"]);
        let server = data.serve("off", &world.db);
        assert!(MODULES.iter().any(|query| server.get(&module(query).url_path("zip")).0 >= 400));
        server.stop();
        fs::write(&file, whole).unwrap();
    }
}

/// The head that lies in a tree of files is a hint and no more: the records bring theirs along.
#[test]
fn a_damaged_latest_in_a_tree_does_no_harm() {
    let (world, home) = cut_off();
    let (first, second) = (Data::new(), Data::new());
    first.import(&world.db, &[text(&home.module_cache())]).with(0, &[]);
    for copy in ["latest", ".latest"] {
        flip(&first.of_database(copy));
    }
    let imported = second.import(&world.db, &[text(first.path())]);
    imported.with(0, &["imported 9 files"]);
    assert!(!imported.err.contains("warning"), "{}", imported.err);
}

#[test]
fn a_dry_run_proves_and_keeps_nothing() {
    let (world, home) = cut_off();
    let data = Data::new();
    let told = data.import(&world.db, &[text(&home.module_cache()), "--dry-run"]);
    told.with(0, &["would have imported 9 files"]);
    assert!(!told.err.contains("warning"), "{}", told.err);
    let kept: Vec<_> =
        files(data.path()).into_iter().filter(|file| !text(file).ends_with(".closed")).collect();
    assert!(kept.iter().all(|file| file.file_name().is_some_and(|name| name == ".lock")), "{kept:?}");
    let off = data.command(&["import", text(&home.module_cache()), "--dry-run"], "off", &[]);
    off.with(0, &["would have imported 9 files"]);
    assert!(!data.file(".first-seen").exists());
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for file in files(from) {
        let there = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(there.parent().unwrap()).unwrap();
        fs::copy(&file, there).unwrap();
    }
}
