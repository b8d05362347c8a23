//! The contract of [`Store`] as a test suite, to be run on every implementation.
//!
//! [`check`] takes an empty store and leaves it with things in it. Crashes and damage cannot be made from outside: each
//! implementation has tests of its own for them.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test suite stops loudly")]

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt, stream};
use gomod::{ModulePath, ModuleVersion, Revision};
use source::{Answer, Ask, Assurance, Body, Freshness, Origin, Spool, Trail, Vetted};

use crate::Store;

/// Checks every clause of the contract that can be seen from outside.
pub async fn check(store: Arc<dyn Store>) {
    let spool = tempfile::tempdir().expect("a temporary folder");
    let suite = Suite { store, spool: Spool::new(spool.path()) };
    suite.what_was_never_put_is_absent().await;
    suite.what_is_put_comes_back_as_it_was().await;
    suite.the_three_files_are_independent_and_the_list_wants_all().await;
    suite.a_list_is_empty_only_where_something_else_can_be_chosen().await;
    suite.a_list_cannot_be_put().await;
    suite.a_new_put_replaces_and_disturbs_no_reader().await;
    suite.what_is_removed_is_absent_and_disturbs_no_reader().await;
    suite.entries_are_what_is_kept().await;
    suite.many_writers_and_readers_of_one_key_see_whole_artifacts().await;
    suite.many_versions_put_at_once_are_all_listed().await;
}

struct Suite {
    store: Arc<dyn Store>,
    spool: Spool,
}

/// Sizes on both sides of every limit at which a store might change its ways.
const SIZES: [usize; 8] = [0, 1, 4096, 65_536, 65_537, 262_144, 262_145, 1_000_000];

/// Content of a size that is different for every seed.
pub fn content(seed: usize, size: usize) -> Bytes {
    let byte = |i: usize| i.wrapping_mul(31).wrapping_add(i >> 8).wrapping_add(seed * 7) % 251;
    (0..size).filter_map(|i| u8::try_from(byte(i)).ok()).collect()
}

/// An artifact in memory, as a check that passed would give it.
pub fn vetted(content: Bytes) -> Vetted {
    vetted_body(content.into())
}

fn vetted_body(body: Body) -> Vetted {
    let answer = Answer::live(body, Origin::new("https://origin.example"), Trail::default());
    let checked = Answer { assurance: Assurance::recalled("well-formed"), h1: some_h1(), ..answer };
    Vetted::from_answer(checked).expect("the body is whole and the assurance high enough")
}

