//! A far folder over real sockets: what it answers, what it counts, and whom it lets wait.
#![allow(clippy::expect_used, reason = "the helpers of a test stop it as the test itself would")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use testkit::dice::Dice;
use testkit::far::{FarProxy, FarSpec, Silence, Traffic};
use testkit::{GoRun, Module, upstream::write_file_proxy};

const HERE: FarSpec = FarSpec { delay: Duration::ZERO, silence: None };

/// Larger than what is read at once.
const LARGE: usize = 700_000;

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    folder
}

async fn asked(far: &FarProxy, path: &str) -> (u16, Vec<u8>) {
    let answer = reqwest::get(far.url() + path).await.expect("an answer");
    (answer.status().as_u16(), answer.bytes().await.expect("a body").to_vec())
}

#[tokio::test]
async fn files_come_whole_and_are_counted() {
    let large: Vec<u8> = (0..LARGE).map(|at| at.to_le_bytes()[0]).collect();
    let folder = folder(&[
        ("a.example/!big/@v/v1.0.0.zip", large.as_slice()),
        ("a.example/!big/@v/v1.0.0.info", b"{}"),
    ]);
    let far = FarProxy::start(folder.path(), HERE);
    assert_eq!(asked(&far, "/a.example/%21big/@v/v1.0.0.zip").await, (200, large));
    assert_eq!(asked(&far, "/a.example/!big/@v/v1.0.0.info").await, (200, b"{}".to_vec()));
    let traffic = Traffic { requests: 2, body_bytes: LARGE as u64 + 2, silent: 0 };
    assert_eq!(far.traffic(), traffic);
    far.begin();
    assert_eq!(far.traffic(), Traffic::default());
}

#[tokio::test]
async fn what_is_no_file_of_the_folder_is_not_found() {
    let folder = folder(&[("in/a.txt", b"a"), ("secret.txt", b"s")]);
    let far = FarProxy::start(&folder.path().join("in"), HERE);
    for path in ["/b.txt", "/", "/%2e%2e/secret.txt", "/%2e%2e%2fsecret.txt", "//etc/hostname"] {
        assert_eq!(asked(&far, path).await.0, 404, "{path}");
    }
    let answer = reqwest::Client::new().post(far.url() + "/a.txt").send().await.expect("an answer");
    assert_eq!(answer.status(), 405);
}

#[tokio::test]
async fn the_same_requests_are_silent_each_time() {
    let silence = Silence { dice: Dice { seed: 3, one_in: 4 }, pause: Duration::from_millis(1) };
    let folder = folder(&[]);
    let far = FarProxy::start(folder.path(), FarSpec { silence: Some(silence), ..HERE });
    let mut silent = Vec::new();
    for _ in 0..2 {
        far.begin();
        for number in 0..40 {
            // Asked twice: the second answer has dice of its own.
            asked(&far, &format!("/{number}")).await;
            asked(&far, &format!("/{number}")).await;
        }
        silent.push(far.traffic().silent);
    }
    assert!((5..60).contains(&silent[0]), "{silent:?}");
    assert_eq!(silent[0], silent[1]);
}

#[test]
fn the_real_go_downloads_from_it() {
    let module = Module::new("a.example/Big", "v1.0.0").file("go.mod", "module a.example/Big\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_file_proxy([module], folder.path());
    let far =
        FarProxy::start(Path::new(folder.path()), FarSpec { delay: Duration::from_millis(5), silence: None });
    let got = GoRun::new().proxy(far.url()).download_json(&["a.example/Big@v1.0.0"]);
    assert_eq!(got[0].error, "");
    assert_eq!(far.traffic().requests, 3);
}
