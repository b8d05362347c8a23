//! Disks that flip bits: nothing wrong is handed out, and what is damaged is fetched again.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::StreamExt;
use source::conformance::asks_about;
use source::{Answer, Ask, Source};
use store::conformance::{content, vetted_in};
use store::{DiskStore, Store};
use testkit::FakeUpstream;

use crate::common::{PATH, PATIENCE, ask, bytes, modules, open, serving, store, upstream};

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

fn flip(file: &Path, bit: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[bit / 8] ^= 1 << (bit % 8);
    fs::write(file, bytes).unwrap();
}

fn zip_of(version: &str) -> Ask {
    let [.., zip] = asks_about(PATH, version);
    zip
}

fn file(folder: &Path, ask: &Ask) -> PathBuf {
    folder.join(ask.address())
}

fn sidecar(folder: &Path, ask: &Ask) -> PathBuf {
    let file = file(folder, ask);
    file.with_file_name(format!(".{}.meta", file.file_name().unwrap().to_str().unwrap()))
}

/// What a reader is given before the body ends, and whether it ends well.
async fn read_to_the_end(answer: Answer) -> (Vec<u8>, bool) {
    let (mut got, mut chunks) = (Vec::new(), answer.body.into_chunks());
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) => got.extend_from_slice(&chunk),
            Err(_) => return (got, false),
        }
    }
    (got, true)
}

