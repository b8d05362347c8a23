//! Every lie of the catalogue: beside an upstream that tells the truth, and alone.
//!
//! What is proven is switched off by hand in three places, each of which makes its rows fail: the signature (`SignedHead::open`), the
//! record's place in the tree (the call of `prove` in `Audited::record`), and that trees go on from each other (`must_contain` and its
//! like in `Engine::advance`; here the tests of forks). The form of answers is looked at by `Checked`.

use testkit::sumdb::Place;
use testkit::{Lie, SumDb};

use super::kept::{artifacts, assert_serves_by_itself, assert_true, evidence, of_database};
use super::scene::{A, BIG, DEADLINE, Folder, Mirror, assert_told, module, pull_anew};
use crate::node::{Node, get};

const LOOKUP: &str = "lookup/example.com/a@v1.0.0";

/// A liar, one who tells the truth, and a server that asks them.
struct Scene {
    liar: Mirror,
    good: Mirror,
    data: Folder,
    node: Node,
}

impl Scene {
    /// The server asks the liar, then the other, if a separator joins them.
    fn new(separator: Option<char>) -> Self {
        let (liar, good, data) = (Mirror::new(), Mirror::new(), Folder::new());
        let list =
            separator.map_or(liar.url(), |separator| format!("{}{separator}{}", liar.url(), good.url()));
        let node = data.serve(&list, &good.db);
        Self { liar, good, data, node }
    }

    /// Now the server knows a head, of all records.
    fn knowing_a_head(self) -> Self {
        pull_anew(&self.node.url(), &self.good.db, &[BIG]).success();
        self
    }

    fn told(self, lie: Lie) -> Self {
        self.liar.db.lie(lie);
        self
    }

    /// go downloads, and what is kept is true.
    #[track_caller]
    fn assert_survived(self) {
        pull_anew(&self.node.url(), &self.good.db, &[A]).success();
        assert!(self.liar.asked("") > 0, "a lie that nobody heard proves nothing");
        pull_anew(&self.node.url(), &self.good.db, &[BIG]).success();
        self.assert_kept_is_true();
        assert_serves_by_itself(&self.data.data(), &self.good.db);
    }

    fn assert_kept_is_true(&self) {
        assert_true(&self.data.data(), &self.good.db);
    }

    /// go is told why, soon; nothing is kept or served.
    #[track_caller]
    fn assert_refused(&self, words: &str) {
        let output = pull_anew(&self.node.url(), &self.good.db, &[A]);
        assert_told(&output, &[words, "nothing vouches for", &self.liar.url()]);
        assert!(output.elapsed < DEADLINE / 3, "{output}");
        for path in ["mod", "zip"].map(|extension| module(A).url_path(extension)) {
            let (status, text) = get(&format!("{}{path}", self.node.url()));
            assert!(status == 502 && text.contains(words), "{path}: {status} {text}");
        }
        let (status, text) = get(&format!("{}/sumdb/{}/{LOOKUP}", self.node.url(), self.good.db.name()));
        assert!(status == 502 || status == 404, "{status} {text}");
        assert!(!artifacts(&self.data.data()).iter().any(|name| name.starts_with("example.com/a/")));
        assert!(!of_database(&self.data.data(), &self.good.db).contains(&LOOKUP.to_owned()));
    }
}

/// Whatever the first upstream says: before any head is known, and after.
fn survived(lie: &Lie, separator: char) {
    Scene::new(Some(separator)).told(lie.clone()).assert_survived();
    Scene::new(Some(separator)).knowing_a_head().told(lie.clone()).assert_survived();
}

/// Nobody else can be asked.
fn refused(lie: Lie, words: &str) {
    Scene::new(None).told(lie).assert_refused(words);
}

