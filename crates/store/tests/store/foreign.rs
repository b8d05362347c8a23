//! Data folders that somebody else has written to, or is using.

use std::fs;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::TryStreamExt;
use source::Freshness;
use source::conformance::asks_about;
use store::conformance::{content, vetted};
use store::disk::entries_of;
use store::{DiskStore, Entry, Store, StoreError};

use crate::common::{PATH, ask, bytes, modules, open, serving, store, upstream};

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_of_another_proxy_is_taken_in_as_unchecked() {
    let folder = tempfile::tempdir().unwrap();
    upstream().write_file_proxy(folder.path());
    let store = open(folder.path());
    let [list, _, info, go_mod, zip] = asks_about(PATH, "v1.2.0");
    assert_eq!(bytes(store.get(&list).await.unwrap().unwrap()).await, "v1.0.0\nv1.2.0\n");
    for question in [info, go_mod, zip] {
        let file = fs::read(folder.path().join(question.address())).unwrap();
        for _ in 0..2 {
            let answer = store.get(&question).await.unwrap().unwrap();
            assert_eq!(
                (answer.origin.as_str(), answer.assurance.to_string().as_str()),
                ("unknown", "received")
            );
            assert_eq!(answer.h1.is_none(), matches!(question, source::Ask::Info(..)), "{question}");
            assert_eq!(bytes(answer).await, file, "{question}");
        }
    }
    let entries: Vec<Entry> = store.entries().try_collect().await.unwrap();
    assert!(entries.iter().all(|entry| entry.origin.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_that_was_cut_before_it_came_is_not_served_but_fetched() {
    let (fake, (folder, store)) = (upstream(), store());
    fake.write_file_proxy(folder.path());
    for module in modules() {
        let [list, .., zip] = asks_about(PATH, module.version());
        let file = fs::File::options().write(true).open(folder.path().join(zip.address())).unwrap();
        file.set_len(module.zip().len() as u64 / 2).unwrap();
        assert!(store.get(&zip).await.unwrap().is_none(), "{zip}");
        let listed = match store.get(&list).await.unwrap() {
            Some(answer) => bytes(answer).await,
            None => Bytes::new(),
        };
        assert!(!listed.starts_with(module.version().as_bytes()), "{listed:?}: it cannot be served");
        let source = serving(&store, &fake);
        assert_eq!(bytes(ask(&source, &zip).await.unwrap()).await, module.zip());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_no_answer_is_not_served_but_fetched() {
    let (fake, (folder, store)) = (upstream(), store());
    fake.write_file_proxy(folder.path());
    let [_, latest, info, go_mod, _] = asks_about(PATH, "v1.2.0");
    for (question, text) in [(info, r#"{"Version":"v1.0.0"}"#), (go_mod, "<html>\n"), (latest, "")] {
        let file = folder.path().join(question.address());
        let good = fs::read(&file).unwrap();
        fs::write(&file, text).unwrap();
        assert!(store.get(&question).await.unwrap().is_none(), "{question}");
        let source = serving(&store, &fake);
        assert_eq!(bytes(ask(&source, &question).await.unwrap()).await, good);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_artifact_is_left_alone_and_not_served() {
    let (folder, store) = store();
    let [_, _, info, go_mod, zip] = asks_about(PATH, "v1.0.0");
    store.put(&info, &vetted(content(1, 10))).await.unwrap();
    let at_v = folder.path().join(info.address()).parent().unwrap().to_owned();
    let outside = folder.path().join(".outside");
    fs::write(&outside, "secret").unwrap();
    std::os::unix::fs::symlink(&outside, folder.path().join(zip.address())).unwrap();
    fs::create_dir(folder.path().join(go_mod.address())).unwrap();
    fs::write(at_v.join("notes.txt"), "mine").unwrap();
    fs::write(folder.path().join("README"), "mine").unwrap();
    assert!(store.get(&zip).await.unwrap().is_none(), "links are not followed");
    assert!(store.get(&go_mod).await.unwrap().is_none(), "a folder is no go.mod");
    let entries: Vec<Entry> = store.entries().try_collect().await.unwrap();
    assert_eq!(entries.iter().map(|entry| &entry.ask).collect::<Vec<_>>(), [&info]);
    assert!(at_v.join("notes.txt").exists() && folder.path().join("README").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_has_one_writer_and_any_number_of_onlookers() {
    let (folder, store) = store();
    let [_, _, info, ..] = asks_about(PATH, "v1.0.0");
    store.put(&info, &vetted(content(1, 10))).await.unwrap();
    let spooled = folder.path().join(".tmp/spool-of-the-living");
    fs::write(&spooled, "in use").unwrap();
    let second = DiskStore::open(folder.path(), SystemTime::now).unwrap_err();
    assert!(matches!(&second, StoreError::InUse { .. }), "{second}");
    assert!(second.to_string().contains(folder.path().to_str().unwrap()), "{second}");
    assert!(spooled.exists(), "nothing is swept from under the living");
    let seen: Vec<Entry> = entries_of(folder.path()).try_collect().await.unwrap();
    assert_eq!(seen.len(), 1);
    drop(store);
    open(folder.path());
    assert!(!spooled.exists(), "what the dead left is swept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_there_is_an_error_of_the_walk() {
    let folder = tempfile::tempdir().unwrap();
    let walked: Result<Vec<Entry>, StoreError> = entries_of(&folder.path().join("none")).try_collect().await;
    assert!(walked.unwrap_err().to_string().contains("none"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_again_unchanged_is_renewed_and_not_written_again() {
    let (folder, store) = store();
    let [_, latest, ..] = asks_about(PATH, "v1.0.0");
    let file = folder.path().join(latest.address());
    let put = async |content| store.put(&latest, &vetted(content)).await.unwrap().freshness;
    let first = put(content(1, 100)).await;
    let inode = std::os::unix::fs::MetadataExt::ino(&fs::metadata(&file).unwrap());
    let second = put(content(1, 100)).await;
    assert_eq!(std::os::unix::fs::MetadataExt::ino(&fs::metadata(&file).unwrap()), inode);
    let (Freshness::Kept(first), Freshness::Kept(second)) = (first, second) else { panic!("both are kept") };
    let Freshness::Kept(kept) = store.get(&latest).await.unwrap().unwrap().freshness else {
        panic!("it is kept")
    };
    let millisecond = std::time::Duration::from_millis(1);
    assert!(first < second && kept + millisecond > second, "the time is that of the second put");
    fs::write(&file, "damage").unwrap();
    put(content(1, 100)).await;
    assert_eq!(fs::read(&file).unwrap(), content(1, 100), "what is damaged is written again");
}
