//! Each way to lie, told by the first way there is: the second is believed, and alone nobody is.

use source::FailureKind;
use source::FailureKind::{Mismatch, Unavailable};
use testkit::{FakeUpstream, Lie, SumDb, sumdb::Place};

use super::scene::{Memory, are_true, database, mirror, module, open, sums};

/// What the liar alone comes to: refused for what he said, not believed to know, or survived.
#[derive(Debug, Clone, Copy)]
enum Alone {
    Fails(FailureKind),
    Survives,
}
use Alone::{Fails, Survives};

/// Enough that record and root are in different tiles, and that a head has more whole parts than edge tiles (G17).
const FILLERS: u64 = 70_000;

fn liar() -> (SumDb, FakeUpstream) {
    let db = database(100);
    db.add(&module("a"));
    db.fill(FILLERS);
    let upstream = mirror(&db);
    (db, upstream)
}

/// A database that says the same, by itself: the liar's clones lie too.
fn honest() -> (SumDb, FakeUpstream) {
    liar()
}

async fn told(lie: Lie, alone: Alone) {
    let ((liar, lying), (db, honest)) = (liar(), honest());
    liar.lie(lie.clone());
    let shelf = Memory::default();
    let both = open(&db, &[&lying, &honest], &shelf).await;
    let found =
        sums(&both, "a").await.unwrap_or_else(|failure| panic!("{lie:?}: {failure} {}", failure.trail()));
    assert!(are_true(&found, &module("a")), "{lie:?}");

    let shelf = Memory::default();
    let only = open(&db, &[&lying], &shelf).await;
    let kept = || shelf.addresses().iter().any(|address| address.starts_with("lookup/"));
    match (alone, sums(&only, "a").await) {
        (Survives, found) => assert!(are_true(&found.unwrap(), &module("a")), "{lie:?}"),
        (Fails(kind), found) => {
            assert_eq!(found.map(|sums| sums.zip).unwrap_err().kind(), kind, "{lie:?}");
            assert!(!kept(), "{lie:?}: {:?}", shelf.addresses());
        }
    }
}

macro_rules! lies {
    ($($name:ident: $lie:expr => $alone:expr;)*) => {
        $(#[tokio::test]
        async fn $name() {
            told($lie, $alone).await;
        })*
    };
}

lies! {
    a_bad_signature: Lie::BadSignature => Fails(Mismatch);
    a_key_that_nobody_knows: Lie::UnknownKey => Fails(Mismatch);
    a_wrong_hash: Lie::WrongHash => Fails(Mismatch);
    a_record_of_another_module: Lie::WrongRecord => Fails(Mismatch);
    lines_before_the_record: Lie::ExtraLines(Place::BeforeRecord) => Fails(Unavailable);
    lines_before_the_head: Lie::ExtraLines(Place::BeforeHead) => Fails(Mismatch);
    lines_behind_the_head: Lie::ExtraLines(Place::AfterHead) => Survives;
    lines_behind_the_signatures: Lie::ExtraLines(Place::AfterSignatures) => Fails(Mismatch);
    a_forged_inner_tile: Lie::ForgedInnerTile => Fails(Mismatch);
    a_tile_cut_short: Lie::TruncatedTile => Fails(Unavailable);
    a_tile_too_long: Lie::LongTile => Fails(Unavailable);
    no_partial_tiles: Lie::NoPartialTiles => Survives;
    a_mirror_that_is_none: Lie::Supported404 => Fails(FailureKind::NotFound);
    a_mirror_that_is_broken: Lie::Supported200Then502 => Fails(Unavailable);
    a_login_page: Lie::Html => Fails(Unavailable);
    a_record_that_is_not_found: Lie::LookupNotFound => Fails(FailureKind::NotFound);
    a_record_beyond_its_tree: Lie::RecordIdBeyondHead => Fails(Mismatch);
    an_old_tree: Lie::OldTree(50) => Fails(FailureKind::NotFound);
}

#[tokio::test]
async fn a_fork_is_refused_once_a_head_is_known_and_its_evidence_is_kept() {
    let ((liar, lying), (db, honest)) = (liar(), honest());
    liar.lie(Lie::Fork(3));
    let shelf = Memory::default();
    assert!(sums(&open(&db, &[&honest], &shelf).await, "a").await.is_ok());
    for more in [&db, &liar] {
        more.add(&module("b"));
    }
    let before = shelf.addresses();
    let forked = sums(&open(&db, &[&lying], &shelf).await, "b").await.unwrap_err();
    assert_eq!(forked.kind(), Mismatch, "{forked}");
    assert!(forked.message().contains("SECURITY"), "{forked}");
    let [evidence] = &shelf.evidence()[..] else { panic!("{:?}", shelf.evidence()) };
    let evidence = String::from_utf8(shelf.get(evidence).unwrap().to_vec()).unwrap();
    assert!(evidence.contains(&db.head_at(70_101)) && evidence.contains("sumdb"), "{evidence}");
    let after: Vec<_> =
        shelf.addresses().into_iter().filter(|address| !address.starts_with("evidence/")).collect();
    assert_eq!(after, before, "no tile of the fork is kept");
    assert!(sums(&open(&db, &[&lying, &honest], &shelf).await, "b").await.is_ok());
}
