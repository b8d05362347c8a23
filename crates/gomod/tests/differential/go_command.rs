//! What x/mod does not have and only the go command itself can answer: GOPROXY lists and go.sum files.
//!
//! One question is one go process of a few milliseconds, so there are hundreds of questions here and not thousands. Every
//! request that a list would lead to goes to a closed port of this machine; what counts is whether go gets so far.

use std::fs;
use std::path::Path;
use std::process::Command;

use gomod::goproxy::{ListFlaw, ProxyList};
use gomod::gosum::GoSum;
use tempfile::TempDir;

use crate::dice::Dice;
use crate::grammar::settings;
use crate::hits::{GO_COMMAND, Hits};
use crate::oracle::go_command;
use crate::{intended, names, report, seed};

const LISTS: usize = 600;
const SUMS: usize = 300;

/// What go says when it does not like the list. Everything else is about a request that it then made.
const LIST_ERRORS: [&str; 4] =
    ["go: invalid proxy URL", "go: invalid file:// proxy URL", "go: parse ", "contains no entries"];

#[test]
fn the_go_command_reads_proxy_lists_and_sums_as_we_do() {
    let mut hits = Hits::default();
    let counts = [proxy_lists(&mut hits), go_sums(&mut hits)];
    let hits = hits.all(GO_COMMAND);
    report::print(seed(), &counts, &hits, &[]);
    assert_eq!(report::total(&counts).differences, 0, "differences are printed above the table");
    let missed = names(&hits, |_, count| count == 0);
    assert!(missed.is_empty(), "never reached, so never compared: {missed:?}");
}

fn proxy_lists(hits: &mut Hits) -> report::Count {
    let home = folder();
    let mut dice = Dice::for_purpose(seed(), "goproxy");
    let mut count = report::Count::of("GOPROXY");
    for _ in 0..LISTS {
        let list = settings::proxy_list(&mut dice);
        let message = ask_with_list(home.path(), &list);
        let theirs = !LIST_ERRORS.iter().any(|error| message.contains(error));
        let ours = ProxyList::parse(&list).map_err(|error| error.flaw);
        let meant = ours.as_ref().is_err_and(|flaw| theirs && intended::is_stricter_list(flaw));
        count
            .add(theirs, theirs == ours.is_ok() || meant, || format!("{list:?}: go {message}gomod {ours:?}"));
        if let Err(flaw) = ours {
            hits.note("ListFlaw", &flaw);
            if let ListFlaw::Item { flaw, .. } = flaw {
                hits.note("UrlFlaw", &flaw);
            }
        }
    }
    count
}

fn ask_with_list(home: &Path, list: &str) -> String {
    let closed = "http://127.0.0.1:1";
    let mut go = go_command(home);
    go.args(["list", "-m", "-versions", "proxy.test/m"]).env("GOPROXY", list).current_dir(home);
    message(go.env("HTTPS_PROXY", closed).env("HTTP_PROXY", closed).env("GOVCS", "*:off"))
}

fn message(go: &mut Command) -> String {
    let output = go.output().expect("go was run before");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn go_sums(hits: &mut Hits) -> report::Count {
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
            Err(error) => theirs == Some(error.line) || intended::is_stricter_sum(theirs, error),
        };
        count.add(theirs.is_none(), same, || {
            format!("b\"{}\": go {theirs:?} gomod {ours:?}", sum.escape_ascii())
        });
        if let Err(error) = ours {
            hits.note("GoSumFlaw", &error.flaw);
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
    let message = message(go.env("GOPROXY", format!("file://{}", home.join("proxy").display())));
    let (_, place) = message.split_once("malformed go.sum:\n")?;
    let (_, line) = place.split_once("go.sum:")?;
    line.split(':').next()?.parse().ok()
}

fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder")
}
