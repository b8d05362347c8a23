//! What will be asked is fetched before, held, and given once.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::{PATH, checked, upstream, world};
use gomod::{H1, ModuleVersion, Revision};
use source::conformance::{asks_about, check};
use source::{
    Answer, Ask, Checked, Ctx, Delivery, Failure, FailureKind, Foresight, Held, HeldLimits, Source, Spool,
    Upstream, Want, Whole,
};
use testkit::module::noise;
use testkit::{FakeUpstream, Module, Reply};
use tokio::sync::watch;

const PATIENCE: Duration = Duration::from_secs(20);

fn ctx() -> Ctx {
    Ctx::within(PATIENCE)
}

type Place = Arc<Checked<Upstream>>;

fn held(fake: &FakeUpstream, spool: &Path) -> Held<Place> {
    held_with(fake, spool, &HeldLimits::default())
}

fn held_with(fake: &FakeUpstream, spool: &Path, limits: &HeldLimits) -> Held<Place> {
    held_in(fake, Spool::new(spool), limits)
}

fn held_in(fake: &FakeUpstream, spool: Spool, limits: &HeldLimits) -> Held<Place> {
    let place = Upstream::new(&fake.url(), &common::client(fake)).unwrap();
    let place = Arc::new(Checked::new(place, spool.clone()));
    Held::new(place.clone(), place, spool, None, limits)
}

/// A proxy of as many modules, with zips of so many bytes and a little more.
fn many(count: usize, bytes: usize) -> FakeUpstream {
    let module = |at: usize| {
        let path = format!("m.example/m{at}");
        Module::new(&path, "v1.0.0")
            .file("go.mod", format!("module {path}\n"))
            .file("noise.bin", noise(bytes))
    };
    FakeUpstream::builder().modules((0..count).map(module)).start()
}

fn module(at: usize) -> ModuleVersion {
    ModuleVersion::parse(&format!("m.example/m{at}"), "v1.0.0").unwrap()
}

fn zips(count: usize) -> Vec<Ask> {
    (0..count).map(|at| Ask::Zip(module(at))).collect()
}

fn mods(count: usize) -> Vec<Ask> {
    (0..count).map(|at| Ask::Mod(module(at))).collect()
}