/// An artifact that lies in a temporary file when it is large.
pub async fn vetted_in(spool: &Spool, content: Bytes) -> Vetted {
    let pieces: Vec<_> = content.chunks(50_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let whole = spool.collect(Body::stream(stream::iter(pieces), None), u64::MAX).await;
    vetted_body(whole.expect("the spool works").into())
}

fn some_h1() -> Option<gomod::H1> {
    gomod::H1::parse("h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").ok()
}

fn module(path: &str) -> ModulePath {
    ModulePath::parse(path).expect("a valid path")
}

fn info(path: &str, revision: &str) -> Ask {
    Ask::Info(module(path), Revision::parse(revision).expect("a valid revision"))
}

fn at(path: &str, version: &str) -> ModuleVersion {
    ModuleVersion::parse(path, version).expect("a valid module version")
}

/// The `.info`, `.mod` and `.zip` of a version.
fn trio(path: &str, version: &str) -> [Ask; 3] {
    [info(path, version), Ask::Mod(at(path, version)), Ask::Zip(at(path, version))]
}

async fn read(answer: Answer) -> Bytes {
    answer.body.into_bytes(u64::MAX).await.expect("the body of a healthy store is whole")
}

impl Suite {
    async fn get(&self, ask: &Ask) -> Option<Answer> {
        self.store.get(ask).await.expect("a healthy store reads")
    }

    async fn content_of(&self, ask: &Ask) -> Option<Bytes> {
        Some(read(self.get(ask).await?).await)
    }

    async fn put(&self, ask: &Ask, content: Bytes) -> Answer {
        self.store.put(ask, &vetted(content)).await.expect("a healthy store writes")
    }

    async fn remove(&self, ask: &Ask) -> bool {
        self.store.remove(ask).await.expect("a healthy store removes")
    }

    async fn list(&self, path: &str) -> Option<String> {
        let list = self.content_of(&Ask::List(module(path))).await?;
        Some(String::from_utf8(list.to_vec()).expect("a list is text"))
    }

    async fn what_was_never_put_is_absent(&self) {
        for ask in trio("a.example/Absent", "v1.0.0").into_iter().chain([info("a.example/m", "main")]) {
            assert!(self.get(&ask).await.is_none(), "{ask}");
            assert!(!self.remove(&ask).await, "{ask}");
        }
        assert!(self.get(&Ask::Latest(module("a.example/Absent"))).await.is_none());
        assert_eq!(self.list("a.example/Absent").await, None);
        let too_long = "M".repeat(150);
        assert!(self.get(&info("a.example/m", &too_long)).await.is_none(), "no file has such a name");
    }

    async fn what_is_put_comes_back_as_it_was(&self) {
        let path = "b.example/Upper/v2";
        let [info_ask, mod_ask, zip] = trio(path, "v2.0.0-RC1");
        let asks =
            [info_ask, mod_ask, zip, info(path, "Main"), info(path, ".hidden"), Ask::Latest(module(path))];
        for (seed, ask) in asks.iter().enumerate() {
            for size in SIZES {
                let content = content(seed + size, size);
                let put = self.store.put(ask, &vetted_in(&self.spool, content.clone()).await).await;
                assert_eq!(read(put.expect("it is put")).await, content, "{ask}: what put gives back");
                let answer = self.get(ask).await.expect("it was put");
                assert_eq!(answer.body.size().unwrap_or(size as u64), size as u64);
                assert_eq!(answer.origin.as_str(), "https://origin.example");
                assert_eq!((answer.assurance, &answer.h1), (Assurance::recalled("well-formed"), &some_h1()));
                assert!(matches!(answer.freshness, Freshness::Kept(_)) && answer.trail.is_empty());
                let again = answer.share().expect("what is kept can be read again");
                assert_eq!([read(answer).await, read(again).await], [content.clone(), content]);
            }
        }
    }

    async fn the_three_files_are_independent_and_the_list_wants_all(&self) {
        let path = "c.example/m";
        let [info_ask, mod_ask, zip] = trio(path, "v1.10.0");
        self.put(&zip, content(1, 10)).await;
        self.put(&info_ask, content(2, 10)).await;
        assert!(self.get(&mod_ask).await.is_none(), "nobody put the go.mod");
        assert_eq!(
            self.list(path).await,
            None,
            "no version is whole: that says nothing about which there are"
        );
        self.put(&mod_ask, content(3, 10)).await;
        assert_eq!(self.list(path).await.as_deref(), Some("v1.10.0\n"));
        for version in ["v1.9.0", "v1.11.0-RC1", "v2.0.0+incompatible", "v0.0.0-20240102030405-abcdefabcdef"]
        {
            for ask in trio(path, version) {
                self.put(&ask, content(4, 10)).await;
            }
        }
        let all = "v1.9.0\nv1.10.0\nv1.11.0-RC1\nv2.0.0+incompatible\n";
        assert_eq!(self.list(path).await.as_deref(), Some(all), "in order, without pseudo-versions");
        assert!(self.remove(&info_ask).await);
        assert_eq!(self.list(path).await, Some(all.replace("v1.10.0\n", "")));
        assert_eq!(self.content_of(&zip).await, Some(content(1, 10)), "the others stay");
        assert_eq!(self.list("c.example").await, None, "a module above is another module");
    }

    async fn a_list_is_empty_only_where_something_else_can_be_chosen(&self) {
        let pseudo = "v0.0.0-20240102030405-abcdefabcdef";
        let [info_ask, mod_ask, zip] = trio("i.example/m", pseudo);
        for ask in [&mod_ask, &info("i.example/m", "main"), &info_ask] {
            self.put(ask, content(1, 10)).await;
            assert_eq!(self.list("i.example/m").await, None, "{ask}: nothing is there to choose");
        }
        self.put(&zip, content(1, 10)).await;
        assert_eq!(self.list("i.example/m").await, Some(format!("{pseudo}\n")), "for want of a tagged one");
        let latest = Ask::Latest(module("j.example/m"));
        self.put(&latest, content(1, 10)).await;
        assert_eq!(self.list("j.example/m").await.as_deref(), Some(""), "go asks for @latest next");
        assert!(self.remove(&latest).await);
        assert_eq!(self.list("j.example/m").await, None);
    }

    async fn a_list_cannot_be_put(&self) {
        let list = Ask::List(module("d.example/m"));
        assert!(self.store.put(&list, &vetted(Bytes::from_static(b"v9.9.9\n"))).await.is_err());
        assert!(self.get(&list).await.is_none());
    }

    async fn a_new_put_replaces_and_disturbs_no_reader(&self) {
        for (ask, size) in
            [(info("e.example/m", "main"), 100), (Ask::Zip(at("e.example/m", "v1.0.0")), 700_000)]
        {
            self.put(&ask, content(1, size)).await;
            let reader = self.get(&ask).await.expect("it was put");
            self.put(&ask, content(2, size + 1)).await;
            assert_eq!(read(reader).await, content(1, size), "{ask}: who has begun reads on");
            assert_eq!(
                self.content_of(&ask).await,
                Some(content(2, size + 1)),
                "{ask}: who comes gets the new one"
            );
        }
    }

    async fn what_is_removed_is_absent_and_disturbs_no_reader(&self) {
        let ask = Ask::Zip(at("f.example/m", "v1.0.0"));
        self.put(&ask, content(1, 700_000)).await;
        let reader = self.get(&ask).await.expect("it was put");
        assert!(self.remove(&ask).await);
        assert!(!self.remove(&ask).await, "it is gone already");
        assert!(self.get(&ask).await.is_none());
        assert_eq!(self.list("f.example/m").await, None, "nothing of the module is kept any more");
        assert_eq!(read(reader).await, content(1, 700_000));
        self.put(&ask, content(2, 10)).await;
        assert_eq!(self.content_of(&ask).await, Some(content(2, 10)), "it can be put again");
    }

    async fn entries_are_what_is_kept(&self) {
        let mut kept = BTreeSet::new();
        let found: Vec<crate::Entry> = self.store.entries().try_collect().await.expect("a healthy store");
        for entry in &found {
            assert!(kept.insert(entry.ask.clone()), "{}: named once", entry.ask);
            assert!(!matches!(entry.ask, Ask::List(_)), "a list is no entry");
            let content = self.content_of(&entry.ask).await.expect("an entry can be got");
            assert_eq!(content.len() as u64, entry.size, "{}", entry.ask);
            assert_eq!(entry.origin, Some(Origin::new("https://origin.example")));
        }
        let path = "b.example/Upper/v2";
        let put_above =
            trio(path, "v2.0.0-RC1").into_iter().chain([info(path, "Main"), info(path, ".hidden")]);
        for ask in put_above.chain([Ask::Latest(module(path)), info("e.example/m", "main")]) {
            assert!(kept.contains(&ask), "{ask} is among the entries");
        }
        assert!(!kept.contains(&info("c.example/m", "v1.10.0")), "what was removed is none");
        let first = self.store.entries().next().await;
        assert!(first.is_some(), "a walk that is dropped after its first step does not hang");
    }

    async fn many_writers_and_readers_of_one_key_see_whole_artifacts(&self) {
        for (ask, size) in
            [(info("g.example/m", "main"), 500), (Ask::Zip(at("g.example/m", "v1.0.0")), 400_000)]
        {
            let contents: Arc<Vec<Bytes>> = Arc::new((0..8).map(|seed| content(seed, size + seed)).collect());
            self.put(&ask, contents[0].clone()).await;
            let tasks = (0..16).map(|n| {
                let (store, ask, contents) = (self.store.clone(), ask.clone(), contents.clone());
                tokio::spawn(async move {
                    if n % 2 == 0 {
                        let put = store.put(&ask, &vetted(contents[n / 2].clone())).await;
                        return read(put.expect("a healthy store writes")).await == contents[n / 2];
                    }
                    let answer = store.get(&ask).await.expect("a healthy store reads");
                    contents.contains(&read(answer.expect("it is there at every moment")).await)
                })
            });
            for whole in join_all(tasks).await {
                assert!(whole.expect("no task panics"), "{ask}: one of the artifacts, and whole");
            }
            assert!(contents.contains(&self.content_of(&ask).await.expect("it is there")));
        }
    }

    async fn many_versions_put_at_once_are_all_listed(&self) {
        let path = "h.example/m";
        let versions: Vec<String> = (0..12).map(|minor| format!("v1.{minor}.0")).collect();
        let puts = versions.iter().flat_map(|version| trio(path, version)).map(|ask| {
            let store = self.store.clone();
            tokio::spawn(async move { store.put(&ask, &vetted(content(1, 20))).await.is_ok() })
        });
        for put in join_all(puts).await {
            assert!(put.expect("no task panics"));
        }
        let expected = versions.join("\n") + "\n";
        assert_eq!(self.list(path).await, Some(expected));
    }
}
