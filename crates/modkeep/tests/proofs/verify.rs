//! `modkeep store verify --sumdb` proves what is true, and names each thing that is not.

use std::fs;

use testkit::{FakeUpstream, SumDb};

use super::scene::{A, BIG, Data, LATE, NAME, World, files, flip, get, module, tampered, text};

/// A folder with all modules, and nobody left to be asked.
fn kept() -> (SumDb, Data) {
    let mut world = World::new();
    let data = world.kept();
    world.up.stop();
    (world.db, data)
}

#[test]
fn everything_is_proven_without_a_network_and_nothing_is_changed() {
    let (db, data) = kept();
    let before = data.snapshot();
    let proven = "6 have the hash of a checksum database, 0 that seen first, 0 another one; 0 are unproven";
    let records = format!("{NAME}: 3 records are proven in its tree of 90003 records, 0 files are damaged");
    let ended = data.verify(&db, &[]);
    ended.with(0, &["9 files are whole, 0 have no sidecar, 0 are damaged", proven, &records, "100 %"]);
    data.verify(&db, &["example.com/Big/v2"]).with(0, &["2 have the hash of", "1 records are proven"]);
    assert!(data.snapshot() == before, "it only reads");
    let server = data.serve("off", &db);
    data.verify(&db, &[]).with(0, &[proven, &records]);
    server.stop();
}

/// Without the recomputed hash held against the record this ends with 0, as it does without `--sumdb`.
#[test]
fn a_zip_that_was_swapped_with_its_sidecar_is_a_mismatch() {
    let (db, data) = kept();
    let (other, lying) = (Data::new(), FakeUpstream::builder().module(tampered(A)).start());
    let server = other.serve_with(&lying.url(), &[]);
    assert_eq!(server.get(&module(A).url_path("zip")).0, 200);
    server.stop();
    for name in ["v1.0.0.zip", ".v1.0.0.zip.meta"] {
        fs::copy(other.zip(A).with_file_name(name), data.zip(A).with_file_name(name)).unwrap();
    }
    data.command(&["store", "verify"], &db.gosumdb(), &[]).with(0, &["9 files are whole"]);
    let line = format!(
        "mismatch\t{}\texample.com/a@v1.0.0.zip has {} as it lies here, expected is {} by record 30000 of {NAME}, proven in its tree",
        data.zip(A).display(),
        tampered(A).h1(),
        module(A).h1(),
    );
    data.verify(&db, &[]).with(1, &[&line, "5 have the hash of", "1 another one", "--repair"]);
    assert!(data.zip(A).exists());
    data.verify(&db, &["--repair"]).with(1, &["mismatch\t", "set aside"]);
    assert!(!data.zip(A).exists());
    data.verify(&db, &[]).with(0, &["5 have the hash of"]);
}

#[test]
fn a_file_without_a_sidecar_is_held_to_its_record_too() {
    let (db, data) = kept();
    fs::remove_file(data.zip(A).with_file_name(".v1.0.0.zip.meta")).unwrap();
    data.verify(&db, &[]).with(0, &["1 have no sidecar", "6 have the hash of"]);
    fs::write(data.zip(A), tampered(A).zip()).unwrap();
    data.verify(&db, &[]).with(1, &["mismatch\t", &tampered(A).h1(), &module(A).h1()]);
}

#[test]
fn a_flipped_bit_in_a_file_is_damage_and_told_with_the_right_hash() {
    let (db, data) = kept();
    flip(&data.zip(LATE));
    let line = format!("damaged\t{}\tblock 0 is not what it was; {LATE}.zip has ", data.zip(LATE).display());
    let expected = format!("expected is {} by record 90002", module(LATE).h1());
    data.verify(&db, &[]).with(1, &[&line, &expected, "1 are damaged", "5 have the hash of"]);
    let go_mod = data.zip(A).with_extension("mod");
    let mut bytes = fs::read(&go_mod).unwrap();
    bytes[0] ^= 1;
    fs::write(&go_mod, bytes).unwrap();
    data.verify(&db, &["example.com/a"]).with(1, &["damaged\t", &module(A).go_mod_h1(), "1 are damaged"]);
}

