//! Asking the next place before the first is given up. Time is paused: it passes when everybody waits.

use std::sync::Mutex;

use gomod::Revision;
use gomod::glob::PrefixPatterns;
use tokio::time::{Instant, sleep};

use super::policy::Mode;
use super::*;
use crate::{Progress, Steady, Trail};

type Outcome = Result<&'static str, FailureKind>;

/// A place that says the same to everything after some time.
#[derive(Debug)]
struct Timed {
    origin: Origin,
    says: Mutex<(u64, Outcome)>,
    /// Milliseconds since the start of the test at which it was asked.
    asked: Mutex<Vec<u128>>,
    dropped: Mutex<usize>,
    begun: Instant,
}

impl Timed {
    fn new(name: &str, after_ms: u64, outcome: Outcome) -> Arc<Self> {
        let (asked, dropped) = (Mutex::default(), Mutex::default());
        let says = Mutex::new((after_ms, outcome));
        Arc::new(Self { origin: Origin::new(name), says, asked, dropped, begun: Instant::now() })
    }

    fn now(&self, after_ms: u64, outcome: Outcome) {
        *self.says.lock().unwrap() = (after_ms, outcome);
    }

    fn asked(&self) -> Vec<u128> {
        self.asked.lock().unwrap().clone()
    }
}

struct Under<'a>(&'a Timed, bool);

impl Drop for Under<'_> {
    fn drop(&mut self) {
        *self.0.dropped.lock().unwrap() += usize::from(!self.1);
    }
}

#[async_trait::async_trait]
impl Source for Timed {
    async fn ask(&self, _: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        self.asked.lock().unwrap().push(self.begun.elapsed().as_millis());
        let (after_ms, outcome) = *self.says.lock().unwrap();
        let mut under = Under(self, false);
        sleep(Duration::from_millis(after_ms)).await;
        under.1 = true;
        let took = Duration::from_millis(after_ms);
        let failed = |kind| Failure::new(kind, &self.origin, "because", took).permanent();
        let text = outcome.map_err(failed)?;
        ctx.progress.iter().for_each(Progress::head);
        Ok(Answer::live(text.into(), self.origin.clone(), Trail::default()))
    }
}

const DOWN: Outcome = Err(FailureKind::Unavailable);
const REFUSED: Outcome = Err(FailureKind::Refused);
const NOT_FOUND: Outcome = Err(FailureKind::NotFound);
const NEVER: u64 = 15_000;

fn link(place: &Arc<Timed>, then: Fallback) -> Link {
    let vitals = Vitals::new(place.origin.clone(), || 0.5);
    let steady = Arc::new(Steady::new(place.clone(), vitals.clone()));
    Link {
        place: steady,
        origin: place.origin.clone(),
        then,
        private: false,
        authoritative: false,
        stands_in: false,
        vitals: Some(vitals),
    }
}

fn comma(place: &Arc<Timed>) -> Link {
    link(place, Fallback::NotFound)
}

fn bar(place: &Arc<Timed>) -> Link {
    link(place, Fallback::AnyError)
}

fn chain(links: Vec<Link>) -> Chain {
    chain_in(Mode::Resilient, links)
}

fn chain_in(mode: Mode, links: Vec<Link>) -> Chain {
    let goprivate = PrefixPatterns::parse("corp.example");
    Chain::new(links, Policy { mode, goprivate, ..Policy::default() }, Claims::in_memory())
}

fn info(module: &str) -> Ask {
    Ask::Info(ModulePath::parse(module).unwrap(), Revision::parse("v1.0.0").unwrap())
}

