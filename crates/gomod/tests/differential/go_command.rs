//! What x/mod does not have and only the go command itself can answer: GOPROXY lists, GOSUMDB values and go.sum files.
//!
//! One question is one go process of a few milliseconds, so there are hundreds of questions here and not thousands. Every
//! request that a list would lead to goes to a closed port of this machine; what counts is whether go gets so far.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use gomod::goproxy::{ListFlaw, ProxyList};
use gomod::gosum::GoSum;
use gomod::gosumdb::{SumDbError, SumDbSetting};
use tempfile::TempDir;

use crate::dice::Dice;
use crate::grammar::settings;
use crate::hits::{GO_COMMAND, Hits};
use crate::intended::{self, Intended};
use crate::oracle::go_command;
use crate::{check_reach, report, seed};

const LISTS: usize = 600;
const SUMS: usize = 300;
const SUM_DBS: usize = 300;

/// What go says when it does not like the list. Everything else is about a request that it then made.
const LIST_ERRORS: [&str; 4] =
    ["go: invalid proxy URL", "go: invalid file:// proxy URL", "go: parse ", "contains no entries"];

/// What go says when it does not like the value of GOSUMDB. Everything else is about a request that it then made. The last
/// is a line of a crash: go stumbles over its own message when the name of a database gives no URL at all.
const SUM_DB_ERRORS: [&str; 4] =
    ["invalid GOSUMDB", "missing GOSUMDB", "invalid sumdb name", "cmd/go/internal/modfetch.dbDial()"];

/// A port of this machine that nobody listens at.
const CLOSED: &str = "http://127.0.0.1:1";

/// What the comparisons share.
#[derive(Default)]
struct Run {
    hits: Hits,
    intended: Intended,
}

#[test]
fn the_go_command_reads_settings_and_sums_as_we_do() {
    report::announce("comparing with the go command", seed());
    let mut run = Run::default();
    let counts = [proxy_lists(&mut run), sum_dbs(&mut run), go_sums(&mut run)];
    let (hits, intended) = (run.hits.all(GO_COMMAND), run.intended.all(intended::GO_COMMAND));
    report::print(&counts, &hits, &intended);
    assert_eq!(report::total(&counts).differences, 0, "differences are printed above the table");
    check_reach(&hits, &intended);
}

fn proxy_lists(run: &mut Run) -> report::Count {
    let home = folder();
    let mut dice = Dice::for_purpose(seed(), "goproxy");
    let mut count = report::Count::of("GOPROXY");
    for _ in 0..LISTS {
        let list = settings::proxy_list(&mut dice);
        let message = ask_with_list(home.path(), &list);
        let theirs = !LIST_ERRORS.iter().any(|error| message.contains(error));
        let ours = ProxyList::parse(&list).map_err(|error| error.flaw);
        let reason = ours.as_ref().err().filter(|_| theirs).and_then(intended::stricter_list);
        let same = theirs == ours.is_ok() || run.intended.is_meant(reason);
        count.add(theirs, same, || format!("{list:?}: go {message}gomod {ours:?}"));
        if let Err(flaw) = ours {
            run.hits.note("ListFlaw", &flaw);
            if let ListFlaw::Item { flaw, .. } = flaw {
                run.hits.note("UrlFlaw", &flaw);
            }
        }
    }
    count
}

fn ask_with_list(home: &Path, list: &str) -> String {
    let mut go = go_command(home);
    go.args(["list", "-m", "-versions", "proxy.test/m"]).env("GOPROXY", list).current_dir(home);
    message(go.env("HTTPS_PROXY", CLOSED).env("HTTP_PROXY", CLOSED).env("GOVCS", "*:off"))
}

/// What a value of GOSUMDB means.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    Refused,
    Off,
    On,
}

