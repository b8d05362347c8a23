//! Driver of `cargo xtask instructions`: does one of the things that a server does most often, as often as it is told to.
//!
//! Without arguments it says which things there are, and how often each is worth doing. With one of them and a number it does that
//! thing once, so that everything is in place, and then as often as the number says. Who counts the instructions of two runs
//! and subtracts has those of the thing alone. Inputs are the same each time, and nothing is asked over a network.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a driver prints what it has, and stops when it cannot go on"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use gomod::ModuleVersion;
use gomod::dirhash::{hash_go_mod, hash_zip};
use gomod::glob::PrefixPatterns;
use gomod::gosumdb::{DatabaseName, VerifierKey};
use http::Request;
use http::request::Parts;
use protocol::{Goproxy, Options};
use sha2::{Digest, Sha256};
use source::sumdb::{Database, DatabaseOptions, Shelf, Way};
use source::{
    Ahead, AheadOptions, Answer, Ask, Assurance, Ctx, Failure, Freshness, MemoryOptions, Origin, Remembered,
    Source, Trail, Vitals,
};
use testkit::module::noise;
use testkit::{Module, SumDb};
use tokio::runtime::Runtime;

/// A thing to do, how often it is worth doing, and what makes it ready to be done.
type Task = (&'static str, u32, fn() -> Box<dyn FnMut()>);

const TASKS: [Task; 6] = [
    ("route", 200, route),
    ("hit", 200, hit),
    ("zip-check", 4, zip_check),
    ("zip-hash", 2, zip_hash),
    ("go-mod-hash", 100, go_mod_hash),
    ("lookup", 2, lookup),
];

fn main() {
    let mut args = std::env::args().skip(1);
    let Some(name) = args.next() else {
        return TASKS.iter().for_each(|(name, times, _)| println!("{name} {times}"));
    };
    let (.., prepare) = TASKS.iter().find(|(known, ..)| *known == name).expect("a thing that there is");
    let times: u32 = args.next().expect("how often").parse().expect("a number");
    let mut task = prepare();
    (0..=times).for_each(|_| task());
}

/// A path is read to its end, and refused for what stands there.
fn route() -> Box<dyn FnMut()> {
    let mut ask = asker("/example.com/!big/mod/v2/@v/v2.3.4-0.20240101000000-0123456789ab.what");
    Box::new(move || assert_eq!(ask().0.status, 404))
}

/// A `.mod` is answered from memory, in gzip, as go asks for it.
fn hit() -> Box<dyn FnMut()> {
    let mut ask = asker("/example.com/!big/mod/v2/@v/v2.3.4.mod");
    ask();
    Box::new(move || {
        let (head, body) = ask();
        let said = ["modkeep-cache", "content-encoding"].map(|name| head.headers[name].as_bytes());
        assert_eq!((said, body.is_empty()), ([b"hit".as_slice(), b"gzip"], false));
    })
}

/// Asks for this path each time.
fn asker(path: &'static str) -> impl FnMut() -> (http::response::Parts, Bytes) {
    let (runtime, goproxy) = (runtime(), Goproxy::new(remembered(), Options::default()));
    move || {
        let (head, body) = runtime.block_on(goproxy.handle(&get(path))).into_parts();
        let body = runtime.block_on(axum::body::to_bytes(body, 1 << 20));
        black_box((head, body.expect("a body")))
    }
}

fn get(path: &str) -> Parts {
    let request =
        Request::get(path).header("accept-encoding", "gzip").header("user-agent", "Go-http-client/1.1");
    request.body(()).expect("a request").into_parts().0
}

fn remembered() -> Arc<dyn Source> {
    let go_mod = GoMod { content: requirements(), asked: AtomicBool::new(false) };
    let remembered = Remembered::new(go_mod, MemoryOptions::default());
    Arc::new(Ahead::new(remembered, AheadOptions::new(Duration::from_mins(1))))
}

/// Answers once, with what is kept: what is remembered is not asked for again.
#[derive(Debug)]
struct GoMod {
    content: Bytes,
    asked: AtomicBool,
}

#[async_trait::async_trait]
impl Source for GoMod {
    async fn ask(&self, _: &Ask, _: &Ctx) -> Result<Answer, Failure> {
        assert!(!self.asked.swap(true, Ordering::Relaxed), "it is remembered");
        let answer = Answer::live(self.content.clone().into(), Origin::new("store"), Trail::default());
        Ok(Answer {
            freshness: Freshness::Kept(SystemTime::UNIX_EPOCH),
            assurance: Assurance::recalled("well-formed"),
            sha256: Some(Sha256::digest(&self.content).into()),
            ..answer
        })
    }
}

/// A go.mod with a hundred requirements.
fn requirements() -> Bytes {
    let lines: Vec<String> = (0..100).map(|n| format!("\texample.com/required/m{n} v1.{n}.0\n")).collect();
    format!("module example.com/Big/mod/v2\n\ngo 1.24\n\nrequire (\n{})\n", lines.concat()).into()
}

/// The names and the layout of a zip of three hundred files are checked.
fn zip_check() -> Box<dyn FnMut()> {
    let (module, zip) = zip();
    Box::new(move || {
        let found = gomod::zip::check(&module, &*zip, zip.len() as u64).expect("a zip as it should be");
        assert_eq!(black_box(found).files, 301);
    })
}

/// The same zip is unpacked and hashed.
fn zip_hash() -> Box<dyn FnMut()> {
    let (_, zip) = zip();
    Box::new(move || {
        black_box(hash_zip(&*zip, zip.len() as u64).expect("a hash"));
    })
}

fn zip() -> (ModuleVersion, Bytes) {
    let (path, version) = ("example.com/Big/mod", "v1.2.0");
    let module = Module::new(path, version).file("go.mod", format!("module {path}\n"));
    let code = "package a\n\nfunc A() string { return \"a\" }\n".repeat(20);
    let file = |module: Module, n: usize| module.file(format!("pkg{}/file{n}.go", n / 20), code.clone());
    let module = (0..299).fold(module, file).file("testdata/noise.bin", noise(100_000));
    (ModuleVersion::parse(path, version).expect("a module version"), module.zip())
}

/// A go.mod is hashed.
fn go_mod_hash() -> Box<dyn FnMut()> {
    let content = requirements();
    Box::new(move || {
        black_box(hash_go_mod(black_box(&content)));
    })
}

/// A checksum database of which nothing is known yet is asked for a module: its head is verified, and the record proven.
fn lookup() -> Box<dyn FnMut()> {
    let db = SumDb::new("localhost.localdev/sumdb");
    db.fill(3000);
    let module = Module::new("example.com/looked/up", "v1.0.0").file("a.go", "package a\n");
    db.add(&module);
    db.fill(3000);
    let version = ModuleVersion::parse(module.path(), module.version()).expect("a module version");
    let (runtime, place) = (runtime(), Arc::new(Mirror { db, said: Mutex::default() }));
    Box::new(move || {
        let sums = runtime.block_on(async {
            let database = Database::open(options(&place)).await.expect("a database");
            database.sums(&version, &Ctx::within(Duration::from_mins(1))).await
        });
        assert!(sums.expect("the record").zip.is_some());
    })
}

fn options(place: &Arc<Mirror>) -> DatabaseOptions {
    let origin = Origin::new("mirror");
    let vitals = Vitals::new(origin.clone(), || 0.5);
    DatabaseOptions {
        key: VerifierKey::parse(&place.db.gosumdb()).expect("a key"),
        name: DatabaseName::parse(place.db.name()).expect("a name"),
        ways: vec![Way { place: place.clone(), origin, private: false, vitals }],
        shelf: Arc::new(Empty),
        private: PrefixPatterns::default(),
        gonoproxy: PrefixPatterns::default(),
        patience: Duration::from_mins(1),
    }
}

/// Says what the database says; what it has said once takes no work.
struct Mirror {
    db: SumDb,
    said: Mutex<BTreeMap<String, Bytes>>,
}

impl std::fmt::Debug for Mirror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mirror")
    }
}

#[async_trait::async_trait]
impl Source for Mirror {
    async fn ask(&self, ask: &Ask, _: &Ctx) -> Result<Answer, Failure> {
        let Ask::SumDb(about) = ask else {
            return Err(Failure::not_found(&Origin::new("mirror"), "no module", Duration::ZERO));
        };
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let says = |address: &String| self.db.answer(address).body;
        let content = said.entry(about.path.address()).or_insert_with_key(says).clone();
        Ok(Answer::live(content.into(), Origin::new("mirror"), Trail::default()))
    }
}

/// Keeps nothing.
#[derive(Debug)]
struct Empty;

#[async_trait::async_trait]
impl Shelf for Empty {
    async fn read(&self, _: &str) -> io::Result<Option<Bytes>> {
        Ok(None)
    }

    async fn write(&self, _: &str, _: Bytes) -> io::Result<()> {
        Ok(())
    }

    async fn forget(&self, _: &str) -> io::Result<()> {
        Ok(())
    }

    async fn keep_evidence(&self, _: &str, _: String) -> io::Result<()> {
        Ok(())
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
}
