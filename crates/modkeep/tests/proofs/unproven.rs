//! What nothing is kept of that would prove it, and modules that no database covers.

use std::fs;

use testkit::{FakeUpstream, SumDb};

use super::scene::{A, Data, LATE, NAME, World, files, module, tampered, text};

#[test]
fn without_its_record_a_file_is_unproven_until_a_server_has_fetched_it() {
    let world = World::new();
    let data = world.kept();
    fs::remove_file(data.of_database("lookup/example.com/a@v1.0.0")).unwrap();
    let line = format!(
        "unproven\t{}\texample.com/a@v1.0.0.zip has {}: no record of it in {NAME} is kept",
        data.zip(A).display(),
        module(A).h1()
    );
    let ended = data.verify(&world.db, &[]);
    ended.with(1, &[&line, "4 have the hash of", "2 are unproven", "sumdb/NAME/lookup/MODULE@VERSION"]);
    let server = data.serve(&world.up.url(), &world.db);
    assert_eq!(server.get(&format!("/sumdb/{NAME}/lookup/{A}")).0, 200);
    server.stop();
    data.verify(&world.db, &[]).with(0, &["6 have the hash of"]);
}

#[test]
fn without_tiles_or_heads_records_are_unproven() {
    let world = World::new();
    let data = world.kept();
    let before = data.snapshot();
    let of_late = data.of_database(&format!("lookup/{LATE}"));
    for tile in files(&data.of_database("tile")) {
        fs::remove_file(&tile).unwrap();
        let ended = data.verify(&world.db, &[]);
        ended.with(1, &["these are not kept: tile/8/", "unproven\t", "files are unproven"]);
        assert!(!ended.out.contains("damaged\t"), "{}", ended.out);
        fs::write(&tile, &before[&tile].0).unwrap();
    }
    data.verify(&world.db, &[]).with(0, &[]);
    for copy in ["latest", ".latest"] {
        data.verify(&world.db, &[]).with(0, &[]);
        fs::remove_file(data.of_database(copy)).unwrap();
    }
    let line = format!("unproven\t{}\tno signed tree head", of_late.display());
    data.verify(&world.db, &[]).with(1, &[&line, "6 are unproven", "3 records are unproven"]);
}

#[test]
fn what_no_database_covers_is_held_to_what_was_seen_first() {
    let corp = FakeUpstream::builder().module(module(A)).start();
    let data = Data::new();
    let server = data.serve_with(&corp.url(), &[]);
    for kind in ["info", "mod", "zip"] {
        assert_eq!(server.get(&module(A).url_path(kind)).0, 200);
    }
    server.stop();
    let verify = || data.command(&["store", "verify", "--sumdb"], "off", &[]);
    verify().with(0, &["0 have the hash of a checksum database, 2 that seen first, 0 another one"]);
    let db = SumDb::new(NAME);
    let private =
        || data.command(&["store", "verify", "--sumdb"], &db.gosumdb(), &[("GONOSUMDB", "example.com")]);
    private().with(0, &["2 that seen first"]);
    data.verify(&db, &[]).with(1, &["2 are unproven"]);

    fs::write(data.zip(A), tampered(A).zip()).unwrap();
    fs::remove_file(data.zip(A).with_file_name(".v1.0.0.zip.meta")).unwrap();
    let origin = format!("from {}", corp.url());
    let words = [&*tampered(A).h1(), &*module(A).h1(), "first seen", &origin, "mismatch\t"];
    verify().with(1, &words);
    private().with(1, &words);

    let record = files(&data.file(".first-seen/example.com/a/@v")).remove(1);
    assert!(text(&record).ends_with("v1.0.0"), "{record:?}");
    let whole = fs::read(&record).unwrap();
    fs::write(&record, &whole[..whole.len() - 20]).unwrap();
    verify().with(1, &["damaged\t", "the record of hashes seen first"]);
    fs::remove_file(&record).unwrap();
    verify().with(1, &["unproven\t", "no hash of it was seen first", "modkeep store accept"]);
    let accept = ["store", "accept", "example.com/a", "v1.0.0", &tampered(A).h1()];
    assert_eq!(data.command(&accept, "off", &[]).code, 0);
    verify().with(1, &["1 that seen first", "1 are unproven"]);
}
