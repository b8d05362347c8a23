//! What is asked next, for what clients ask.

use super::*;
use crate::ahead::budget::{SMALL_ALLOWANCE, ZIP_ALLOWANCE};

/// A plan in the hands of a test, and the time there.
struct Hands {
    plan: Plan,
    now: Instant,
}

fn module(path: &str) -> ModuleVersion {
    ModuleVersion::parse(&format!("a.example/{path}"), "v1.0.0").unwrap()
}

fn needs(unpruned: bool, paths: &[&str]) -> Needs {
    Needs { unpruned, modules: paths.iter().map(|path| module(path)).collect() }
}

fn go_mod(path: &str) -> Ask {
    Ask::Mod(module(path))
}

fn info(path: &str) -> Ask {
    info_of(&module(path)).unwrap()
}

fn zip(path: &str) -> Ask {
    Ask::Zip(module(path))
}

impl Hands {
    fn new() -> Self {
        Self { plan: Plan::default(), now: Instant::now() }
    }

    /// A client asks, and its answer had to be fetched.
    fn asks(&mut self, ask: &Ask) {
        self.plan.asked(ask, true, 1, self.now);
    }

    /// A client asks for a go.mod that says this.
    fn reads(&mut self, path: &str, needs: Needs) {
        self.asks(&go_mod(path));
        self.plan.read(&module(path), needs, self.now);
    }

    /// A client goes through the graph and the `.info` files of these modules.
    fn lists(&mut self, paths: &[String]) {
        for path in paths {
            self.asks(&go_mod(path));
        }
        for path in paths {
            self.asks(&info(path));
        }
    }

    /// All that is begun now.
    fn begins(&mut self) -> Vec<Step> {
        std::iter::from_fn(|| self.plan.next(Waiters::default(), self.now)).collect()
    }

    /// The same, named.
    fn names(&mut self) -> Vec<String> {
        let named = |step: &Step| step.ask.to_string().replace("a.example/", "").replace("@v1.0.0", "");
        self.begins().iter().map(named).collect()
    }

    fn lands(&mut self, ask: Ask, bytes: u64) {
        self.plan.landed(&Step::last(ask), &Landing::Fetched(bytes), None, self.now);
    }

    fn fails(&mut self, ask: Ask, bytes: u64) {
        self.plan.landed(
            &Step::last(ask),
            &Landing::Failed { bytes, is_outage: true, wait: None },
            None,
            self.now,
        );
    }

    fn has_not(&mut self, ask: Ask) {
        let no = Landing::Failed { bytes: 0, is_outage: false, wait: None };
        self.plan.landed(&Step::last(ask), &no, None, self.now);
    }

    fn numbers(&self, kind: Kind) -> Numbers {
        self.plan.numbers[KINDS.iter().position(|known| *known == kind).unwrap()]
    }
}

/// So many paths in order.
fn paths(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("m{number:04}")).collect()
}

#[tokio::test]
async fn of_what_a_go_mod_names_that_is_asked_which_comes_later_in_the_order_of_go() {
    let mut hands = Hands::new();
    hands.reads("m", needs(false, &["z", "b", "p"]));
    assert_eq!(hands.names(), ["p.mod", "z.mod", "m.info"]);
    hands.reads("n", needs(false, &["z", "o"]));
    assert_eq!(hands.names(), ["o.mod", "n.info"]);
}

#[tokio::test]
async fn all_that_an_unpruned_go_mod_requires_is_asked_and_all_that_those_require() {
    let mut hands = Hands::new();
    hands.reads("m", needs(true, &["b", "z"]));
    let begun = hands.begins();
    assert_eq!(begun.iter().map(|step| step.followed).collect::<Vec<_>>(), [true, true, false]);
    hands.plan.landed(&begun[0], &Landing::Fetched(1), Some(needs(false, &["a", "z"])), hands.now);
    assert_eq!(hands.names(), ["a.mod"]);
    hands.reads("b", needs(false, &["a", "y"]));
    assert_eq!(hands.names(), ["y.mod", "b.info"], "also when a client asks for one of them");
}

