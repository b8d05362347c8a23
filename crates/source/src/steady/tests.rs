//! The rules of Steady, told as stories about one place. Time is paused: it passes when everybody waits.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use gomod::{ModulePath, Revision};
use tokio::time::sleep;

use super::*;
use crate::{Origin, Trail};

/// What a place does with a question; it is told which one, and how many came before.
type Script = fn(&str, usize) -> Does;

enum Does {
    Answers,
    Fails(Failure),
    /// Waits for so long, then goes on.
    After(Duration, Box<Does>),
}

#[derive(Debug)]
struct Place {
    script: Mutex<Script>,
    asked: AtomicUsize,
}

fn origin() -> Origin {
    Origin::new("place")
}

fn place(script: Script) -> Arc<Place> {
    Arc::new(Place { script: Mutex::new(script), asked: AtomicUsize::new(0) })
}

fn steady(place: &Arc<Place>) -> Steady<Arc<Place>> {
    Steady::new(place.clone(), Vitals::new(origin(), || 0.5))
}

impl Place {
    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn now(&self, script: Script) {
        *self.script.lock().unwrap() = script;
    }
}

#[async_trait::async_trait]
impl Source for Place {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let before = self.asked.fetch_add(1, Ordering::SeqCst);
        let script = *self.script.lock().unwrap();
        let mut does = script(ask.module().unwrap().as_str(), before);
        while let Does::After(wait, then) = does {
            sleep(wait).await;
            does = *then;
        }
        if let Does::Fails(failure) = does {
            return Err(failure);
        }
        ctx.progress.iter().for_each(Progress::head);
        Ok(Answer::live("yes".into(), origin(), Trail::default()))
    }
}

fn busy() -> Failure {
    Failure::unavailable(&origin(), "503 Service Unavailable", Duration::ZERO)
}

fn fails() -> Does {
    Does::Fails(busy())
}

fn silent(_: &str, _: usize) -> Does {
    let failure = Failure::unavailable(&origin(), "no answer within 15.0 s", Duration::ZERO);
    Does::After(Duration::from_secs(15), Box::new(Does::Fails(failure.with_symptom(Symptom::Silent))))
}

fn about(module: &str) -> Ask {
    Ask::Info(ModulePath::parse(module).unwrap(), Revision::parse("v1.0.0").unwrap())
}

fn ctx(last_resort: bool) -> Ctx {
    Ctx { last_resort, ..Ctx::within(Duration::from_mins(5)) }
}

/// How many of so many questions, one after the other and each about another module, are answered.
async fn answered(source: &dyn Source, questions: usize, last_resort: bool) -> usize {
    let mut answered = 0;
    for at in 0..questions {
        let asked = source.ask(&about(&format!("a.example/m{at}")), &ctx(last_resort)).await;
        answered += usize::from(asked.is_ok());
    }
    answered
}

#[tokio::test(start_paused = true)]
async fn a_place_that_fails_every_second_time_answers_everything() {
    let every_second: Script = |_, before| if before.is_multiple_of(2) { fails() } else { Does::Answers };
    let place = place(every_second);
    assert_eq!(answered(&steady(&place), 150, false).await, 150);
    assert_eq!(answered(&*place, 150, false).await, 75, "without it half of them fail");
}

#[tokio::test(start_paused = true)]
async fn a_place_that_fails_the_first_twenty_is_got_through_when_it_is_the_only_one() {
    let at_first: Script = |_, before| if before < 20 { fails() } else { Does::Answers };
    let steady = steady(&place(at_first));
    let questions = (0..10).map(|at| format!("a.example/m{at}"));
    let asked = questions.map(|module| {
        let steady = &steady;
        async move { steady.ask(&about(&module), &ctx(true)).await.is_ok() }
    });
    assert!(join_all(asked).await.into_iter().all(|answered| answered));
}

#[tokio::test(start_paused = true)]
async fn a_silent_place_costs_its_deadline_once_and_says_why_it_is_not_asked() {
    let place = place(silent);
    let steady = steady(&place);
    assert!(steady.ask(&about("a.example/first"), &ctx(true)).await.is_err());
    let begun = Instant::now();
    for last_resort in [false, true] {
        let failure = steady.ask(&about("a.example/next"), &ctx(last_resort)).await.unwrap_err();
        assert!(failure.message().contains("no answer within 15.0 s"), "{failure}");
        assert_eq!(failure.kind(), FailureKind::Unavailable);
    }
    assert_eq!((begun.elapsed(), place.asked()), (Duration::ZERO, 1));
}

