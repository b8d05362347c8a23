//! Stores in temporary folders, upstreams that fill them, and the modules that are asked for.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use source::conformance::{World, asks_about};
use source::upstream::{HttpClient, HttpOptions};
use source::{Answer, Ask, Checked, Coalesced, Ctx, Failure, Source, Upstream};
use store::{Cached, DiskStore, Filling, cached};
use tempfile::TempDir;
pub(crate) use testkit::module::noise;
use testkit::{FakeUpstream, Module};

pub(crate) const PATH: &str = "example.com/Big/mod";

/// Two versions of one module; the zip of the second takes several blocks.
pub(crate) fn modules() -> Vec<Module> {
    let module = |version: &str| {
        Module::new(PATH, version)
            .file("go.mod", format!("module {PATH}\n"))
            .file("a.go", format!("package a\n\nconst Version = {version:?}\n"))
    };
    vec![module("v1.0.0"), module("v1.2.0").file("noise.bin", noise(900_000)).revision("main")]
}

pub(crate) fn upstream() -> FakeUpstream {
    FakeUpstream::builder().modules(modules()).start()
}

/// What is there and what is not.
pub(crate) fn world() -> World {
    let all = modules();
    let mut present = Vec::new();
    for module in &all {
        let [_, _, info, go_mod, zip] = asks_about(PATH, module.version());
        present.extend([(info, module.info()), (go_mod, module.mod_file()), (zip, module.zip())]);
    }
    let [list, latest, ..] = asks_about(PATH, "v1.2.0");
    present.push((list, Bytes::from_static(b"v1.0.0\nv1.2.0\n")));
    present.push((latest, all[1].info()));
    let [.., info, go_mod, zip] = asks_about(PATH, "v1.9.0");
    let absent = asks_about("example.com/nothing", "v1.0.0").into_iter().chain([info, go_mod, zip]);
    World { present, absent: absent.collect::<Vec<Ask>>() }
}

/// A store in a folder of its own.
pub(crate) fn store() -> (TempDir, DiskStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    (folder, store)
}

/// A store in this folder, with everything in order that a dead process left.
pub(crate) fn open(folder: &Path) -> DiskStore {
    let store = DiskStore::open(folder, SystemTime::now).unwrap();
    assert!(store.settled());
    store
}

/// How long anything may take in a test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) type Serving = Cached<Coalesced<Filling<Checked<Upstream>>>>;

/// What `serve` puts together, with one upstream.
pub(crate) fn serving(store: &DiskStore, fake: &FakeUpstream) -> Serving {
    cached(Arc::new(store.clone()), checked(store, fake), PATIENCE)
}

pub(crate) fn checked(store: &DiskStore, fake: &FakeUpstream) -> Checked<Upstream> {
    let client = HttpClient::new(&HttpOptions::default()).unwrap();
    Checked::new(Upstream::new(&fake.url(), &client).unwrap(), store.spool())
}

pub(crate) async fn ask(source: &dyn Source, ask: &Ask) -> Result<Answer, Failure> {
    source.ask(ask, &Ctx::within(PATIENCE)).await
}

pub(crate) async fn bytes(answer: Answer) -> Bytes {
    answer.body.into_bytes(1 << 30).await.unwrap()
}

/// An example of this crate, to be run as a process of its own. `cargo test` builds them beside the tests.
pub(crate) fn helper(name: &str) -> Command {
    Command::new(helper_path(name))
}

pub(crate) fn helper_path(name: &str) -> PathBuf {
    let me = std::env::current_exe().unwrap();
    let path = me.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(path.exists(), "{} is missing; build it with: cargo build -p store --examples", path.display());
    path
}
