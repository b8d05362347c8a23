//! Starts after a crash: the first answer waits for nothing, and what is not in order yet is not served wrong.

use std::fs;
use std::time::SystemTime;

use source::conformance::asks_about;
use store::conformance::{content, vetted};
use store::{DiskStore, Store};

use crate::common::{PATH, bytes, open, store};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_left_is_out_of_the_way_at_once_and_gone_soon() {
    let (folder, store) = store();
    drop(store);
    for death in 0..3 {
        fs::create_dir_all(folder.path().join(".tmp/deep")).unwrap();
        fs::write(folder.path().join(format!(".tmp/spool-{death}")), "left").unwrap();
        // As if the last process had died before it could sweep.
        fs::create_dir_all(folder.path().join(format!(".swept/{death}"))).unwrap();
        fs::write(folder.path().join(format!(".swept/{death}/draft")), "left").unwrap();
        let store = DiskStore::open(folder.path(), SystemTime::now).unwrap();
        assert_eq!(folder.path().join(".tmp").read_dir().unwrap().count(), 0);
        assert!(store.settled());
        assert!(!folder.path().join(".swept").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_that_a_client_gets_never_waits_for_the_list_file() {
    let (folder, store) = store();
    let [list, _, info, go_mod, zip] = asks_about(PATH, "v1.0.0");
    for ask in [&info, &go_mod, &zip] {
        store.put(ask, &vetted(content(1, 10))).await.unwrap();
    }
    drop(store);
    fs::remove_file(folder.path().join(".closed")).unwrap();
    let file = folder.path().join(list.address());
    fs::write(&file, "v9.9.9\nv1.0").unwrap();
    let store = DiskStore::open(folder.path(), SystemTime::now).unwrap();
    assert_eq!(bytes(store.get(&list).await.unwrap().unwrap()).await, "v1.0.0\n");
    assert!(store.settled());
    assert_eq!(fs::read(&file).unwrap(), b"v1.0.0\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_folder_that_is_in_order_is_marked_so() {
    let (folder, store) = store();
    let closed = folder.path().join(".closed");
    assert!(!closed.exists());
    drop(store);
    assert!(closed.exists());
    fs::remove_file(&closed).unwrap();
    drop(open(folder.path()));
    assert!(closed.exists(), "it was put in order in between");
}