#[tokio::test(start_paused = true)]
async fn a_probe_brings_it_back_also_when_nobody_waits_for_it() {
    let place = place(silent);
    let steady = steady(&place);
    assert!(steady.ask(&about("a.example/first"), &ctx(false)).await.is_err());
    place.now(|_, _| Does::After(Duration::from_secs(2), Box::new(Does::Answers)));
    sleep(Duration::from_secs(1)).await;
    let (question, circumstances) = (about("a.example/m"), ctx(false));
    let probe = steady.ask(&question, &circumstances);
    let impatient = tokio::time::timeout(Duration::from_millis(10), probe).await;
    assert!(impatient.is_err(), "its asker has gone");
    let refused = steady.ask(&about("a.example/m"), &ctx(false)).await;
    assert!(refused.is_err() && place.asked() == 2, "one probe at a time");
    sleep(Duration::from_secs(2)).await;
    assert!(steady.ask(&about("a.example/m"), &ctx(false)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_bad_artifact_does_not_put_the_place_out_but_bad_answers_to_everything_do() {
    let one_is_bad: Script = |module, _| if module == "a.example/bad" { fails() } else { Does::Answers };
    let place = place(one_is_bad);
    let steady = steady(&place);
    for _ in 0..20 {
        assert!(steady.ask(&about("a.example/bad"), &ctx(false)).await.is_err());
    }
    assert_eq!(answered(&steady, 10, false).await, 10);

    place.now(|_, _| Does::Fails(busy().permanent()));
    let before = place.asked();
    assert_eq!(answered(&steady, 100, false).await, 0);
    assert_eq!(place.asked() - before, 5, "the rest was not asked for");
}

#[tokio::test(start_paused = true)]
async fn slowness_with_one_thing_is_not_the_silence_of_a_dead_place() {
    let place = place(|module, before| match module {
        "a.example/slow" => silent(module, before),
        _ => Does::Answers,
    });
    let steady = steady(&place);
    let (slow, others) = (about("a.example/slow"), async {
        sleep(Duration::from_secs(1)).await;
        answered(&steady, 10, false).await
    });
    let slow_ctx = ctx(false);
    let (slow, others) = tokio::join!(steady.ask(&slow, &slow_ctx), others);
    assert!(slow.is_err() && others == 10);
    assert_eq!(answered(&steady, 10, false).await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_be_asked_later_is_honoured() {
    let later: Script = |_, before| match before {
        0 => Does::Fails(busy().with_retry_after(Some(Duration::from_secs(2)))),
        _ => Does::Answers,
    };
    let place = place(later);
    let steady = steady(&place);
    let begun = Instant::now();
    assert!(steady.ask(&about("a.example/m"), &ctx(true)).await.is_ok());
    assert_eq!(begun.elapsed(), Duration::from_secs(2));

    place.now(|_, _| Does::Fails(busy().with_retry_after(Some(Duration::from_mins(1)))));
    assert!(steady.ask(&about("a.example/m"), &ctx(true)).await.is_err());
    let before = place.asked();
    assert_eq!(answered(&steady, 10, true).await, 0);
    assert_eq!(place.asked(), before, "it is left alone");
}

#[tokio::test(start_paused = true)]
async fn a_dead_place_is_not_stormed_with_retries() {
    let place = place(|_, _| fails());
    let steady = steady(&place);
    let modules: Vec<String> = (0..500).map(|at| format!("a.example/m{at}")).collect();
    let asked = modules.iter().map(|module| {
        let steady = &steady;
        async move { steady.ask(&about(module), &ctx(true)).await.is_err() }
    });
    assert!(join_all(asked).await.into_iter().all(|failed| failed));
    assert!(place.asked() < 500 + 100, "{} times", place.asked());
}

#[tokio::test(start_paused = true)]
async fn what_is_no_outage_is_neither_repeated_nor_held_against_the_place() {
    let place = place(|_, _| Does::Fails(Failure::not_found(&origin(), "404", Duration::ZERO)));
    let steady = steady(&place);
    assert_eq!(answered(&steady, 50, false).await, 0);
    assert_eq!(place.asked(), 50);
    place.now(|_, _| {
        Does::Fails(Failure::unavailable(&Origin::new("modkeep"), "disk full", Duration::ZERO).permanent())
    });
    assert_eq!(answered(&steady, 50, false).await, 0);
    place.now(|_, _| Does::Answers);
    assert_eq!(answered(&steady, 1, false).await, 1, "our own disk is not its fault");
}

#[tokio::test(start_paused = true)]
async fn what_may_be_kept_elsewhere_is_not_waited_for_while_the_place_is_known_to_fail() {
    let place = place(|_, _| fails());
    let steady = steady(&place);
    assert_eq!(answered(&steady, 5, true).await, 0);
    let (list, begun) = (Ask::List(ModulePath::parse("a.example/m").unwrap()), Instant::now());
    assert!(steady.ask(&list, &ctx(true)).await.is_err());
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_wants_yet_is_asked_once_and_its_failure_is_not_held_against_the_place() {
    let place = place(|_, _| Does::Fails(busy().with_retry_after(Some(Duration::from_mins(1)))));
    let steady = steady(&place);
    let ask = Ask::Latest(ModulePath::parse("a.example/m").unwrap());
    let ctx = Ctx::within(Duration::from_secs(20));
    for _ in 0..20 {
        assert!(steady.ask(&ask, &ctx.clone().foreseen()).await.is_err());
    }
    assert_eq!(place.asked(), 20);
    place.now(|_, _| Does::Answers);
    assert!(steady.ask(&ask, &ctx).await.is_ok());
    place.now(|_, _| Does::Fails(busy().with_retry_after(Some(Duration::from_mins(1)))));
    assert!(steady.ask(&ask, &ctx).await.is_err());
    place.now(|_, _| Does::Answers);
    assert!(steady.ask(&ask, &ctx).await.is_err(), "who really asked was told to wait");
}

#[tokio::test(start_paused = true)]
async fn a_place_that_is_silent_for_what_is_foreseen_is_left_alone_by_all() {
    let place = place(silent);
    let steady = steady(&place);
    let ask = Ask::Latest(ModulePath::parse("a.example/m").unwrap());
    let ctx = Ctx::within(Duration::from_mins(1));
    assert!(steady.ask(&ask, &ctx.clone().ahead()).await.is_err());
    assert!(steady.ask(&ask, &ctx.clone().foreseen()).await.is_err());
    assert!(steady.ask(&ask, &ctx).await.is_err());
    assert_eq!(place.asked(), 2);
}
