//! Reading everything, on demand and in the background: each damage is found, named, and healed while a place lives.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use source::Ask;
use source::conformance::asks_about;
use store::conformance::{content, vetted_in};
use store::disk::{Verdict, hash_of, verify};
use store::{Scrub, Store};

use crate::common::{PATH, ask, bytes, modules, open, serving, store, upstream};

fn flip(folder: &Path, ask: &Ask, at: usize) {
    let file = folder.join(ask.address());
    let mut bytes = fs::read(&file).unwrap();
    bytes[at] ^= 1;
    fs::write(file, bytes).unwrap();
}

fn look(folder: &Path, ask: &Ask) -> (Verdict, u64) {
    let mut read = 0;
    let verdict = verify(folder, ask, &mut |bytes| read += bytes).unwrap();
    (verdict, read)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_whole_is_told_from_what_is_not() {
    let (fake, (folder, store)) = (upstream(), store());
    let source = serving(&store, &fake);
    let [_, _, info, go_mod, zip] = asks_about(PATH, "v1.2.0");
    let all = [&info, &go_mod, &zip];
    assert_eq!(look(folder.path(), &zip), (Verdict::Gone, 0));
    for question in all {
        bytes(ask(&source, question).await.unwrap()).await;
        let size = fs::metadata(folder.path().join(question.address())).unwrap().len();
        let whole = (Verdict::Whole(hash_of(folder.path(), question).unwrap()), size);
        assert_eq!(look(folder.path(), question), whole, "{question}");
    }
    for question in all {
        let size = fs::metadata(folder.path().join(question.address())).unwrap().len();
        for at in [0, usize::try_from(size / 2).unwrap(), usize::try_from(size).unwrap() - 1] {
            flip(folder.path(), question, at);
            assert!(matches!(look(folder.path(), question).0, Verdict::Damaged(_)), "{question} byte {at}");
            flip(folder.path(), question, at);
        }
        let whole = (Verdict::Whole(hash_of(folder.path(), question).unwrap()), size);
        assert_eq!(look(folder.path(), question), whole, "it changes nothing");
    }
    assert_eq!(hash_of(folder.path(), &zip).unwrap().unwrap().to_string(), modules()[1].h1());
    assert!(hash_of(folder.path(), &go_mod).unwrap().is_some());
    assert_eq!(hash_of(folder.path(), &info).unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_content_hash_and_a_bad_zip_of_a_stranger_are_damage() {
    let (folder, store) = store();
    // The suite's artifacts name a content hash that is that of no zip.
    let [.., go_mod, zip] = asks_about(PATH, "v1.0.0");
    store.put(&go_mod, &vetted_in(&store.spool(), content(1, 100)).await).await.unwrap();
    let (Verdict::Damaged(why), _) = look(folder.path(), &go_mod) else { panic!("its h1 is wrong") };
    assert!(why.contains("h1:"), "{why}");
    upstream().write_file_proxy(folder.path());
    assert!(matches!(look(folder.path(), &zip).0, Verdict::Unvouched(Some(_))));
    let file = folder.path().join(zip.address());
    fs::File::options().write(true).open(&file).unwrap().set_len(100).unwrap();
    assert!(matches!(look(folder.path(), &zip).0, Verdict::Damaged(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_beside_a_writer_takes_nothing_whole_for_damaged() {
    let (folder, store) = store();
    let [_, _, info, ..] = asks_about(PATH, "v1.0.0");
    let writer = {
        let (store, info) = (store.clone(), info.clone());
        tokio::spawn(async move {
            for round in 0..60 {
                // Of the right form: in the middle of a put it stands without a sidecar, and is looked at.
                let more = "x".repeat(300_000 + round);
                let content = format!(r#"{{"Version":"v1.0.0","More":"{more}"}}"#).into();
                store.put(&info, &vetted_in(&store.spool(), content).await).await.unwrap();
            }
        })
    };
    let mut looks = 0;
    while !writer.is_finished() {
        let (folder, info) = (folder.path().to_owned(), info.clone());
        let verdict = tokio::task::spawn_blocking(move || look(&folder, &info).0).await.unwrap();
        assert!(!matches!(verdict, Verdict::Damaged(_)), "{verdict:?}");
        looks += 1;
    }
    writer.await.unwrap();
    assert!(looks > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrub_heals_while_a_place_lives_and_sets_aside_when_none_does() {
    let (mut fake, (folder, store)) = (upstream(), store());
    let source = Arc::new(serving(&store, &fake));
    for module in modules() {
        for question in &asks_about(PATH, module.version())[2..] {
            bytes(ask(&*source, question).await.unwrap()).await;
        }
    }
    let counters = Arc::default();
    let scrub = Scrub {
        store: store.clone(),
        places: source,
        rate: u64::MAX,
        pause: Duration::from_hours(1),
        counters: Arc::clone(&counters),
    };
    let count = || {
        [&counters.artifacts, &counters.damaged, &counters.healed, &counters.rounds]
            .map(|counter| counter.load(Ordering::Relaxed))
    };
    scrub.round().await;
    assert_eq!(count(), [6, 0, 0, 1]);
    let [_, _, _, go_mod, zip] = asks_about(PATH, "v1.2.0");
    for damaged in [&go_mod, &zip] {
        flip(folder.path(), damaged, 5);
    }
    scrub.round().await;
    assert_eq!(count(), [12, 2, 2, 2]);
    assert_eq!(fs::read(folder.path().join(zip.address())).unwrap(), modules()[1].zip());
    assert!(matches!(look(folder.path(), &go_mod).0, Verdict::Whole(Some(_))));

    fake.stop();
    flip(folder.path(), &zip, 5);
    scrub.round().await;
    assert_eq!(count(), [18, 3, 2, 3]);
    assert!(store.get(&zip).await.unwrap().is_none(), "what is damaged is not served");
    drop((scrub, store));
    open(folder.path());
}
