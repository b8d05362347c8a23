//! What looking ahead asks of the places behind it, and what it leaves alone.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use gomod::{ModulePath, ModuleVersion, Revision};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use super::*;
use crate::{FailureKind, Origin};

const PATIENCE: Duration = Duration::from_secs(30);

/// Knows each module, whose go.mod requires the next letter, and tells what it was asked.
#[derive(Debug)]
struct Place {
    asked: UnboundedSender<(String, Ctx)>,
    keeps: AtomicBool,
    fails: AtomicBool,
    /// Nothing more can be kept.
    is_full: AtomicBool,
}

#[async_trait::async_trait]
impl Source for Place {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        self.asked.send((ask.to_string(), ctx.clone())).unwrap();
        if self.fails.load(Ordering::Relaxed) {
            return Err(Failure::not_found(&Origin::new("place"), "no", Duration::ZERO));
        }
        let name = ask.module().unwrap().as_str().rsplit('/').next().unwrap().to_owned();
        let next = char::from(name.as_bytes()[0] + 1);
        let text = format!("module x\ngo 1.21\nrequire a.example/{next} v1.0.0\n");
        let answer = Answer::live(text.into(), Origin::new("place"), Trail::default());
        let kept = Freshness::Kept(std::time::SystemTime::UNIX_EPOCH);
        let freshness = if self.keeps.load(Ordering::Relaxed) { kept } else { Freshness::Live };
        Ok(Answer { freshness, ..answer })
    }
}

struct Scene {
    place: Arc<Place>,
    ahead: Ahead<Arc<Place>>,
    asked: UnboundedReceiver<(String, Ctx)>,
}

fn scene() -> Scene {
    let (sender, asked) = unbounded_channel();
    let [keeps, fails, is_full] = [false; 3].map(AtomicBool::new);
    let place = Arc::new(Place { asked: sender, keeps, fails, is_full });
    let keeping = place.clone();
    let options = AheadOptions {
        is_private: Box::new(|path: &ModulePath| path.as_str() == "a.example/p"),
        is_elsewhere: Box::new(|ask| *ask == go_mod("e")),
        may_begin: Box::new(move || !keeping.is_full.load(Ordering::Relaxed)),
        ..AheadOptions::new(PATIENCE)
    };
    let ahead = Ahead::new(place.clone(), options);
    Scene { place, ahead, asked }
}

impl Scene {
    async fn ask(&self, ask: &Ask) -> Result<Answer, Failure> {
        self.ahead.ask(ask, &Ctx::within(PATIENCE)).await
    }

    /// The next question that comes to the place.
    async fn next(&mut self) -> (String, Ctx) {
        timeout(PATIENCE, self.asked.recv()).await.unwrap().unwrap()
    }

    /// Everything that has come to the place once nothing is left to do.
    async fn rest(&mut self) -> Vec<String> {
        while Arc::strong_count(&self.ahead.runner) > 1 {
            tokio::task::yield_now().await;
        }
        std::iter::from_fn(|| self.asked.try_recv().ok()).map(|(ask, _)| ask).collect()
    }
}

fn go_mod(name: &str) -> Ask {
    Ask::Mod(ModuleVersion::parse(&format!("a.example/{name}"), "v1.0.0").unwrap())
}

fn info(name: &str) -> Ask {
    Ask::Info(go_mod(name).module().unwrap().clone(), Revision::parse("v1.0.0").unwrap())
}

#[tokio::test]
async fn what_a_go_mod_names_is_asked_ahead_and_less_hard() {
    let mut scene = scene();
    scene.ask(&go_mod("a")).await.unwrap();
    let (ask, ctx) = scene.next().await;
    assert_eq!((ask.as_str(), ctx.is_ahead()), ("a.example/a@v1.0.0.mod", false));
    let (ask, ctx) = scene.next().await;
    assert_eq!((ask.as_str(), ctx.is_ahead(), ctx.others_follow), ("a.example/b@v1.0.0.mod", true, true));
    assert_eq!(scene.rest().await, ["a.example/a@v1.0.0.info"], "nothing further before a client asks");
    let numbers = scene.ahead.numbers()[0].1;
    assert_eq!((numbers.asked, numbers.claimed), (1, 0));
}

#[tokio::test]
async fn a_warm_store_makes_no_work() {
    let mut scene = scene();
    scene.place.keeps.store(true, Ordering::Relaxed);
    scene.ask(&go_mod("a")).await.unwrap();
    assert_eq!(scene.rest().await, ["a.example/a@v1.0.0.mod"]);
}

