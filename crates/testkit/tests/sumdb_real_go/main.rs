//! The real go against the checksum database: as a mirror and as its own host, and whether go notices each lie.
//!
//! The words are those of go 1.26.8, which has the fixes of CVE-2026-56864 and CVE-2026-56865.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of a test stop it as the test itself would"
)]

mod histories;
mod honest;
mod lies;

use testkit::{FakeUpstream, GoHome, GoOutput, GoRun, Lie, Module, SumDb};

const NAME: &str = "localhost.localdev/sumdb";
const A: &str = "example.com/a@v1.0.0";
const BIG: &str = "example.com/Big/v2@v2.0.0-RC1";

fn module(query: &str) -> Module {
    let (path, version) = query.split_once('@').expect("path@version");
    Module::new(path, version).file("go.mod", format!("module {path}\n")).file("a.go", "package a\n")
}

/// A proxy that has two modules and mirrors a database which knows both, in a tree of three levels of tiles.
struct Scene {
    up: FakeUpstream,
    db: SumDb,
    home: GoHome,
}

impl Scene {
    fn new() -> Self {
        let (up, db) = (FakeUpstream::builder().modules([A, BIG].map(module)).start(), SumDb::new(NAME));
        db.fill(1000);
        db.add(&module(A));
        db.fill(69_000);
        db.add(&module(BIG));
        db.mirror_on(&up);
        Self { up, db, home: GoHome::fresh() }
    }

    fn download(&self, query: &str) -> GoOutput {
        let run = GoRun::in_home(&self.home).proxy(self.up.url()).sumdb(self.db.gosumdb());
        run.args(["mod", "download", query]).run()
    }

    fn latest(&self) -> Option<String> {
        self.home.sumdb_latest(NAME)
    }

    /// A fresh go refuses, with these words.
    #[track_caller]
    fn assert_refused(&self, lie: Lie, words: &str) {
        self.db.lie(lie);
        assert_words(&self.download(A), words);
        assert!(!self.home.downloads().keys().any(|name| name.contains(".mod")), "nothing was taken");
    }

    /// A fresh go downloads, in spite of the lie.
    #[track_caller]
    fn assert_survived(&self, lie: Lie) {
        self.db.lie(lie);
        self.download(A).success();
    }
}

#[track_caller]
fn assert_words(output: &GoOutput, words: &str) {
    assert!(!output.status.success() && output.stderr.contains(words), "want `{words}`: {output}");
}
