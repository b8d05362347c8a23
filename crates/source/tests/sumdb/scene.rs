//! Databases under test, and what stands around them.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use gomod::ModuleVersion;
use gomod::glob::PrefixPatterns;
use gomod::gosumdb::{DatabaseName, Sums, VerifierKey};
use source::sumdb::{Database, DatabaseOptions, Mirroring, Shelf, Way};
use source::upstream::{HttpClient, HttpOptions};
use source::{
    Answer, Ask, Checked, Ctx, Failure, Kind, Origin, Source, Spool, Steady, SumDbAsk, SumDbPath, Trail,
    Upstream, Vitals,
};
use testkit::{FakeUpstream, Module, SumDb};

/// The name of the database under test, with a path in it (protocol.md G8).
pub(crate) const NAME: &str = "localhost.localdev/sumdb";

/// A shelf in memory, which tests can reach into.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<BTreeMap<String, Bytes>>>);

impl Memory {
    /// All addresses at which something is kept.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.files().keys().cloned().collect()
    }

    pub(crate) fn get(&self, address: &str) -> Option<Bytes> {
        self.files().get(address).cloned()
    }

    pub(crate) fn set(&self, address: &str, content: impl Into<Bytes>) {
        self.files().insert(address.to_owned(), content.into());
    }

    /// Loses what is kept at addresses that begin so.
    pub(crate) fn lose(&self, beginning: &str) {
        self.files().retain(|address, _| !address.starts_with(beginning));
    }

    /// The contradictions that were kept.
    pub(crate) fn evidence(&self) -> Vec<String> {
        self.addresses().into_iter().filter(|address| address.starts_with("evidence/")).collect()
    }

    fn files(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl Shelf for Memory {
    async fn read(&self, address: &str) -> io::Result<Option<Bytes>> {
        Ok(self.get(address).filter(|content| !content.is_empty()))
    }

    async fn write(&self, address: &str, content: Bytes) -> io::Result<()> {
        self.set(address, content);
        Ok(())
    }

    async fn forget(&self, address: &str) -> io::Result<()> {
        self.lose(&format!("{address}/"));
        Ok(())
    }

    async fn keep_evidence(&self, name: &str, text: String) -> io::Result<()> {
        self.set(&format!("evidence/{name}"), text);
        Ok(())
    }
}

/// What is in memory as a place that answers: a folder of files, say.
#[async_trait::async_trait]
impl Source for Memory {
    async fn ask(&self, ask: &Ask, _: &Ctx) -> Result<Answer, Failure> {
        let Ask::SumDb(about) = ask else { panic!("{ask} is no question to a database") };
        let origin = Origin::new("folder");
        match self.get(&about.path.address()) {
            Some(content) => Ok(Answer::live(content.into(), origin, Trail::default())),
            None => Err(Failure::not_found(&origin, "no such file", Duration::ZERO)),
        }
    }
}

impl Memory {
    pub(crate) fn way(&self) -> Way {
        let origin = Origin::new("folder");
        Way {
            place: Arc::new(self.clone()),
            vitals: Vitals::new(origin.clone(), || 0.5),
            origin,
            private: true,
        }
    }
}

/// A database with fillers before and behind the records of [`module`]s.
pub(crate) fn database(fillers: u64) -> SumDb {
    let db = SumDb::new(NAME);
    db.fill(fillers);
    db
}

pub(crate) fn module(name: &str) -> Module {
    let path = format!("example.com/{name}");
    Module::new(&path, "v1.0.0").file("go.mod", format!("module {path}\n")).file("a.go", "package a\n")
}

pub(crate) fn version(name: &str) -> ModuleVersion {
    ModuleVersion::parse(&format!("example.com/{name}"), "v1.0.0").unwrap()
}

/// A proxy that mirrors the database.
pub(crate) fn mirror(db: &SumDb) -> FakeUpstream {
    let upstream = FakeUpstream::builder().start();
    db.mirror_on(&upstream);
    upstream
}

/// A way through a proxy.
pub(crate) fn by(upstream: &FakeUpstream) -> Way {
    let options = HttpOptions {
        connect_timeout: Duration::from_secs(2),
        first_byte_timeout: Duration::from_secs(2),
        ..HttpOptions::default()
    };
    let place = Upstream::new(&upstream.url(), &HttpClient::new(&options).unwrap()).unwrap();
    let origin = place.origin().clone();
    let vitals = Vitals::new(origin.clone(), || 0.5);
    let steady = Steady::new(Checked::new(place, Spool::new("/nonexistent")), vitals.clone());
    Way { place: Arc::new(Mirroring::new(steady, origin.clone())), origin, private: false, vitals }
}

/// The database, asked by these ways and kept on this shelf.
pub(crate) async fn open(db: &SumDb, ways: &[&FakeUpstream], shelf: &Memory) -> Database {
    try_open(db, ways, shelf).await.unwrap()
}

pub(crate) async fn try_open(db: &SumDb, ways: &[&FakeUpstream], shelf: &Memory) -> io::Result<Database> {
    try_open_by(db, ways.iter().map(|upstream| by(upstream)).collect(), shelf).await
}

pub(crate) async fn try_open_by(db: &SumDb, ways: Vec<Way>, shelf: &Memory) -> io::Result<Database> {
    let options = DatabaseOptions {
        key: VerifierKey::parse(&db.gosumdb()).unwrap(),
        name: DatabaseName::parse(db.name()).unwrap(),
        ways,
        shelf: Arc::new(shelf.clone()),
        private: PrefixPatterns::parse("corp.example"),
        gonoproxy: PrefixPatterns::parse("inside.example"),
        patience: Duration::from_secs(20),
    };
    Database::open(options).await
}

pub(crate) fn ctx() -> Ctx {
    Ctx::within(Duration::from_secs(20))
}

/// The hashes that the database has of a module.
pub(crate) async fn sums(database: &Database, name: &str) -> Result<Sums, Failure> {
    database.sums(&version(name), &ctx()).await
}

/// Whether these are the hashes of the module as it is.
pub(crate) fn are_true(sums: &Sums, module: &Module) -> bool {
    let lines = module.go_sum_lines();
    [sums.zip, sums.go_mod].iter().all(|sum| sum.is_some_and(|sum| lines.contains(&sum.to_string())))
}

/// What the database answers at an address below its name.
pub(crate) async fn get(database: &Database, path: SumDbPath) -> Result<Bytes, Failure> {
    Ok(answer(database, path).await?.body.into_bytes(Kind::Lookup.size_max()).await.unwrap())
}

pub(crate) async fn answer(database: &Database, path: SumDbPath) -> Result<Answer, Failure> {
    let ask = Ask::SumDb(SumDbAsk { database: database.name().clone(), path });
    database.ask(&ask, &ctx()).await
}