#[tokio::test]
async fn what_lay_there_is_claimed_and_leads_further() {
    let mut scene = scene();
    scene.ask(&go_mod("a")).await.unwrap();
    assert_eq!(scene.rest().await.len(), 3);
    scene.place.keeps.store(true, Ordering::Relaxed);
    scene.ask(&go_mod("b")).await.unwrap();
    assert_eq!(
        scene.rest().await,
        ["b@v1.0.0.mod", "c@v1.0.0.mod", "b@v1.0.0.info"].map(|name| format!("a.example/{name}"))
    );
    scene.ask(&go_mod("b")).await.unwrap();
    assert_eq!(scene.rest().await, ["a.example/b@v1.0.0.mod"], "once is enough");
    assert_eq!(scene.ahead.numbers()[0].1.claimed, 1);
}

#[tokio::test]
async fn private_modules_are_neither_asked_nor_read() {
    let mut scene = scene();
    scene.ask(&go_mod("o")).await.unwrap();
    assert_eq!(scene.rest().await, ["a.example/o@v1.0.0.mod", "a.example/o@v1.0.0.info"]);
    scene.ask(&go_mod("p")).await.unwrap();
    assert_eq!(scene.rest().await, ["a.example/p@v1.0.0.mod"]);
    scene.ahead.expect(vec![go_mod("p"), go_mod("x")]);
    assert_eq!(scene.rest().await, ["a.example/x@v1.0.0.mod"]);
}

#[tokio::test]
async fn what_clients_are_sent_elsewhere_for_is_not_asked() {
    let mut scene = scene();
    scene.ahead.expect(vec![go_mod("e"), go_mod("x")]);
    assert_eq!(scene.rest().await, ["a.example/x@v1.0.0.mod"]);
    assert_eq!(scene.ahead.numbers()[0].1.asked, 1);
}

#[tokio::test]
async fn while_nothing_can_be_kept_nothing_is_asked() {
    let mut scene = scene();
    scene.place.is_full.store(true, Ordering::Relaxed);
    scene.ahead.expect(vec![go_mod("x")]);
    assert_eq!(scene.rest().await, [""; 0]);
    scene.place.is_full.store(false, Ordering::Relaxed);
    scene.ahead.expect(vec![go_mod("y")]);
    assert_eq!(scene.rest().await, ["x", "y"].map(|name| format!("a.example/{name}@v1.0.0.mod")));
}

#[tokio::test]
async fn those_who_were_asked_are_told_of() {
    let mut scene = scene();
    let told = Arc::new(AtomicUsize::new(0));
    let telling = told.clone();
    scene.ahead.tell(move |_| {
        telling.fetch_add(1, Ordering::Relaxed);
    });
    scene.ahead.expect(vec![go_mod("x")]);
    scene.rest().await;
    scene.place.fails.store(true, Ordering::Relaxed);
    scene.ahead.expect(vec![go_mod("y")]);
    scene.rest().await;
    assert_eq!(told.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn what_was_kept_already_counts_as_asked_of_nobody() {
    let mut scene = scene();
    scene.place.keeps.store(true, Ordering::Relaxed);
    scene.ahead.expect(vec![go_mod("x")]);
    assert_eq!(scene.rest().await.len(), 1);
    assert_eq!(scene.ahead.numbers()[0].1, Numbers::default());
}

#[tokio::test]
async fn a_failure_is_heard_by_nobody_and_the_next_question_is_asked() {
    let mut scene = scene();
    scene.place.fails.store(true, Ordering::Relaxed);
    scene.ahead.expect(vec![go_mod("x")]);
    assert_eq!(scene.rest().await.len(), 1);
    assert_eq!(scene.ahead.numbers()[0].1.failed, 1);
    scene.place.fails.store(false, Ordering::Relaxed);
    scene.ask(&go_mod("x")).await.unwrap();
}

#[tokio::test]
async fn who_wants_only_what_is_kept_or_all_anew_starts_nothing() {
    let mut scene = scene();
    for want in [Want::KeptOnly, Want::Revalidate] {
        scene.ahead.ask(&go_mod("a"), &Ctx::within(PATIENCE).wanting(want)).await.unwrap();
    }
    assert_eq!(scene.rest().await.len(), 2);
}

#[tokio::test]
async fn a_question_that_fails_starts_nothing() {
    let mut scene = scene();
    scene.place.fails.store(true, Ordering::Relaxed);
    assert_eq!(scene.ask(&info("a")).await.unwrap_err().kind(), FailureKind::NotFound);
    assert_eq!(scene.rest().await.len(), 1);
}
