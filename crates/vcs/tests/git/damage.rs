//! What happens to a cache, and what becomes of it.

use std::fs;
use std::process::{Command, Stdio};

use testkit::repo::{GitHttps, GitRepo, HttpsFault, Tree};
use vcs::Need;

use crate::kit::{Kit, Sample, files, job, unpacked, with_access, with_ca, with_files};

/// A way to break a store.
type Breakage = (&'static str, fn(&Kit));

fn breakages() -> Vec<Breakage> {
    vec![
        ("a flipped pack", |kit: &Kit| {
            for pack in kit.packs("whole.git") {
                let mut bytes = fs::read(&pack).unwrap();
                let middle = bytes.len() / 2;
                for byte in &mut bytes[middle - 20..middle + 20] {
                    *byte ^= 0xff;
                }
                fs::remove_file(&pack).unwrap();
                fs::write(pack, bytes).unwrap();
            }
        }),
        ("a lost pack", |kit: &Kit| lose_packs(kit, "whole.git")),
        ("an empty index", |kit: &Kit| {
            for pack in kit.packs("whole.git") {
                let index = pack.with_extension("idx");
                fs::remove_file(&index).unwrap();
                fs::write(index, "").unwrap();
            }
        }),
        ("a strange configuration", |kit: &Kit| {
            fs::write(kit.folder().join("whole.git/config"), "[core\n").unwrap();
        }),
        ("a lost head", |kit: &Kit| fs::remove_file(kit.folder().join("whole.git/HEAD")).unwrap()),
    ]
}

fn lose_packs(kit: &Kit, store: &str) {
    for pack in kit.packs(store) {
        fs::remove_file(pack).unwrap();
    }
}

#[tokio::test]
async fn a_broken_store_is_fetched_anew() {
    for (name, breakage) in breakages() {
        let (sample, mut kit) = (Sample::new(), Kit::new(with_files()));
        let url = sample.repo.url();
        kit.open(&url).stat("v1.1.0", Need::Files, &job()).await.unwrap();
        breakage(&kit);
        kit.reopen(with_files());
        let asked = kit.open(&url);
        let commit = asked.stat("v1.1.0", Need::Files, &job()).await.expect(name).id;
        let file = asked.read_file(&commit, "go.mod", 1000, &job()).await.expect(name);
        assert_eq!(&file[..], b"module example.com/a\n");
        let archive = asked.archive(&commit, "", &job()).await.expect(name);
        if unpacked(archive).await.is_err() {
            let again = asked.archive(&commit, "", &job()).await.expect(name);
            assert_eq!(files(again).await.len(), 2, "{name}");
        }
    }
}

#[tokio::test]
async fn a_lost_file_is_no_missing_file() {
    let (sample, mut kit) = (Sample::new(), Kit::new(with_files()));
    let url = sample.repo.url();
    let commit = kit.open(&url).stat("v1.1.0", Need::Files, &job()).await.unwrap().id;
    lose_packs(&kit, "whole.git");
    kit.reopen(with_files());
    kit.open(&url).read_file(&commit, "go.mod", 1000, &job()).await.expect("it is fetched anew");
}

#[tokio::test]
async fn a_broken_history_is_fetched_anew() {
    let (sample, mut kit) = (Sample::new(), Kit::new(with_files()));
    let url = sample.repo.url();
    let asked = kit.open(&url);
    let commit = asked.stat("v1.1.0", Need::Files, &job()).await.unwrap().id;
    asked.merged_tags(&commit, "", &job()).await.unwrap();
    lose_packs(&kit, "history.git");
    let tags = asked.merged_tags(&commit, "", &job()).await.unwrap();
    assert_eq!(tags, ["v1.0.0", "v1.1.0"]);
    lose_packs(&kit, "history.git");
    kit.reopen(with_files());
    let tags = kit.open(&url).merged_tags(&commit, "", &job()).await.unwrap();
    assert_eq!(tags, ["v1.0.0", "v1.1.0"]);
}

#[tokio::test]
async fn what_a_killed_fetch_leaves_behind_is_no_hindrance() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    let store = kit.folder().join("whole.git");
    fs::write(store.join("shallow.lock"), "half").unwrap();
    fs::write(store.join("objects/pack/tmp_pack_abc"), "half").unwrap();
    fs::write(store.join("refs/whole").join(format!("{}.lock", sample.hash(2))), "").unwrap();
    asked.stat("main", Need::Files, &job()).await.unwrap();
    assert!(!store.join("objects/pack/tmp_pack_abc").exists());
}

/// Set for the process that is killed in the middle of a fetch.
const VICTIM: &str = "MODKEEP_TEST_VICTIM";

/// Not a test by itself: what the killed process does.
#[tokio::test]
async fn victim() {
    let Ok(told) = std::env::var(VICTIM) else { return };
    let mut told = told.split(' ');
    let (home, url, ca) = (told.next().unwrap(), told.next().unwrap(), told.next().unwrap());
    let path = std::env::var("PATH").unwrap();
    let environment = [("PATH", path.as_str()), ("HOME", home)].into_iter().collect();
    let options = with_access(vcs::Access { ca_file: Some(ca.into()), ..vcs::Access::default() });
    let cache = vcs::GitCache::new(format!("{home}/cache"), options, vcs::Programs::new(4, environment));
    let remotes = vcs::Remotes { url: url.to_owned(), ways: vec![vcs::Route::vouched(url)] };
    let _ = cache.open(&remotes).unwrap().stat("v1.0.0", Need::Files, &job()).await;
}

#[tokio::test]
async fn a_process_killed_in_the_middle_of_a_fetch_leaves_nothing_half_made() {
    let noise: Vec<u8> =
        (0..400_000_u32).flat_map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let repo = GitRepo::create(|history| {
        let commit = history.commit(&[], &Tree::new().file("go.mod", "module a\n").file("noise", noise));
        history.branch("main", commit);
        history.tag("v1.0.0", commit);
    });
    let server = GitHttps::start();
    server.serve("/a", &repo);
    server.fault("git-upload-pack", HttpsFault::StallAfter(100_000));
    let (kit, url) = (Kit::of_server(&server), server.url("/a"));
    let told = format!("{} {url} {}", kit.home.path().display(), server.ca_file().display());
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "damage::victim"])
        .env(VICTIM, told)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    server.wait_for_bytes("git-upload-pack", 100_000);
    victim.kill().unwrap();
    victim.wait().unwrap();
    let lock = fs::File::open(kit.folder().join("whole.lock")).unwrap();
    assert!(
        lock.try_lock().is_err(),
        "its git still waits for the rest, so that nobody else may write there"
    );
    drop(lock);
    server.heal();
    drop(server);
    let server = GitHttps::start();
    server.serve("/a", &repo);
    let mut kit = kit;
    kit.reopen(with_ca(&server));
    let asked = kit.open_by(&url, &[&server.url("/a")]);
    let commit = asked.stat("v1.0.0", Need::Files, &job()).await.unwrap().id;
    assert_eq!(files(asked.archive(&commit, "", &job()).await.unwrap()).await.len(), 2);
}
