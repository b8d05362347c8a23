//! Upstreams that mirror a checksum database, the shipped binary, and go as its client.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use testkit::upstream::Recorded;
use testkit::{FakeUpstream, GoHome, GoOutput, Module, ServerCommand, SumDb};

use crate::node::{Node, command, go};

/// The database's own host, which all ask last. It knows nothing, and says so soon.
static OWN_HOST: LazyLock<FakeUpstream> = LazyLock::new(|| FakeUpstream::builder().tls().start());

/// The name of the database.
pub(super) static NAME: LazyLock<String> = LazyLock::new(|| format!("{}/sumdb", OWN_HOST.address()));

pub(super) const A: &str = "example.com/a@v1.0.0";
pub(super) const BIG: &str = "example.com/Big/v2@v2.0.0-RC1";
/// Records 1000 and 1501 of 1502: one in a full tile, one on the edge of the tree.
pub(super) const MODULES: [&str; 2] = [A, BIG];

/// How long one command of go may take. Whatever takes longer hangs, as far as a user is concerned.
pub(super) const DEADLINE: Duration = Duration::from_mins(1);

/// The module version `path@version`.
pub(super) fn module(query: &str) -> Module {
    let (path, version) = query.split_once('@').unwrap();
    Module::new(path, version).file("go.mod", format!("module {path}\n")).file("a.go", "package a\n")
}

/// The same module version with another zip.
pub(super) fn tampered(query: &str) -> Module {
    module(query).file("b.go", "package a\n")
}

/// An upstream with modules, and a mirror of a database that knows them. All mirrors are of the same database, but each lies for
/// itself.
pub(super) struct Mirror {
    pub(super) up: FakeUpstream,
    pub(super) db: SumDb,
}

impl Mirror {
    /// Has nothing.
    pub(super) fn empty() -> Self {
        let (up, db) = (FakeUpstream::builder().start(), SumDb::new(&NAME));
        db.mirror_on(&up);
        Self { up, db }
    }

    /// Has [`MODULES`].
    pub(super) fn new() -> Self {
        Self::growing([1000, 500])
    }

    /// Has [`MODULES`], each behind so many records of other modules.
    pub(super) fn growing(fillers: [u64; 2]) -> Self {
        let mirror = Self::empty();
        for (count, query) in fillers.into_iter().zip(MODULES) {
            mirror.db.fill(count);
            mirror.publish(query);
        }
        mirror
    }

    /// Another module version, with its record.
    pub(super) fn publish(&self, query: &str) {
        self.db.add(&module(query));
        self.up.publish(module(query));
    }

    pub(super) fn url(&self) -> String {
        self.up.url()
    }

    /// How many requests were for something of the database below this address.
    pub(super) fn asked(&self, address: &str) -> usize {
        let below = format!("/sumdb/{}/{address}", *NAME);
        self.up.requests().iter().filter(|recorded| recorded.path.starts_with(&below)).count()
    }
}

/// What the own host of the database was asked by any test.
pub(super) fn own_host_requests() -> Vec<Recorded> {
    OWN_HOST.requests()
}

/// A data folder, and the authority of the database's own host beside it.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), OWN_HOST.ca_pem()).unwrap();
        Self(folder)
    }

    /// The data folder.
    pub(super) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// A file beside the data folder.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `modkeep serve` over these upstreams, verifying with `db`.
    pub(super) fn serving(&self, list: &str, db: &SumDb) -> ServerCommand {
        let authority = self.beside("ca.pem");
        let command = command(&self.data()).args([Path::new("--ca-file"), &authority]);
        command.args(["--upstream", list]).env("GOSUMDB", db.gosumdb())
    }

    /// The server of [`Self::serving`], started.
    pub(super) fn serve(&self, list: &str, db: &SumDb) -> Node {
        Node::with(self.serving(list, db))
    }
}

/// `go mod download` of these `module@version`s in this home, through this proxy list, verified with `db`.
pub(super) fn pull(home: &GoHome, proxy: &str, db: &SumDb, queries: &[&str]) -> GoOutput {
    let download = go(home, proxy, &["mod", "download"]).args(queries.iter().copied());
    download.sumdb(db.gosumdb()).deadline(DEADLINE).run()
}

/// The same by a go that knows nothing yet.
pub(super) fn pull_anew(proxy: &str, db: &SumDb, queries: &[&str]) -> GoOutput {
    pull(&GoHome::fresh(), proxy, db, queries)
}

/// Stops the test unless go failed and told its user each of these words.
#[track_caller]
pub(super) fn assert_told(output: &GoOutput, words: &[&str]) {
    assert!(!output.status.success(), "{output}");
    for word in words {
        assert!(output.stderr.contains(word), "`{word}` is missing: {output}");
    }
}