async fn is_answered(source: &dyn Source, ask: &Ask) -> bool {
    source.ask(ask, &ctx()).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_contract_whether_it_was_told_or_not() {
    let (fake, folder) = (upstream(false), tempfile::tempdir().unwrap());
    check(Arc::new(held(&fake, folder.path())), &world()).await;
    let told = Arc::new(held(&fake, folder.path()));
    told.expect(asks_about(PATH, "v1.0.0").into_iter().chain(asks_about(PATH, "v1.2.0")).collect());
    told.expect(world().absent);
    check(told.clone(), &world()).await;
    drop(told);
    let unbuffered = Arc::new(Upstream::new(&fake.url(), &common::client(&fake)).unwrap());
    let spool = Spool::new(folder.path());
    let told = Held::new(unbuffered.clone(), unbuffered, spool, None, &HeldLimits::default());
    told.expect(asks_about(PATH, "v1.2.0").to_vec());
    check(Arc::new(told), &world()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_foreseen_is_under_way_before_anybody_asks_and_is_asked_once() {
    let (fake, folder) = (many(5, 100), tempfile::tempdir().unwrap());
    let gate = fake.hold("*");
    let held = held(&fake, folder.path());
    let info = Ask::Info(module(0).path().clone(), Revision::parse("v1.0.0").unwrap());
    let asks = [vec![info], mods(5), zips(5)].concat();
    held.expect(asks.clone());
    held.expect(asks.clone());
    gate.arrived(11).await;
    gate.release();
    for ask in &asks {
        assert!(is_answered(&held, ask).await, "{ask}");
    }
    assert_eq!(fake.requests().len(), 11);
    held.expect(asks.clone());
    assert!(is_answered(&held, &asks[3]).await);
    assert_eq!(fake.requests().len(), 12, "what was given is forgotten, and not fetched again");
}

/// Takes every zip, or none, and tells which came.
#[derive(Debug)]
struct Door {
    takes: bool,
    came: tokio::sync::mpsc::UnboundedSender<ModuleVersion>,
}

#[async_trait::async_trait]
impl Delivery for Door {
    async fn deliver(&self, module: &ModuleVersion, _: Whole, _: H1) -> bool {
        self.came.send(module.clone()).unwrap();
        self.takes
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn zips_are_delivered_once_and_those_that_are_not_taken_are_held() {
    for takes in [true, false] {
        let (fake, folder) = (many(3, 100), tempfile::tempdir().unwrap());
        let place = Arc::new(checked(&fake, folder.path()));
        let (came, mut coming) = tokio::sync::mpsc::unbounded_channel();
        let door = Arc::new(Door { takes, came });
        let spool = Spool::new(folder.path());
        let held = Held::new(place.clone(), place, spool, Some(door), &HeldLimits::default());
        held.expect([mods(3), zips(3)].concat());
        for _ in 0..3 {
            tokio::time::timeout(PATIENCE, coming.recv()).await.unwrap().unwrap();
        }
        for ask in zips(3) {
            assert!(is_answered(&held, &ask).await, "{ask}");
        }
        if !takes {
            assert_eq!(fake.count(".zip"), 3, "they were held");
        }
        held.expect(zips(3));
        assert!(coming.try_recv().is_err(), "nothing is delivered twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_change_and_what_is_wanted_in_another_way_is_not_foreseen() {
    let (fake, folder) = (upstream(false), tempfile::tempdir().unwrap());
    let held = held(&fake, folder.path());
    let [list, latest, info, go_mod, _] = asks_about(PATH, "v1.0.0");
    let branch = Ask::Info(list.module().unwrap().clone(), Revision::parse("main").unwrap());
    held.expect(vec![list, latest, branch, info.clone()]);
    assert!(is_answered(&held, &info).await && is_answered(&held, &go_mod).await);
    assert_eq!(fake.requests().len(), 2);
    let kept_only = ctx().wanting(Want::KeptOnly);
    assert_eq!(held.ask(&go_mod, &kept_only).await.unwrap_err().kind(), FailureKind::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_question_waits_for_no_turn() {
    let (fake, folder) = (many(4, 100), tempfile::tempdir().unwrap());
    let limits = HeldLimits { small: 1, zips: 1, ..HeldLimits::default() };
    let held = held_with(&fake, folder.path(), &limits);
    let (zip_gate, mod_gate) = (fake.hold("/m.example/m0/*.zip"), fake.hold("/m.example/m0/*.mod"));
    held.expect([mods(4), zips(4)].concat());
    zip_gate.arrived(1).await;
    mod_gate.arrived(1).await;
    for ask in [&zips(4)[3], &mods(4)[3]] {
        assert!(is_answered(&held, ask).await, "{ask}");
    }
    assert_eq!(fake.requests().len(), 4, "no more than one of each size is under way ahead");
    zip_gate.release();
    mod_gate.release();
    for ask in [mods(4), zips(4)].concat() {
        assert!(is_answered(&held, &ask).await);
    }
    assert_eq!(fake.count("/m.example/m2/@v/v1.0.0.zip"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_lies_there_than_the_limit_and_claiming_makes_room() {
    let (fake, folder) = (many(6, 1 << 20), tempfile::tempdir().unwrap());
    // Zips of a little more than a mebibyte: the fourth is begun while there is room for 4, and the fifth is not.
    let limits = HeldLimits { zips: 1, bytes: 8 << 20, ..HeldLimits::default() };
    let held = held_with(&fake, folder.path(), &limits);
    let gate = fake.hold("/m.example/m3/*.zip");
    held.expect(zips(6));
    gate.arrived(1).await;
    gate.release();
    let lies_there = || folder.path().read_dir().unwrap().count();
    while lies_there() < 4 {
        tokio::task::yield_now().await;
    }
    assert_eq!(fake.requests().len(), 4, "there is no room for another zip");
    assert!(is_answered(&held, &zips(1)[0]).await);
    while fake.requests().len() < 5 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn zips_that_are_larger_than_was_reckoned_are_fetched_once() {
    let (fake, folder) = (many(2, 5 << 20), tempfile::tempdir().unwrap());
    let limits = HeldLimits { zips: 2, bytes: 8 << 20, ..HeldLimits::default() };
    let held = held_with(&fake, folder.path(), &limits);
    held.expect(zips(2));
    while folder.path().read_dir().unwrap().count() < 2 {
        tokio::task::yield_now().await;
    }
    for ask in zips(2) {
        assert!(is_answered(&held, &ask).await);
    }
    assert_eq!(fake.count(".zip"), 2);
}

/// A place that tells how many questions to it were given up.
#[derive(Debug)]
struct Watched(Place, Arc<watch::Sender<usize>>);

struct GivenUp<'a>(&'a watch::Sender<usize>);

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|given_up| *given_up += 1);
    }
}

#[async_trait::async_trait]
impl Source for Watched {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let given_up = GivenUp(&self.1);
        let outcome = self.0.ask(ask, ctx).await;
        std::mem::forget(given_up);
        outcome
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_that_turns_out_too_large_is_left_to_whoever_asks() {
    for limits in [
        HeldLimits { bytes: 4 << 20, ..HeldLimits::default() },
        HeldLimits { unclaimed: Some(4 << 20), ..HeldLimits::default() },
    ] {
        let (fake, folder) = (many(1, 17 << 20), tempfile::tempdir().unwrap());
        let (place, given_up) = (Arc::new(checked(&fake, folder.path())), Arc::new(watch::Sender::new(0)));
        let ahead = Arc::new(Watched(place.clone(), given_up.clone()));
        let held = Held::new(place, ahead, Spool::new(folder.path()), None, &limits);
        let gate = fake.hold_body("*.zip", 1 << 20);
        held.expect(zips(1));
        let broken_off =
            async { drop(given_up.subscribe().wait_for(|given_up| *given_up == 1).await.unwrap()) };
        tokio::time::timeout(PATIENCE, broken_off).await.unwrap();
        gate.release();
        assert!(is_answered(&held, &zips(1)[0]).await);
        assert_eq!(fake.requests().len(), 2);
    }
}

/// Only a few bodies have room in memory for want of a disk: these are for those who ask.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_disk_nothing_is_fetched_ahead_and_what_is_asked_comes() {
    let fake = many(20, 1 << 20);
    let spool = Spool::new("/dev/null/no");
    let held = held_in(&fake, spool.clone(), &HeldLimits::default());
    let gate = fake.hold("*.zip");
    held.expect(zips(20));
    gate.arrived(16).await;
    gate.release();
    spool.until_stuck().await;
    for ask in zips(20) {
        assert!(is_answered(&held, &ask).await, "{ask}");
    }
    assert_eq!(fake.count(".zip"), 36, "what was under way is given up, and nothing more begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_forgotten_and_the_question_asked_anew() {
    let (fake, folder) = (many(1, 100), tempfile::tempdir().unwrap());
    let held = Arc::new(held(&fake, folder.path()));
    fake.fail_first("*", 1, 503);
    let gate = fake.hold("*");
    held.expect(zips(1));
    gate.arrived(1).await;
    let asking = tokio::spawn({
        let held = held.clone();
        async move { is_answered(&*held, &zips(1)[0]).await }
    });
    tokio::task::yield_now().await;
    gate.release();
    assert!(asking.await.unwrap());
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gives_up_waiting_is_told_so_and_the_flight_goes_on() {
    let (fake, folder) = (many(1, 100), tempfile::tempdir().unwrap());
    let held = held(&fake, folder.path());
    let gate = fake.hold("*");
    held.expect(zips(1));
    gate.arrived(1).await;
    let failure = held.ask(&zips(1)[0], &Ctx::within(Duration::from_millis(1))).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable);
    gate.release();
    assert!(is_answered(&held, &zips(1)[0]).await);
}

/// A place that is out is not asked a hundred times ahead of the one question that finds it out.
#[tokio::test(flavor = "multi_thread")]
async fn after_some_failures_nothing_more_is_begun() {
    let (fake, folder) = (many(100, 100), tempfile::tempdir().unwrap());
    fake.set_status("*", 503, "is down");
    let limits = HeldLimits { small: 1, ..HeldLimits::default() };
    let held = held_with(&fake, folder.path(), &limits);
    held.expect(mods(100));
    while fake.requests().len() < 16 {
        tokio::task::yield_now().await;
    }
    for ask in mods(100) {
        assert!(!is_answered(&held, &ask).await);
    }
    assert_eq!(fake.requests().len(), 116);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_wants_to_be_left_alone_is() {
    let (fake, folder) = (many(100, 100), tempfile::tempdir().unwrap());
    let busy = Reply::text(429, "too many").header("retry-after", "60");
    fake.on(move |_| Some(busy.clone().into()));
    let limits = HeldLimits { small: 1, ..HeldLimits::default() };
    let held = held_with(&fake, folder.path(), &limits);
    held.expect(mods(100));
    while fake.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!is_answered(&held, &mods(1)[0]).await);
    held.expect(mods(100));
    assert!(!is_answered(&held, &mods(2)[1]).await);
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_began_ends_with_it_and_leaves_nothing() {
    let (fake, folder) = (many(3, 300_000), tempfile::tempdir().unwrap());
    let held = held(&fake, folder.path());
    let gate = fake.hold_body("/m.example/m0/*", 200_000);
    held.expect(zips(3));
    gate.arrived(1).await;
    let lies_there = || folder.path().read_dir().unwrap().count();
    while lies_there() < 3 {
        tokio::task::yield_now().await;
    }
    drop(held);
    while lies_there() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_is_as_whole_as_without() {
    let (fake, folder) = (upstream(false), tempfile::tempdir().unwrap());
    let held = held(&fake, folder.path());
    let zip = asks_about(PATH, "v1.2.0")[4].clone();
    held.expect(vec![zip.clone()]);
    let Answer { sha256, h1, assurance, trail, .. } = held.ask(&zip, &ctx()).await.unwrap();
    let plain = checked(&fake, folder.path()).ask(&zip, &ctx()).await.unwrap();
    assert_eq!((sha256, h1, assurance), (plain.sha256, plain.h1, plain.assurance));
    assert!(!trail.is_retold() && trail.attempts().len() == 1, "{trail}");
}