async fn put(store: &DiskStore, ask: &Ask, content: &Bytes) {
    let artifact = vetted_in(&store.spool(), content.clone()).await;
    store.put(ask, &artifact).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_flipped_bit_is_noticed_before_it_is_handed_out() {
    let (folder, store) = store();
    let (zip, mut dice) = (zip_of("v1.0.0"), Dice(1));
    for round in 0..200 {
        let size = [1, 100, 65_536, 65_537, 262_144, 600_000][dice.below(6)];
        let content = content(round, size);
        put(&store, &zip, &content).await;
        flip(&file(folder.path(), &zip), dice.below(size * 8));
        assert_ne!(
            fs::read(file(folder.path(), &zip)).unwrap(),
            content,
            "a reader that does not look is given it"
        );
        if let Some(answer) = store.get(&zip).await.unwrap() {
            let (got, whole) = read_to_the_end(answer).await;
            assert!(!whole, "a body of {size} bytes with a wrong one ended well");
            assert!(content.starts_with(&got), "a wrong byte was handed out");
        }
        assert!(store.get(&zip).await.unwrap().is_none(), "what is damaged is set aside");
    }
    let aside = folder.path().join(".damaged").read_dir().unwrap().count();
    assert!((1..=32).contains(&aside), "{aside} damaged files are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_and_grown_ends_are_noticed() {
    let (folder, store) = store();
    for (version, size) in [("v1.0.0", 10_u64), ("v1.2.0", 600_000)] {
        let zip = zip_of(version);
        let content = content(1, usize::try_from(size).unwrap());
        for changed in [0, size - 1, size + 1] {
            put(&store, &zip, &content).await;
            let file = fs::File::options().write(true).open(file(folder.path(), &zip)).unwrap();
            file.set_len(changed).unwrap();
            assert!(store.get(&zip).await.unwrap().is_none(), "{size} bytes became {changed}");
        }
        put(&store, &zip, &content).await;
        let answer = store.get(&zip).await.unwrap().unwrap();
        fs::File::options().write(true).open(file(folder.path(), &zip)).unwrap().set_len(size / 2).unwrap();
        let (got, whole) = read_to_the_end(answer).await;
        assert!(content.starts_with(&got) && whole == (got == content), "it lost its end while it was open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_a_sidecar_costs_nothing_and_a_ruined_one_is_a_miss() {
    let (folder, store) = store();
    let (zip, content, mut dice) = (zip_of("v1.0.0"), content(1, 300_000), Dice(2));
    put(&store, &zip, &content).await;
    for _ in 0..50 {
        let sidecar = sidecar(folder.path(), &zip);
        let whole = fs::read(&sidecar).unwrap();
        flip(&sidecar, dice.below(whole.len() * 8));
        let answer = store.get(&zip).await.unwrap().unwrap();
        assert_eq!(
            (answer.origin.as_str(), answer.assurance.to_string().as_str()),
            ("https://origin.example", "well-formed")
        );
        assert_eq!(bytes(answer).await, content);
        fs::write(&sidecar, whole).unwrap();
    }
    fs::write(sidecar(folder.path(), &zip), "ruined").unwrap();
    assert!(store.get(&zip).await.unwrap().is_none(), "nothing vouches for it any more");
    put(&store, &zip, &content).await;
    assert_eq!(bytes(store.get(&zip).await.unwrap().unwrap()).await, content);
}

/// An upstream, a store that has taken everything from it, and what is asked.
async fn filled() -> (FakeUpstream, tempfile::TempDir, DiskStore) {
    let (fake, (folder, store)) = (upstream(), store());
    let source = serving(&store, &fake);
    for version in ["v1.0.0", "v1.2.0"] {
        for question in &asks_about(PATH, version)[2..] {
            bytes(ask(&source, question).await.unwrap()).await;
        }
    }
    fake.reset_log();
    (fake, folder, store)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_upstream_lives_no_request_notices_the_damage() {
    let (fake, folder, store) = filled().await;
    let source = serving(&store, &fake);
    let mut dice = Dice(3);
    for round in 0..60 {
        let module = &modules()[round % 2];
        let question = asks_about(PATH, module.version())[2 + round % 3].clone();
        let file = file(folder.path(), &question);
        let before = fs::read(&file).unwrap();
        flip(&file, dice.below(before.len() * 8));
        assert_eq!(
            bytes(ask(&source, &question).await.unwrap()).await,
            before,
            "{question}: healed on the way"
        );
        assert_eq!(fs::read(&file).unwrap(), before, "{question}: healed on the disk");
    }
    assert_eq!(fake.count(""), 60, "each damage is fetched once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_cannot_go_on_with_other_bytes_than_it_began_with() {
    let (fake, folder, store) = filled().await;
    let source = serving(&store, &fake);
    let zip = zip_of("v1.2.0");
    let begun = source.ask(&zip, &source::Ctx::within(PATIENCE)).await.unwrap();
    let whole = modules()[1].zip();
    let mut other = whole.to_vec();
    // Byte 10 of a zip is in the time of its first file, which no reader of modules looks at.
    other[10] ^= 1;
    fake.publish(modules()[1].clone().raw_zip(other.clone()));
    flip(&file(folder.path(), &zip), (whole.len() - 1) * 8);
    let (got, well) = read_to_the_end(begun).await;
    assert!(!well && whole.starts_with(&got) && !got.is_empty());
    assert_eq!(bytes(ask(&source, &zip).await.unwrap()).await, other, "who asks again gets the new one");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_upstream_damage_is_a_clear_failure() {
    let (mut fake, folder, store) = filled().await;
    fake.stop();
    let source = serving(&store, &fake);
    let zip = zip_of("v1.2.0");
    flip(&file(folder.path(), &zip), 8);
    let (got, well) = read_to_the_end(ask(&source, &zip).await.unwrap()).await;
    assert!(!well && got.is_empty());
    let failure = ask(&source, &zip).await.unwrap_err();
    assert_eq!(failure.kind(), source::FailureKind::Unavailable, "damage is never told as absence");
    let [list, ..] = asks_about(PATH, "v1.2.0");
    assert_eq!(bytes(ask(&source, &list).await.unwrap()).await, "v1.0.0\n", "nor is it listed any more");
    assert_eq!(fs::read(file(folder.path(), &list)).unwrap(), b"v1.0.0\n");
    drop((source, store));
    assert!(open(folder.path()).get(&zip).await.unwrap().is_none());
}
