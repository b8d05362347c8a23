//! A proxy with modules and a checksum database, bundles made from them, and keys.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bundle::manifest::{About, Platform};
use bundle::{Chain, CreateError, Outcome, Supply, Wanted, create};
use bytes::Bytes;
use futures_util::stream;
use gomod::ModuleVersion;
use gomod::glob::PrefixPatterns;
use gomod::gosumdb::{DatabaseName, VerifierKey};
use gomod::note::SignerKey;
use source::sumdb::{Database, DatabaseOptions, Mirroring, Shelf, Way};
use source::upstream::{HttpClient, HttpOptions};
use source::{Checked, Spool, Steady, Upstream, Vitals};
use testkit::{FakeUpstream, Module, SumDb};

pub(crate) const NAME: &str = "localhost.localdev/sumdb";
const PATIENCE: Duration = Duration::from_secs(20);

/// Where bundles are made, and what they are made from.
pub(crate) struct Scene {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) db: SumDb,
    pub(crate) upstream: FakeUpstream,
    pub(crate) signer: SignerKey,
}

impl Scene {
    /// A proxy with these modules, all of which are in its database among others.
    pub(crate) fn new(modules: &[Module]) -> Self {
        let db = SumDb::new(NAME);
        db.fill(300);
        let upstream = FakeUpstream::builder().start();
        db.mirror_on(&upstream);
        let signer = SignerKey::from_seed("me.example", [7; 32]).unwrap();
        let scene = Self { folder: tempfile::tempdir().unwrap(), db, upstream, signer };
        for module in modules {
            scene.publish(module);
        }
        scene
    }

    /// Adds a module to the proxy and to the database, and other records behind it.
    pub(crate) fn publish(&self, module: &Module) {
        self.db.add(module);
        self.db.fill(300);
        self.upstream.publish(module.clone());
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn keys(&self) -> [VerifierKey; 1] {
        [self.signer.verifier()]
    }

    /// A bundle of these modules with their zips.
    pub(crate) async fn bundle(&self, name: &str, modules: &[&Module], earlier: Option<&Chain>) -> PathBuf {
        let wanted = modules.iter().map(|module| wanted(module, true)).collect();
        self.try_bundle(name, wanted, earlier).await.unwrap();
        self.path(name)
    }

    pub(crate) async fn try_bundle(
        &self,
        name: &str,
        wanted: Vec<Wanted>,
        earlier: Option<&Chain>,
    ) -> Result<Outcome<tokio::fs::File>, CreateError> {
        let client = HttpClient::new(&HttpOptions::default()).unwrap();
        let upstream = Upstream::new(&self.upstream.url(), &client).unwrap();
        let modules = Checked::new(upstream, Spool::new(self.path("spool")));
        let database = (self.database(&client).await, VerifierKey::parse(&self.db.gosumdb()).unwrap());
        let supply = Supply { modules: &modules, database: Some(database), earlier, patience: PATIENCE };
        let out = tokio::fs::File::create(self.path(name)).await.unwrap();
        create(out, about(), wanted, stream::empty(), supply, &self.signer, &mut |_| {}).await
    }

    async fn database(&self, client: &HttpClient) -> Arc<Database> {
        let place = Upstream::new(&self.upstream.url(), client).unwrap();
        let origin = place.origin().clone();
        let vitals = Vitals::new(origin.clone(), || 0.5);
        let steady = Steady::new(Checked::new(place, Spool::new(self.path("spool"))), vitals.clone());
        let place = Arc::new(Mirroring::new(steady, origin.clone()));
        let options = DatabaseOptions {
            key: VerifierKey::parse(&self.db.gosumdb()).unwrap(),
            name: DatabaseName::parse(NAME).unwrap(),
            ways: vec![Way { place, origin, private: false, vitals }],
            shelf: Arc::new(Memory::default()),
            private: PrefixPatterns::parse("corp.example"),
            gonoproxy: PrefixPatterns::default(),
            patience: PATIENCE,
        };
        Arc::new(Database::open(options).await.unwrap())
    }

    /// These bundles, opened.
    pub(crate) fn open(&self, paths: &[&Path]) -> Arc<Chain> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
        Arc::new(Chain::open(&paths, &self.keys()).unwrap())
    }

    /// Unpacks bundles over one another, as a person would, and gives the GOPROXY for it.
    pub(crate) fn unpacked(&self, name: &str, bundles: &[&Path]) -> String {
        let folder = self.path(name);
        for bundle in bundles {
            tar::Archive::new(std::fs::File::open(bundle).unwrap()).unpack(&folder).unwrap();
        }
        format!("file://{}/proxy", folder.display())
    }
}

pub(crate) fn wanted(module: &Module, zip: bool) -> Wanted {
    Wanted { module: ModuleVersion::parse(module.path(), module.version()).unwrap(), zip }
}

pub(crate) fn about() -> About {
    About {
        created: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        project: "example.com/project".to_owned(),
        scope: "builds".to_owned(),
        go: "go1.26.8".to_owned(),
        platforms: vec![Platform { goos: "linux".to_owned(), goarch: "amd64".to_owned(), tags: Vec::new() }],
    }
}

/// A module whose path and version are escaped in addresses.
pub(crate) fn module(name: &str, version: &str) -> Module {
    let path = format!("example.com/Big/{name}");
    let code = format!("package a\n\nconst Version = {version:?}\n");
    Module::new(&path, version).file("go.mod", format!("module {path}\n")).file("a.go", code)
}

/// A shelf in memory.
#[derive(Debug, Clone, Default)]
struct Memory(Arc<Mutex<BTreeMap<String, Bytes>>>);

#[async_trait::async_trait]
impl Shelf for Memory {
    async fn read(&self, address: &str) -> io::Result<Option<Bytes>> {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(files.get(address).filter(|content| !content.is_empty()).cloned())
    }

    async fn write(&self, address: &str, content: Bytes) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(address.to_owned(), content);
        Ok(())
    }

    async fn forget(&self, address: &str) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|known, _| !known.starts_with(address));
        Ok(())
    }

    async fn keep_evidence(&self, name: &str, text: String) -> io::Result<()> {
        self.write(name, text.into()).await
    }
}
