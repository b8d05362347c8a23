//! Mirrors that are broken, old, silent or gone, in front of a good one: a build goes on, and its first module waits for some
//! seconds at most.

use std::time::Duration;

use testkit::Lie;

use super::kept::{assert_serves_by_itself, assert_true};
use super::scene::{A, BIG, Folder, Mirror, NAME, pull_anew};

/// How long the first module may take, on a slow machine.
const SOON: Duration = Duration::from_secs(10);

/// How long the next one may: the bad place is left alone by then.
const AT_ONCE: Duration = Duration::from_secs(5);

/// With each separator, a bad mirror in front of a good one.
fn survived<T>(break_it: impl Fn(&mut Mirror) -> T) {
    for separator in [',', '|'] {
        let (mut bad, good, folder) = (Mirror::new(), Mirror::new(), Folder::new());
        let node = folder.serve(&format!("{}{separator}{}", bad.url(), good.url()), &good.db);
        let _broken = break_it(&mut bad);
        for (query, limit) in [(A, SOON), (BIG, AT_ONCE)] {
            let output = pull_anew(&node.url(), &good.db, &[query]).success();
            assert!(output.elapsed < limit, "`{separator}`: {output}");
        }
        assert!(good.asked("lookup/") > 0);
        assert_true(&folder.data(), &good.db);
        assert_serves_by_itself(&folder.data(), &good.db);
    }
}

fn below(address: &str) -> String {
    format!("/sumdb/{}/{address}", *NAME)
}

#[test]
fn it_says_that_it_mirrors_and_then_only_502() {
    survived(|bad| bad.db.lie(Lie::Supported200Then502));
}

#[test]
fn it_says_that_it_does_not_mirror() {
    survived(|bad| bad.db.lie(Lie::Supported404));
}

#[test]
fn it_is_a_login_page() {
    survived(|bad| bad.db.lie(Lie::Html));
    survived(|bad| bad.up.set_status(below("*"), 401, "sign in"));
}

#[test]
fn it_has_an_old_tree() {
    survived(|bad| bad.db.lie(Lie::OldTree(500)));
    survived(|bad| bad.db.lie(Lie::OldTree(1100)));
}

#[test]
fn it_is_gone() {
    survived(|bad| bad.up.stop());
}

#[test]
fn it_hangs_up() {
    survived(|bad| bad.up.hang_up(below("*")));
}

#[test]
fn it_is_silent() {
    survived(|bad| bad.up.hold(below("*")));
    survived(|bad| bad.up.hold("*"));
}

/// Fails when the answer to `supported` passes for a sign of life of the next (`Progress::anew` in `Mirroring`).
#[test]
fn it_is_silent_when_it_is_asked_for_records() {
    survived(|bad| bad.up.hold(below("lookup/*")));
}

/// Fails when tiles are asked of one way after the other, instead of `Tiles::any`.
#[test]
fn it_is_silent_when_it_is_asked_for_tiles() {
    survived(|bad| bad.up.hold(below("tile/*")));
}

#[test]
fn it_breaks_off() {
    survived(|bad| bad.up.cut_body(below("*"), 20));
    survived(|bad| bad.up.stall_body(below("lookup/*"), 20));
}

#[test]
fn it_stops_in_the_middle_of_tiles() {
    survived(|bad| bad.up.stall_body(below("tile/*"), 20));
}

#[test]
fn it_drips() {
    survived(|bad| bad.up.trickle_body(below("*"), 1, Duration::from_millis(200)));
}

/// The upstream has the modules and no mirror; then the database's own host is the one that is asked, and it is down.
#[test]
fn with_nobody_left_go_is_told_what_was_tried() {
    let (bad, folder) = (Mirror::new(), Folder::new());
    let node = folder.serve(&bad.url(), &bad.db);
    let _gate = bad.up.hold(below("*"));
    let output = pull_anew(&node.url(), &bad.db, &[A]).failure();
    for part in ["nothing vouches for example.com/a@v1.0.0", &bad.url(), &NAME] {
        assert!(output.stderr.contains(part), "`{part}` is missing: {output}");
    }
}
