use super::policy::Mode;
use super::*;
use crate::{FailureKind, Trail};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gomod::Revision;
use gomod::glob::PrefixPatterns;

/// A place with one answer to everything.
#[derive(Debug)]
struct Says {
    origin: Origin,
    what: Mutex<Result<&'static str, FailureKind>>,
    asked: AtomicUsize,
}

impl Says {
    fn new(name: &str, what: Result<&'static str, FailureKind>) -> Arc<Self> {
        Arc::new(Self { origin: Origin::new(name), what: Mutex::new(what), asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn now(&self, what: Result<&'static str, FailureKind>) {
        *self.what.lock().unwrap() = what;
    }
}

#[async_trait::async_trait]
impl Source for Says {
    async fn ask(&self, _: &Ask, _: &Ctx) -> Result<Answer, Failure> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let what = *self.what.lock().unwrap();
        what.map(|text| Answer::live(text.into(), self.origin.clone(), Trail::default()))
            .map_err(|kind| Failure::new(kind, &self.origin, "because", Duration::ZERO))
    }
}

const NOT_FOUND: Result<&str, FailureKind> = Err(FailureKind::NotFound);
const REFUSED: Result<&str, FailureKind> = Err(FailureKind::Refused);
const DOWN: Result<&str, FailureKind> = Err(FailureKind::Unavailable);
const MISMATCH: Result<&str, FailureKind> = Err(FailureKind::Mismatch);

fn link(place: &Arc<Says>, then: Fallback, private: bool) -> Link {
    let (place, origin) = (place.clone(), place.origin.clone());
    Link { place, origin, then, private, authoritative: private, stands_in: false, vitals: None }
}

fn comma(place: &Arc<Says>) -> Link {
    link(place, Fallback::NotFound, false)
}

fn bar(place: &Arc<Says>) -> Link {
    link(place, Fallback::AnyError, false)
}

fn private(place: &Arc<Says>) -> Link {
    link(place, Fallback::NotFound, true)
}

fn chain(links: Vec<Link>, mode: Mode) -> Chain {
    let corp = PrefixPatterns::parse("corp.example");
    let policy = Policy { mode, goprivate: corp.clone(), gonoproxy: corp.clone(), gonosumdb: corp };
    Chain::new(links, policy, Claims::in_memory())
}

fn info(module: &str) -> Ask {
    Ask::Info(ModulePath::parse(module).unwrap(), Revision::parse("v1.0.0").unwrap())
}

fn list(module: &str) -> Ask {
    Ask::List(ModulePath::parse(module).unwrap())
}

/// The text that the chain answers with, or the kind of its failure.
async fn outcome(chain: &Chain, ask: &Ask) -> Result<String, FailureKind> {
    let answer =
        chain.ask(ask, &Ctx::within(Duration::from_secs(5))).await.map_err(|failure| failure.kind())?;
    let bytes = answer.body.into_bytes(1 << 20).await.unwrap();
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn the_second_place_is_asked_where_the_contract_says_so() {
    let cases = [
        (NOT_FOUND, Mode::Go, Fallback::NotFound, true),
        (DOWN, Mode::Go, Fallback::NotFound, false),
        (DOWN, Mode::Go, Fallback::AnyError, true),
        (DOWN, Mode::Resilient, Fallback::NotFound, true),
        (REFUSED, Mode::Resilient, Fallback::NotFound, false),
        (REFUSED, Mode::Resilient, Fallback::AnyError, true),
        (MISMATCH, Mode::Go, Fallback::NotFound, true),
    ];
    for (first_says, mode, then, passed) in cases {
        let (first, second) = (Says::new("first", first_says), Says::new("second", Ok("yes")));
        let chain = chain(vec![link(&first, then, false), comma(&second)], mode);
        let outcome = outcome(&chain, &info("a.example/m")).await;
        assert_eq!(outcome.is_ok(), passed, "{first_says:?} {mode:?} {then:?}");
        assert_eq!(second.asked(), usize::from(passed), "{first_says:?} {mode:?} {then:?}");
    }
}

#[tokio::test]
async fn not_being_able_to_find_out_is_never_told_as_not_found() {
    let (down, empty) = (Says::new("down", DOWN), Says::new("empty", NOT_FOUND));
    for links in [vec![bar(&down), bar(&empty)], vec![bar(&empty), bar(&down)]] {
        let failure =
            chain(links, Mode::Go).ask(&info("a.example/m"), &Ctx::within(Duration::from_secs(5))).await;
        let failure = failure.unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Unavailable);
        assert_eq!(failure.trail().attempts().len(), 2, "everybody who was asked is named");
    }
}

#[tokio::test]
async fn a_mismatch_that_nobody_mends_is_final() {
    let (wrong, down) = (Says::new("wrong", MISMATCH), Says::new("down", DOWN));
    let chain = chain(vec![bar(&wrong), bar(&down)], Mode::Resilient);
    assert_eq!(outcome(&chain, &info("a.example/m")).await, Err(FailureKind::Mismatch));
}

#[tokio::test]
async fn private_paths_are_told_to_private_places_only() {
    let (public, own) = (Says::new("public", Ok("stranger")), Says::new("own", Ok("ours")));
    let chain = chain(vec![comma(&public), private(&own)], Mode::Resilient);
    assert_eq!(outcome(&chain, &info("corp.example/m")).await.unwrap(), "ours");
    own.now(Ok("v1.0.0\n"));
    assert_eq!(outcome(&chain, &list("corp.example/m")).await.unwrap(), "v1.0.0\n");
    assert_eq!(public.asked(), 0);

    let without = self::chain(vec![comma(&public)], Mode::Resilient);
    assert_eq!(outcome(&without, &info("corp.example/m")).await, NOT_FOUND.map(str::to_owned));
    assert_eq!(public.asked(), 0);
}

#[tokio::test]
async fn what_a_private_place_has_once_answered_is_asked_of_nobody_behind_it() {
    let (own, public) = (Says::new("own", Ok("ours")), Says::new("public", Ok("stranger")));
    let chain = chain(vec![private(&own), comma(&public)], Mode::Resilient);
    assert_eq!(outcome(&chain, &info("mixed.example/m")).await.unwrap(), "ours");
    for says in [NOT_FOUND, DOWN] {
        own.now(says);
        assert_eq!(outcome(&chain, &info("mixed.example/m")).await, says.map(str::to_owned));
    }
    assert_eq!(public.asked(), 0);
    assert_eq!(outcome(&chain, &info("other.example/m")).await.unwrap(), "stranger", "never answered by us");
}

#[tokio::test]
async fn no_one_place_can_make_a_version_vanish() {
    let (short, long) = (Says::new("short", Ok("v1.0.0\n")), Says::new("long", Ok("v1.1.0\nv1.0.0\n")));
    let down = Says::new("down", DOWN);
    let links = vec![comma(&short), comma(&down), comma(&long)];
    let united = outcome(&chain(links.clone(), Mode::Resilient), &list("a.example/m")).await;
    assert_eq!(united.unwrap(), "v1.0.0\nv1.1.0\n");
    let as_go = outcome(&chain(links, Mode::Go), &list("a.example/m")).await;
    assert_eq!(as_go.unwrap(), "v1.0.0\n", "go believes the first");
}

#[tokio::test]
async fn the_list_of_a_private_place_is_not_mixed_with_a_strangers() {
    let (own, public) = (Says::new("own", Ok("v1.0.0\n")), Says::new("public", Ok("v9.0.0\n")));
    let chain = chain(vec![private(&own), comma(&public)], Mode::Resilient);
    assert_eq!(outcome(&chain, &list("mixed.example/m")).await.unwrap(), "v1.0.0\n");
    assert_eq!(public.asked(), 0);
}

#[tokio::test]
async fn a_refusal_ends_the_search_for_lists_too() {
    let (no, public) = (Says::new("no", REFUSED), Says::new("public", Ok("v1.0.0\n")));
    let chain = chain(vec![comma(&no), comma(&public)], Mode::Resilient);
    assert_eq!(outcome(&chain, &list("a.example/m")).await, Err(FailureKind::Refused));
    assert_eq!(public.asked(), 0, "nobody walks round it");
}

#[tokio::test]
async fn the_name_of_a_private_path_is_not_told_to_a_second_place() {
    for first_says in [DOWN, Ok("v1.0.0\n")] {
        let (first, second) = (Says::new("first", first_says), Says::new("second", Ok("v1.1.0\n")));
        let goprivate = PrefixPatterns::parse("corp.example");
        let policy = Policy { goprivate, ..Policy::default() };
        let chain = Chain::new(vec![comma(&first), comma(&second)], policy, Claims::in_memory());
        let outcome = outcome(&chain, &list("corp.example/m")).await;
        assert_eq!(outcome, first_says.map(str::to_owned));
        assert_eq!(second.asked(), 0);
    }
}

#[tokio::test]
async fn without_an_upstream_the_failure_names_the_flag() {
    let (nobody, ctx) = (chain(vec![], Mode::Resilient), Ctx::within(Duration::from_secs(5)));
    let failure = nobody.ask(&info("a.example/m"), &ctx).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable);
    assert!(failure.message().contains("--upstream"), "{failure}");
}

#[tokio::test]
async fn a_place_that_knows_us_owns_its_paths_but_sees_no_private_ones() {
    let (own, next) = (Says::new("own", Ok("yes")), Says::new("next", Ok("other")));
    let links = vec![Link { authoritative: true, ..bar(&own) }, comma(&next)];
    let chain = chain(links, Mode::Resilient);
    assert_eq!(outcome(&chain, &info("a.example/m")).await.as_deref(), Ok("yes"));
    own.now(DOWN);
    assert_eq!(outcome(&chain, &info("a.example/m")).await, Err(FailureKind::Unavailable));
    assert_eq!(next.asked(), 0, "nobody behind it is asked");
    assert_eq!(outcome(&chain, &info("corp.example/m")).await, Err(FailureKind::NotFound));
    assert_eq!(own.asked(), 2, "it is not asked for a private path");
}

/// Repositories behind proxies.
fn stand_in(place: &Arc<Says>) -> Link {
    Link { stands_in: true, private: true, ..comma(place) }
}

#[tokio::test]
async fn a_stand_in_is_asked_for_a_list_when_no_other_place_has_one() {
    let (proxy, git) = (Says::new("proxy", Ok("v1.0.0\n")), Says::new("git", Ok("v2.0.0\n")));
    let chain = chain(vec![comma(&proxy), stand_in(&git)], Mode::Resilient);
    assert_eq!(outcome(&chain, &list("a.example/m")).await, Ok("v1.0.0\n".to_owned()));
    assert_eq!(git.asked(), 0);
    for what in [NOT_FOUND, DOWN] {
        proxy.now(what);
        assert_eq!(outcome(&chain, &list("a.example/m")).await, Ok("v2.0.0\n".to_owned()));
    }
}

#[tokio::test]
async fn the_outage_of_a_stand_in_leaves_a_proxys_word_about_versions_standing() {
    let (proxy, git) = (Says::new("proxy", NOT_FOUND), Says::new("git", DOWN));
    let chain = chain(vec![comma(&proxy), stand_in(&git)], Mode::Resilient);
    for what in [DOWN, REFUSED] {
        git.now(what);
        assert_eq!(outcome(&chain, &list("a.example/m")).await, Err(FailureKind::NotFound));
    }
    assert_eq!(
        outcome(&chain, &info("a.example/m")).await,
        Err(FailureKind::Refused),
        "one version may well exist"
    );
    proxy.now(DOWN);
    git.now(NOT_FOUND);
    assert_eq!(outcome(&chain, &list("a.example/m")).await, Err(FailureKind::Unavailable));
}

#[tokio::test]
async fn what_stands_in_for_the_others_is_not_asked_ahead() {
    let (proxy, repositories) = (Says::new("proxy", NOT_FOUND), Says::new("repositories", Ok("made")));
    let links = vec![comma(&proxy), Link { stands_in: true, private: true, ..comma(&repositories) }];
    let chain = chain(links, Mode::Resilient);
    let ask = info("a.example/m");
    let failure = chain.ask(&ask, &Ctx::within(Duration::from_secs(5)).ahead()).await.unwrap_err();
    assert_eq!((failure.kind(), repositories.asked()), (FailureKind::NotFound, 0));
    assert_eq!(outcome(&chain, &ask).await.unwrap(), "made");
    let failure = chain.ask(&info("corp.example/m"), &Ctx::within(Duration::from_secs(5)).ahead()).await;
    assert_eq!((failure.unwrap_err().kind(), repositories.asked()), (FailureKind::Unavailable, 1));
}
