//! Disks that fail: requests go on as if there were no store.

use std::fs;
use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use source::conformance::asks_about;
use source::upstream::{HttpClient, HttpOptions};
use source::{Ask, Checked, Spool, Upstream};
use store::conformance::{content, vetted, vetted_in};
use store::{Store, StoreError, cached};
use testkit::{FakeUpstream, Module};

use crate::common::{PATH, PATIENCE, ask, bytes, helper_path, noise, serving, store, upstream, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_where_a_folder_should_be_fails_no_request() {
    let (fake, (folder, store)) = (upstream(), store());
    fs::write(folder.path().join("example.com"), "in the way").unwrap();
    let [.., zip] = asks_about(PATH, "v1.2.0");
    assert!(matches!(store.get(&zip).await, Err(StoreError::Io { .. })));
    assert!(matches!(store.put(&zip, &vetted(content(1, 10))).await, Err(StoreError::Io { .. })));
    let source = serving(&store, &fake);
    for (question, expected) in world().present {
        assert_eq!(bytes(ask(&source, &question).await.unwrap()).await, expected, "{question}");
    }
    assert_eq!(folder.path().join(".tmp").read_dir().unwrap().count(), 0, "failed puts leave no drafts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_went_away_fails_no_request() {
    let (fake, (folder, store)) = (upstream(), store());
    let elsewhere = tempfile::tempdir().unwrap();
    let client = HttpClient::new(&HttpOptions::default()).unwrap();
    let upstream = Upstream::new(&fake.url(), &client).unwrap();
    let source = cached(Arc::new(store), Checked::new(upstream, Spool::new(elsewhere.path())), PATIENCE);
    fs::remove_dir_all(folder.path()).unwrap();
    for (question, expected) in world().present {
        assert_eq!(bytes(ask(&source, &question).await.unwrap()).await, expected, "{question}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_is_deleted_is_filled_again() {
    let (folder, store) = store();
    let elsewhere = tempfile::tempdir().unwrap();
    let [_, _, info, go_mod, zip] = asks_about(PATH, "v1.0.0");
    store.put(&info, &vetted(content(1, 10))).await.unwrap();
    fs::remove_dir_all(folder.path()).unwrap();
    assert!(store.get(&info).await.unwrap().is_none());
    let spooled = vetted_in(&Spool::new(elsewhere.path()), content(2, 700_000)).await;
    store.put(&zip, &spooled).await.unwrap();
    fs::remove_dir_all(folder.path().join(".tmp")).unwrap();
    store.put(&go_mod, &vetted(content(3, 10))).await.unwrap();
    for (ask, expected) in [(&zip, content(2, 700_000)), (&go_mod, content(3, 10))] {
        assert_eq!(bytes(store.get(ask).await.unwrap().unwrap()).await, expected, "{ask}");
    }
    drop(store);
    assert!(!folder.path().join(".closed").exists(), "who lost the lock says nothing about the folder");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_file_can_have_is_a_miss_and_fails_no_request() {
    let (folder, store) = store();
    let version = format!("v1.0.0-{}", "Q".repeat(130));
    let module = Module::new(PATH, &version).file("go.mod", format!("module {PATH}\n"));
    let fake = FakeUpstream::builder().module(module.clone()).start();
    let source = serving(&store, &fake);
    for question in &asks_about(PATH, &version)[2..] {
        assert!(store.get(question).await.unwrap().is_none());
        assert!(store.put(question, &vetted(content(1, 10))).await.is_err());
        assert!(ask(&source, question).await.is_ok(), "{question}");
    }
    assert_eq!(folder.path().join(".tmp").read_dir().unwrap().count(), 0);
}

#[test]
fn a_full_disk_fails_no_request() {
    // Larger than the limit below, and small enough to stay in memory on its way.
    let middling = Module::new(PATH, "v1.4.0")
        .file("go.mod", format!("module {PATH}\n"))
        .file("noise.bin", noise(30_000));
    let fake = FakeUpstream::builder().module(middling.clone()).start();
    let folder = tempfile::tempdir().unwrap();
    // A limit on the size of files makes every write beyond it fail, as those on a full disk do, and needs no privilege.
    let script = r#"trap "" XFSZ; ulimit -f 8; exec "$0" "$@""#;
    let mut run = Command::new("sh");
    run.args(["-c", script]).arg(helper_path("fetch")).arg(folder.path());
    let output = run.args([&fake.url(), PATH, "v1.4.0"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let [_, _, info, go_mod, zip] = asks_about(PATH, "v1.4.0");
    let line = |ask: &Ask, content: &[u8], how| {
        format!(
            "{} {} {:x} {how}\n",
            ask.address(),
            content.len(),
            Bytes::copy_from_slice(&Sha256::digest(content))
        )
    };
    let expected = line(&info, &middling.info(), "kept")
        + &line(&go_mod, &middling.mod_file(), "kept")
        + &line(&zip, &middling.zip(), "not kept");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "small ones still fit");
    assert_eq!(folder.path().join(".tmp").read_dir().unwrap().count(), 0, "failed puts leave no drafts");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_artifact_from_another_file_system_is_copied() {
    let (_folder, store) = store();
    // Where there is no second file system the link works, and the test says the same about it.
    let elsewhere = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let [.., zip] = asks_about(PATH, "v1.0.0");
    let artifact = vetted_in(&Spool::new(elsewhere.path()), content(3, 700_000)).await;
    store.put(&zip, &artifact).await.unwrap();
    drop(artifact);
    assert_eq!(elsewhere.path().read_dir().unwrap().count(), 0, "the spool takes its file away");
    assert_eq!(bytes(store.get(&zip).await.unwrap().unwrap()).await, content(3, 700_000));
}