#[test]
fn a_flipped_bit_in_any_file_of_the_database_is_damage() {
    let (db, data) = kept();
    for file in files(&data.of_database("")) {
        let whole = fs::read(&file).unwrap();
        if whole.is_empty() {
            continue;
        }
        flip(&file);
        let ended = data.verify(&db, &[]);
        let is_tile = text(&file).contains("/tile/");
        let named =
            if is_tile { "is damaged: tile/".to_owned() } else { format!("damaged\t{}\t", file.display()) };
        ended.with(1, &[&named, "files of checksum databases are damaged"]);
        fs::write(&file, whole).unwrap();
    }
    data.verify(&db, &[]).with(0, &[]);
}

/// Somebody who can write to the folder but has not the key: zip, sidecar, record and head say the same.
#[test]
fn a_database_of_somebody_else_is_not_believed() {
    let (_, data) = kept();
    let stranger = SumDb::with_key_seed(NAME, "another");
    let ended = data.verify(&stranger, &[]);
    let latest = format!("damaged\t{}\tthe tree head is not signed", data.of_database("latest").display());
    ended.with(1, &[&latest, "6 are unproven", "no signed tree head is kept"]);
}

#[test]
fn records_of_modules_that_are_not_kept_and_of_other_databases_are_proven_too() {
    let world = World::new();
    let (data, other) = (world.kept(), SumDb::new("127.0.0.1:1/other"));
    other.fill(300);
    other.mirror_on(&world.up);
    let env = [("GOSUMDB", world.db.gosumdb()), ("MODKEEP_SUMDB_MIRRORS", other.gosumdb())];
    let env = env.each_ref().map(|(name, value)| (*name, value.as_str()));
    let server = data.serve_with(&world.up.url(), &env);
    for name in [NAME, other.name()] {
        assert_eq!(server.get(&format!("/sumdb/{name}/lookup/filler.example/m7@v1.0.0")).0, 200);
    }
    server.stop();
    let verify = || data.command(&["store", "verify", "--sumdb"], &world.db.gosumdb(), &env);
    verify()
        .with(0, &["4 records are proven in its tree of 90003", "1 records are proven in its tree of 300"]);
    flip(&data.file("sumdb/127.0.0.1:1/other/lookup/filler.example/m7@v1.0.0"));
    flip(&data.of_database("lookup/filler.example/m7@v1.0.0"));
    verify().with(1, &["2 files of checksum databases are damaged", "6 have the hash of"]);
}

/// What is kept while somebody looks is proven by the head that came with it.
#[test]
fn a_server_may_be_adding_to_the_folder() {
    let world = World::new();
    let (data, big) = (Data::new(), module(BIG).url_path("zip"));
    let server = data.serve(&world.up.url(), &world.db);
    for number in 0..40 {
        let query = format!("example.com/m{number}@v1.0.0");
        world.up.publish(module(&query));
        world.db.add(&module(&query));
        world.db.fill(100);
    }
    assert_eq!(server.get(&big).0, 200);
    let url = server.url.clone();
    std::thread::scope(|scope| {
        let adding = scope.spawn(|| {
            (0..40).for_each(|number| {
                let zip = module(&format!("example.com/m{number}@v1.0.0")).url_path("zip");
                assert_eq!(get(&format!("{url}{zip}")).0, 200);
                world.db.fill(300);
            });
        });
        let mut looks = 0;
        while !adding.is_finished() {
            data.verify(&world.db, &[]).with(0, &["0 another one; 0 are unproven"]);
            looks += 1;
        }
        assert!(looks > 1);
    });
    data.verify(&world.db, &[]).with(0, &["41 records are proven"]);
}