#[tokio::test]
async fn what_a_pruned_go_mod_names_is_not_followed_before_a_client_asks_for_it() {
    let mut hands = Hands::new();
    hands.reads("a", needs(false, &["b"]));
    let begun = hands.begins();
    assert!(!begun[0].followed);
    hands.plan.landed(&begun[0], &Landing::Fetched(1), Some(needs(true, &["c"])), hands.now);
    assert_eq!(hands.names(), [""; 0]);
    hands.reads("b", needs(true, &["c"]));
    assert_eq!(hands.names(), ["c.mod", "b.info"]);
}

#[tokio::test]
async fn the_info_of_what_had_to_be_fetched_is_asked_and_the_others_once_the_first_is() {
    let mut hands = Hands::new();
    hands.asks(&go_mod("a"));
    for kept in ["b", "c"] {
        hands.plan.asked(&go_mod(kept), false, 1, hands.now);
    }
    assert_eq!(hands.names(), ["a.info"]);
    hands.asks(&info("a"));
    assert_eq!(hands.names(), ["b.info", "c.info"]);
    hands.asks(&info("unknown"));
    assert_eq!(hands.names(), [""; 0]);
}

#[tokio::test]
async fn zips_are_asked_once_the_first_is_and_in_the_order_of_the_infos() {
    let mut hands = Hands::new();
    hands.lists(&["a", "b", "c", "d"].map(str::to_owned));
    assert_eq!(hands.names(), [""; 0], "a list of modules fetches no zips");
    hands.asks(&zip("a"));
    assert_eq!(hands.names(), ["b.zip", "c.zip"]);
    hands.asks(&zip("b"));
    assert_eq!(hands.names(), ["d.zip"]);
}

#[tokio::test]
async fn a_look_for_updates_fetches_no_zips() {
    let mut hands = Hands::new();
    for path in ["a", "b"] {
        hands.asks(&go_mod(path));
    }
    for path in ["a", "b"] {
        hands.asks(&Ask::List(module(path).path().clone()));
        hands.asks(&info(path));
    }
    hands.begins();
    hands.asks(&zip("a"));
    assert_eq!(hands.names(), [""; 0]);
}

#[tokio::test]
async fn beside_a_zip_that_had_to_be_fetched_its_other_files_are_kept() {
    let mut hands = Hands::new();
    hands.asks(&zip("a"));
    assert_eq!(hands.names(), ["a.info", "a.mod"]);
}

#[tokio::test]
async fn what_was_kept_is_noticed_only_while_things_are_fetched() {
    let mut hands = Hands::new();
    assert!(!hands.plan.asked(&go_mod("a"), false, 1, hands.now));
    hands.asks(&go_mod("b"));
    assert!(hands.plan.asked(&go_mod("c"), false, 1, hands.now));
    assert_eq!(hands.names(), ["b.info"]);
    hands.fails(info("b"), 0);
    hands.now += GIVE_UP;
    assert!(!hands.plan.asked(&go_mod("d"), false, 1, hands.now));
}

#[tokio::test]
async fn no_more_is_under_way_than_may_be() {
    let mut hands = Hands::new();
    let all = paths(1000);
    hands.plan.expect(all.iter().flat_map(|path| [go_mod(path), zip(path)]).collect(), hands.now);
    let begun = hands.begins();
    let zips = begun.iter().filter(|step| step.ask.kind() == Kind::Zip).count();
    assert_eq!((begun.len() - zips, zips), (SMALL_AT_ONCE, ZIPS_AT_ONCE));
    hands.fails(begun[0].ask.clone(), 0);
    assert_eq!(hands.begins().len(), 1, "a place that is free again is taken");
}

#[tokio::test]
async fn bytes_that_nobody_claims_stop_it_and_a_claim_lets_it_go_on() {
    for (first, more, allowance) in
        [(zip("a"), zip("b"), ZIP_ALLOWANCE), (go_mod("a"), go_mod("b"), SMALL_ALLOWANCE)]
    {
        let mut hands = Hands::new();
        hands.plan.expect(vec![first.clone()], hands.now);
        assert_eq!(hands.begins().len(), 1);
        hands.lands(first.clone(), allowance);
        hands.plan.expect(vec![more.clone()], hands.now);
        assert_eq!(hands.begins().len(), 0);
        hands.plan.asked(&first, false, allowance, hands.now);
        assert_eq!(hands.begins()[0].ask, more);
    }
}