/// Makes tests of each lie: in front of the truth, in a module for each separator, and alone.
macro_rules! rows {
    ($($test:ident $lie:expr, $words:literal;)*) => {
        mod pipe {
            use super::{Lie, Place};
            $(#[test] fn $test() { super::survived(&$lie, '|'); })*
        }

        mod comma {
            use super::{Lie, Place};
            $(#[test] fn $test() { super::survived(&$lie, ','); })*
        }

        mod alone {
            use super::{Lie, Place};
            $(#[test] fn $test() { super::refused($lie, $words); })*
        }
    };
}

rows! {
    bad_signature Lie::BadSignature, "not signed by the database's key";
    unknown_key Lie::UnknownKey, "not signed by the database's key";
    rollback_below_the_record Lie::Rollback(500), "record 1000 is said to be in a tree of 500 records";
    old_tree_without_the_record Lie::OldTree(500), "knows no example.com/a@v1.0.0";
    wrong_hash Lie::WrongHash, "the tree has another record at place 1000 than the one that was sent";
    wrong_record Lie::WrongRecord, "the record that was sent is not about example.com/a@v1.0.0";
    lines_before_the_record Lie::ExtraLines(Place::BeforeRecord), "not that of a checksum database";
    lines_before_the_head Lie::ExtraLines(Place::BeforeHead), "the signed note is no tree head";
    lines_after_the_signatures Lie::ExtraLines(Place::AfterSignatures), "not signed by the database's key";
    forged_inner_tile Lie::ForgedInnerTile, "it sent tiles that are not those of the tree";
    truncated_tile Lie::TruncatedTile, "not that of a checksum database";
    long_tile Lie::LongTile, "not that of a checksum database";
    supported_404 Lie::Supported404, "knows no example.com/a@v1.0.0";
    supported_200_then_502 Lie::Supported200Then502, "502 Bad Gateway";
    html Lie::Html, "not that of a checksum database";
    lookup_not_found Lie::LookupNotFound, "knows no example.com/a@v1.0.0";
    record_id_beyond_head Lie::RecordIdBeyondHead, "record 1000 is said to be in a tree of 1000 records";
}

/// Lies that are none to a client that minds the rules, with or without another place.
#[test]
fn what_is_no_lie_to_who_minds_the_rules() {
    for lie in [Lie::ExtraLines(Place::AfterHead), Lie::NoPartialTiles] {
        survived(&lie, ',');
        survived(&lie, '|');
        Scene::new(None).told(lie).assert_survived();
    }
    Scene::new(None).knowing_a_head().told(Lie::Rollback(500)).assert_survived();
}

/// Another history, as long as the one that is known, and longer.
fn forks(separator: Option<char>) -> impl Iterator<Item = Scene> {
    [0, 700].into_iter().map(move |more| {
        let scene = Scene::new(separator).knowing_a_head().told(Lie::Fork(200));
        scene.liar.db.fill(more);
        scene
    })
}

/// The two heads of the evidence are the one that is known, and one that the liar has signed.
#[track_caller]
fn assert_fork_is_recorded(scene: &mut Scene, liar: &SumDb) {
    scene
        .node
        .process()
        .wait_for_line("SECURITY: the checksum database has signed two trees that contradict each other");
    let evidence = evidence(&scene.data.data());
    assert!(!evidence.is_empty());
    let text = std::fs::read_to_string(&evidence[0]).unwrap();
    let lookup = String::from_utf8(liar.answer(LOOKUP).body.into()).unwrap();
    let forged = lookup.split_once("\n\n").unwrap().1;
    assert!(text.contains(&scene.good.db.head()) && text.contains(forged), "{text}");
    assert!(text.contains(&scene.liar.url()), "{text}");
}

#[test]
fn fork_before_the_truth() {
    for separator in [',', '|'] {
        for mut scene in forks(Some(separator)) {
            let liar = scene.liar.db.clone();
            pull_anew(&scene.node.url(), &scene.good.db, &[A]).success();
            assert_fork_is_recorded(&mut scene, &liar);
            scene.assert_survived();
        }
    }
}

/// Fails without the comparison of roots in `Engine::advance` and `Engine::must_contain`, and when `advance` keeps tiles before it.
#[test]
fn fork_alone() {
    for mut scene in forks(None) {
        let liar = scene.liar.db.clone();
        scene.assert_refused("SECURITY: the database has signed two trees that contradict each other");
        assert_fork_is_recorded(&mut scene, &liar);
        scene.assert_kept_is_true();
        assert_serves_itself_what_was_there(&scene);
    }
}

/// The forger's tiles have not taken the place of true ones.
fn assert_serves_itself_what_was_there(scene: &Scene) {
    pull_anew(&super::kept::file_proxy(&scene.data.data()), &scene.good.db, &[BIG]).success();
}

/// A head that is older is none of another history: it is passed over, and the newer one stays.
#[test]
fn no_head_is_taken_back() {
    for lie in [Lie::Rollback(500), Lie::OldTree(1300)] {
        let scene = Scene::new(Some('|')).knowing_a_head().told(lie);
        pull_anew(&scene.node.url(), &scene.good.db, &[A]).success();
        let latest = format!("{}/sumdb/{}/latest", scene.node.url(), scene.good.db.name());
        assert_eq!(get(&latest).1, scene.good.db.head());
    }
}