fn sum_dbs(run: &mut Run) -> report::Count {
    let home = folder();
    lay_module(home.path());
    let mut dice = Dice::for_purpose(seed(), "gosumdb");
    let mut count = report::Count::of("GOSUMDB");
    for _ in 0..SUM_DBS {
        let value = settings::sum_db(&mut dice);
        let (theirs, message) = ask_with_sum_db(home.path(), &value);
        let parsed = SumDbSetting::parse(&value);
        let ours = match &parsed {
            Ok(SumDbSetting::Off) => Wish::Off,
            Ok(SumDbSetting::On(_)) => Wish::On,
            Err(_) => Wish::Refused,
        };
        let reason = parsed.as_ref().err().filter(|_| theirs == Wish::On).and_then(intended::stricter_sum_db);
        let same = theirs == ours || run.intended.is_meant(reason);
        count.add(theirs != Wish::Refused, same, || format!("{value:?}: go {message}gomod {parsed:?}"));
        if let Err(error) = parsed {
            note_sum_db(&mut run.hits, &error);
        }
    }
    count
}

fn note_sum_db(hits: &mut Hits, error: &SumDbError) {
    hits.note("SumDbError", error);
    if let SumDbError::Url(flaw) = error {
        hits.note("UrlFlaw", flaw);
    }
}

/// Without a go.sum go has to ask the database about the only dependency, unless there is to be none.
fn ask_with_sum_db(home: &Path, value: &str) -> (Wish, String) {
    match fs::remove_file(home.join("go.sum")) {
        Err(error) if error.kind() != ErrorKind::NotFound => panic!("a folder of ours: {error}"),
        _ => {}
    }
    let mut go = go_command(home);
    go.args(["list", "-m", "all"]).current_dir(home).env("GOSUMDB", value).env("GOPROXY", proxy(home));
    let message = message(go.env("HTTPS_PROXY", CLOSED).env("HTTP_PROXY", CLOSED));
    if message.is_empty() {
        return (Wish::Off, message);
    }
    let refused = SUM_DB_ERRORS.iter().any(|error| message.contains(error));
    assert!(
        refused || message.contains("verifying go.mod"),
        "{value:?}: something else went wrong: {message}"
    );
    (if refused { Wish::Refused } else { Wish::On }, message)
}

fn proxy(home: &Path) -> String {
    format!("file://{}", home.join("proxy").display())
}

fn message(go: &mut Command) -> String {
    let output = go.output().expect("go was run before");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn go_sums(run: &mut Run) -> report::Count {
    let home = folder();
    lay_module(home.path());
    let mut dice = Dice::for_purpose(seed(), "go.sum");
    let mut count = report::Count::of("go.sum");
    for _ in 0..SUMS {
        let sum = settings::go_sum(&mut dice);
        let theirs = ask_with_sum(home.path(), &sum);
        let ours = GoSum::parse(&sum);
        let same = match &ours {
            Ok(_) => theirs.is_none(),
            Err(error) => {
                theirs == Some(error.line) || run.intended.is_meant(intended::stricter_sum(theirs, error))
            }
        };
        count.add(theirs.is_none(), same, || {
            format!("b\"{}\": go {theirs:?} gomod {ours:?}", sum.escape_ascii())
        });
        if let Err(error) = ours {
            run.hits.note("GoSumFlaw", &error.flaw);
        }
    }
    count
}

/// A module whose only dependency makes go look into go.sum.
fn lay_module(home: &Path) {
    let versions = home.join("proxy/a.b/c/@v");
    fs::create_dir_all(&versions).expect("a fresh folder");
    fs::write(versions.join("v1.0.0.mod"), "module a.b/c\n").expect("a fresh folder");
    fs::write(versions.join("v1.0.0.info"), r#"{"Version":"v1.0.0"}"#).expect("a fresh folder");
    fs::write(home.join("go.mod"), "module a.b/m\n\ngo 1.24\n\nrequire a.b/c v1.0.0\n")
        .expect("a fresh folder");
}

/// The line at which go stops, if it does.
fn ask_with_sum(home: &Path, sum: &[u8]) -> Option<usize> {
    fs::write(home.join("go.sum"), sum).expect("a folder of ours");
    let mut go = go_command(home);
    go.args(["list", "-mod=readonly", "-m", "all"]).current_dir(home);
    let message = message(go.env("GOPROXY", proxy(home)));
    let (_, place) = message.split_once("malformed go.sum:\n")?;
    let (_, line) = place.split_once("go.sum:")?;
    line.split(':').next()?.parse().ok()
}

fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder")
}