/// The text or the kind of the failure, and after how many milliseconds.
async fn outcome(chain: &Chain, ask: &Ask) -> (Result<String, FailureKind>, u128) {
    let begun = Instant::now();
    let answer = chain.ask(ask, &Ctx::within(Duration::from_mins(1))).await;
    let took = begun.elapsed().as_millis();
    match answer {
        Err(failure) => (Err(failure.kind()), took),
        Ok(answer) => {
            let bytes = answer.body.into_bytes(1 << 20).await.unwrap();
            (Ok(String::from_utf8(bytes.to_vec()).unwrap()), took)
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with outcomes")]
fn text(text: &str) -> Result<String, FailureKind> {
    Ok(text.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_silent_first_place_costs_less_than_a_second_once_and_nothing_after() {
    let (silent, good) = (Timed::new("silent", NEVER, DOWN), Timed::new("good", 10, Ok("yes")));
    let chain = chain(vec![comma(&silent), comma(&good)]);
    let (said, took) = outcome(&chain, &info("a.example/first")).await;
    assert_eq!(said, text("yes"));
    assert!(took < 1000, "{took} ms");
    assert_eq!(*silent.dropped.lock().unwrap(), 1, "the loser is given up");
    for at in 0..200 {
        let (said, took) = outcome(&chain, &info(&format!("a.example/m{at}"))).await;
        assert_eq!((said, took), (text("yes"), 10), "healthy speed");
    }
    assert!(silent.asked().len() < 5, "a probe now and then: {:?}", silent.asked());

    let without = chain_in(Mode::Go, vec![bar(&silent), comma(&good)]);
    assert!(outcome(&without, &info("a.example/m")).await.1 >= u128::from(NEVER), "as go does");
}

#[tokio::test(start_paused = true)]
async fn the_trail_says_why_the_first_place_did_not_answer() {
    let (silent, good) = (Timed::new("silent", NEVER, DOWN), Timed::new("good", 10, Ok("yes")));
    let chain = chain(vec![comma(&silent), comma(&good)]);
    let answer = chain.ask(&info("a.example/m"), &Ctx::within(Duration::from_mins(1))).await.unwrap();
    let attempts = answer.trail.attempts();
    assert_eq!((attempts[0].origin.as_str(), attempts[0].failed), ("silent", Some(FailureKind::Unavailable)));
    assert!(attempts[0].took >= Duration::from_millis(300), "{}", answer.trail);
}

#[tokio::test(start_paused = true)]
async fn a_slow_place_that_answers_after_all_is_better_than_none() {
    for second_says in [DOWN, NOT_FOUND] {
        let (slow, other) = (Timed::new("slow", 2000, Ok("late")), Timed::new("other", 10, second_says));
        let chain = chain(vec![comma(&slow), comma(&other)]);
        assert_eq!(outcome(&chain, &info("a.example/m")).await, (text("late"), 2000));
    }
}

#[tokio::test(start_paused = true)]
async fn a_place_that_was_only_slow_is_asked_when_nobody_else_knows() {
    let (slow, other) = (Timed::new("slow", 700, Ok("slow")), Timed::new("other", 10, Ok("fast")));
    let chain = chain(vec![comma(&slow), comma(&other)]);
    assert_eq!(outcome(&chain, &info("a.example/m")).await.0, text("fast"));
    other.now(10, NOT_FOUND);
    assert_eq!(outcome(&chain, &info("a.example/only-there")).await.0, text("slow"));
}

#[tokio::test(start_paused = true)]
async fn private_paths_private_places_and_mode_go_are_not_hedged() {
    let places = || (Timed::new("slow", 2000, Ok("slow")), Timed::new("other", 10, Ok("other")));
    let (slow, other) = places();
    let private_path = chain(vec![bar(&slow), comma(&other)]);
    assert_eq!(outcome(&private_path, &info("corp.example/m")).await.0, text("slow"));
    assert_eq!(other.asked().len(), 0);

    let (slow, other) = places();
    let private_place = chain(vec![Link { authoritative: true, ..comma(&slow) }, comma(&other)]);
    assert_eq!(outcome(&private_place, &info("a.example/m")).await.0, text("slow"));
    assert_eq!(other.asked().len(), 0);

    let (slow, other) = places();
    let as_go = chain_in(Mode::Go, vec![bar(&slow), comma(&other)]);
    assert_eq!(outcome(&as_go, &info("a.example/m")).await.0, text("slow"));
    assert_eq!(other.asked().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final_also_while_the_next_place_is_being_asked() {
    let (refusing, other) = (Timed::new("no", 500, REFUSED), Timed::new("other", 1000, Ok("yes")));
    let (said, took) = outcome(&chain(vec![comma(&refusing), comma(&other)]), &info("a.example/m")).await;
    assert_eq!((said, took), (Err(FailureKind::Refused), 500));
    assert_eq!((other.asked().len(), *other.dropped.lock().unwrap()), (1, 1));

    let (refusing, other) = (Timed::new("no", 500, REFUSED), Timed::new("other", 1000, Ok("yes")));
    let (said, _) = outcome(&chain(vec![bar(&refusing), comma(&other)]), &info("a.example/m")).await;
    assert_eq!(said, text("yes"), "unless the list says that it does not matter");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_further_on_does_not_end_what_was_asked_before_it() {
    let (slow, refusing) = (Timed::new("slow", 900, Ok("slow")), Timed::new("no", 10, REFUSED));
    let third = Timed::new("third", 10, Ok("third"));
    let chain = chain(vec![comma(&slow), comma(&refusing), comma(&third)]);
    assert_eq!(outcome(&chain, &info("a.example/m")).await.0, text("slow"));
    assert_eq!(third.asked().len(), 0, "nobody walks round it");
}

#[tokio::test(start_paused = true)]
async fn of_equals_the_faster_and_healthier_is_asked_first() {
    let (slow, fast) = (Timed::new("slow", 100, Ok("slow")), Timed::new("fast", 5, Ok("fast")));
    let equals = chain(vec![bar(&slow), comma(&fast)]);
    assert_eq!(
        outcome(&equals, &info("a.example/m")).await.0,
        text("slow"),
        "the order of the list, at first"
    );
    slow.now(100, DOWN);
    assert_eq!(outcome(&equals, &info("a.example/m")).await.0, text("fast"));
    slow.now(100, Ok("slow"));
    assert_eq!(outcome(&equals, &info("a.example/m")).await, (text("fast"), 5), "it has been faster");

    let (slow, fast) = (Timed::new("slow", 100, Ok("slow")), Timed::new("fast", 5, Ok("fast")));
    let ordered = chain(vec![comma(&slow), comma(&fast)]);
    for says in [Ok("slow"), DOWN, Ok("slow")] {
        slow.now(100, says);
        assert!(outcome(&ordered, &info("a.example/m")).await.0.is_ok());
    }
    assert_eq!(slow.asked().len(), 3, "a comma is an order");
}

#[tokio::test(start_paused = true)]
async fn changing_the_order_of_equals_walks_round_no_refusal() {
    let (first, refusing) = (Timed::new("first", 100, NOT_FOUND), Timed::new("no", 5, REFUSED));
    let stranger = Timed::new("stranger", 5, Ok("stranger"));
    let chain = chain(vec![bar(&first), comma(&refusing), comma(&stranger)]);
    for _ in 0..3 {
        assert_eq!(outcome(&chain, &info("a.example/m")).await.0, Err(FailureKind::Refused));
    }
    assert_eq!((first.asked().len(), stranger.asked().len()), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn lists_are_united_and_a_silent_place_is_waited_for_once() {
    let (silent, good) = (Timed::new("silent", NEVER, DOWN), Timed::new("good", 10, Ok("v1.0.0\n")));
    let late = Timed::new("late", 600, Ok("v1.1.0\n"));
    let chain = chain(vec![bar(&silent), bar(&good), comma(&late)]);
    let list = |name: &str| Ask::List(ModulePath::parse(name).unwrap());
    let (said, took) = outcome(&chain, &list("a.example/m")).await;
    assert_eq!(said, text("v1.0.0\nv1.1.0\n"));
    assert!(took <= 1010, "{took} ms");
    let (said, took) = outcome(&chain, &list("a.example/n")).await;
    assert_eq!((said, took), (text("v1.0.0\nv1.1.0\n"), 600), "the silent one is known by now");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_takes_back_what_places_behind_it_said_to_a_list_meanwhile() {
    let (refusing, other) = (Timed::new("no", 500, REFUSED), Timed::new("other", 10, Ok("v1.0.0\n")));
    let chain = chain(vec![comma(&refusing), comma(&other)]);
    let list = Ask::List(ModulePath::parse("a.example/m").unwrap());
    assert_eq!(outcome(&chain, &list).await, (Err(FailureKind::Refused), 500));
}

#[tokio::test(start_paused = true)]
async fn with_all_places_dead_each_is_named() {
    let (one, two) = (Timed::new("one", NEVER, DOWN), Timed::new("two", NEVER, DOWN));
    let chain = chain(vec![comma(&one), comma(&two)]);
    let failure = chain.ask(&info("a.example/m"), &Ctx::within(Duration::from_mins(1))).await.unwrap_err();
    let named: Vec<&str> = failure.trail().attempts().iter().map(|attempt| attempt.origin.as_str()).collect();
    assert_eq!((failure.kind(), named), (FailureKind::Unavailable, vec!["one", "two"]));
}