#[tokio::test]
async fn what_was_never_claimed_counts_as_wasted() {
    let mut hands = Hands::new();
    hands.plan.expect(vec![zip("a")], hands.now);
    hands.begins();
    hands.lands(zip("a"), ZIP_ALLOWANCE);
    assert_eq!(hands.numbers(Kind::Zip).unclaimed_bytes, ZIP_ALLOWANCE);
    hands.now += RECENT;
    hands.plan.expect(vec![zip("b")], hands.now);
    assert_eq!(hands.begins().len(), 0);
    let numbers = hands.numbers(Kind::Zip);
    assert_eq!((numbers.wasted_bytes, numbers.unclaimed_bytes), (ZIP_ALLOWANCE, 0));
}

#[tokio::test]
async fn when_nobody_follows_what_waits_is_given_up() {
    let mut hands = Hands::new();
    hands.plan.expect(paths(100).iter().map(|path| go_mod(path)).collect(), hands.now);
    let begun = hands.begins();
    hands.now += GIVE_UP;
    hands.lands(begun[0].ask.clone(), 1);
    assert_eq!(hands.begins().len(), 0);
    assert_eq!(hands.numbers(Kind::Mod).dropped, 100 - SMALL_AT_ONCE as u64);
}

#[tokio::test]
async fn while_many_clients_wait_nothing_is_begun() {
    let mut hands = Hands::new();
    hands.plan.expect(vec![go_mod("a")], hands.now);
    let waiting = |all| Waiters { all, alone: 0 };
    assert_eq!(hands.plan.next(waiting(CROWD), hands.now), None);
    assert!(hands.plan.next(waiting(CROWD - 1), hands.now).is_some());
}

#[tokio::test]
async fn while_a_client_waits_for_something_else_few_zips_are_under_way() {
    let mut hands = Hands::new();
    hands.plan.expect(paths(20).iter().map(|path| zip(path)).collect(), hands.now);
    let beside = Waiters { all: 1, alone: 1 };
    let begun = std::iter::from_fn(|| hands.plan.next(beside, hands.now)).count();
    assert_eq!((begun, begun + hands.begins().len()), (ZIPS_BESIDE, ZIPS_AT_ONCE));
    assert!(hands.plan.is_under_way(&zip("m0000")) && !hands.plan.is_under_way(&zip("m0019")));
}

#[tokio::test]
async fn what_a_client_has_asked_meanwhile_is_not_asked_and_the_same_is_not_asked_twice() {
    let mut hands = Hands::new();
    hands.plan.expect(vec![go_mod("a"), go_mod("b"), go_mod("b")], hands.now);
    hands.asks(&go_mod("a"));
    assert_eq!(hands.names(), ["b.mod", "a.info"]);
}

#[tokio::test]
async fn too_much_at_a_time_is_dropped_and_counted() {
    let mut hands = Hands::new();
    hands.plan.expect(paths(5000).iter().map(|path| go_mod(path)).collect(), hands.now);
    assert_eq!(hands.numbers(Kind::Mod).dropped, 5000 - super::super::queues::QUEUE_MAX as u64);
}

#[tokio::test]
async fn what_has_waited_for_too_long_is_dropped() {
    let mut hands = Hands::new();
    hands.plan.expect(vec![go_mod("a")], hands.now);
    hands.now += super::super::queues::WAITS_MAX;
    hands.asks(&go_mod("b"));
    assert_eq!((hands.names(), hands.numbers(Kind::Mod).dropped), (vec!["b.info".to_owned()], 1));
}

#[tokio::test]
async fn what_came_for_nothing_is_wasted_and_after_many_failures_there_is_a_rest() {
    let mut hands = Hands::new();
    let all = paths(100);
    hands.plan.expect(all.iter().map(|path| zip(path)).collect(), hands.now);
    let mut failed = 0;
    while let Some(step) = hands.plan.next(Waiters::default(), hands.now) {
        hands.fails(step.ask, 7);
        failed += 1;
    }
    let numbers = hands.numbers(Kind::Zip);
    assert_eq!((failed, numbers.failed), (FAILURES_MAX, u64::from(FAILURES_MAX)));
    assert_eq!((numbers.wasted_bytes, numbers.dropped), (7 * numbers.failed, 100 - numbers.failed));
    hands.plan.expect(vec![go_mod("a")], hands.now);
    assert_eq!(hands.names(), [""; 0]);
    hands.now += GIVE_UP;
    hands.plan.expect(vec![go_mod("b")], hands.now);
    assert_eq!(hands.names(), ["a.mod", "b.mod"]);
}

/// A go.mod names versions that stand nowhere, for its own `replace` lines.
#[tokio::test]
async fn that_places_have_it_not_is_no_reason_to_rest() {
    let mut hands = Hands::new();
    hands.plan.expect(paths(100).iter().map(|path| go_mod(path)).collect(), hands.now);
    let mut asked = 0;
    while let Some(step) = hands.plan.next(Waiters::default(), hands.now) {
        hands.has_not(step.ask);
        asked += 1;
    }
    assert_eq!((asked, hands.numbers(Kind::Mod).failed), (100, 100));
}

#[tokio::test]
async fn what_is_asked_for_meanwhile_is_claimed_where_it_was_asked_of_somebody() {
    let mut hands = Hands::new();
    hands.plan.expect(vec![go_mod("a"), go_mod("b")], hands.now);
    let begun = hands.begins();
    for step in &begun {
        hands.plan.asked(&step.ask, false, 1, hands.now);
    }
    hands.plan.landed(&begun[0], &Landing::Needless, None, hands.now);
    assert_eq!(hands.numbers(Kind::Mod).claimed, 0);
    hands.lands(begun[1].ask.clone(), 1);
    assert_eq!(hands.numbers(Kind::Mod).claimed, 1);
}

#[tokio::test]
async fn a_place_that_says_to_wait_is_left_alone_at_once() {
    let mut hands = Hands::new();
    hands.plan.expect(vec![go_mod("a"), go_mod("b")], hands.now);
    let begun = hands.begins();
    let wait = Some(2 * GIVE_UP);
    hands.plan.landed(&begun[0], &Landing::Failed { bytes: 0, is_outage: true, wait }, None, hands.now);
    hands.now += GIVE_UP;
    hands.plan.expect(vec![go_mod("c")], hands.now);
    assert_eq!(hands.names(), [""; 0]);
    hands.now += GIVE_UP;
    hands.asks(&go_mod("d"));
    assert_eq!(hands.names(), ["c.mod", "d.info"]);
}

#[tokio::test]
async fn what_is_bytes_too_many_for_nothing_stops_it_like_what_nobody_claims() {
    let mut hands = Hands::new();
    hands.plan.expect(vec![zip("a"), zip("b")], hands.now);
    let begun = hands.plan.next(Waiters::default(), hands.now).unwrap();
    let other = hands.plan.next(Waiters::default(), hands.now).unwrap();
    hands.fails(begun.ask, ZIP_ALLOWANCE);
    hands.fails(other.ask, 0);
    hands.plan.expect(vec![zip("c")], hands.now);
    assert_eq!(hands.names(), [""; 0]);
}

#[tokio::test]
async fn a_lower_version_than_that_of_an_earlier_build_is_walked_through_too() {
    let mut hands = Hands::new();
    for version in ["v1.1.0", "v1.0.0"] {
        for path in ["a", "b"] {
            let module = ModuleVersion::parse(&format!("a.example/{path}"), version).unwrap();
            hands.asks(&Ask::Mod(module.clone()));
            hands.asks(&info_of(&module).unwrap());
        }
    }
    hands.begins();
    hands.asks(&zip("a"));
    assert_eq!(hands.names(), ["b.zip"]);
}

#[tokio::test]
async fn only_immutable_things_are_expected() {
    let mut hands = Hands::new();
    let branch = Ask::Info(module("a").path().clone(), Revision::parse("main").unwrap());
    hands.plan.expect(vec![Ask::List(module("a").path().clone()), branch, info("b")], hands.now);
    assert_eq!(hands.names(), ["b.info"]);
}
