//! With no good place left, go fails soon, and its user is told which places there are, what is wrong with each, and what
//! to do about it.

use std::time::Duration;

use testkit::GoOutput;

use crate::scene::{Node, bad, download};

/// How long a failure may take: as long as the server waits for a silent place (15 seconds), once, and half as long again.
const SOON: Duration = Duration::from_secs(23);

/// How what to do begins.
const ADVICE: &str = "to go on: ";

/// Each place is named in a line with what happened there. `happened`: some words of it, for each place.
fn names_each(names: [&str; 2], happened: [&str; 2]) -> GoOutput {
    let places = names.map(bad);
    let [first, second] = &places;
    let node = Node::start(&format!("{}|{}", first.url(), second.url()), &[first, second]);
    let Err(output) = download(&node.url()) else { panic!("{names:?} gave a module") };
    assert!(output.elapsed < SOON, "{output}\n{}", node.said());
    for (place, words) in places.iter().zip(happened) {
        let line = output.stderr.lines().find(|line| line.contains(place.url()) && line.contains(words));
        assert!(line.is_some(), "no line has {} and `{words}`: {output}\n{}", place.url(), node.said());
    }
    *output
}

/// Besides, go is told what to do.
fn tells(names: [&str; 2], happened: [&str; 2]) {
    let output = names_each(names, happened);
    assert!(output.stderr.contains(ADVICE), "{output}");
}

#[test]
fn two_outages() {
    tells(["502", "503"], ["502 Bad Gateway", "503 Service Unavailable"]);
}

#[test]
fn nobody_there() {
    tells(["refused", "dns"], ["Connection refused", "cannot connect"]);
}

#[test]
fn broken_connections() {
    tells(["rst", "reset"], ["the request failed", "the request failed"]);
}

#[test]
fn wrong_certificates() {
    tells(["tls-expired", "tls-host"], ["certificate", "certificate"]);
}

#[test]
fn redirects_to_nowhere() {
    tells(["loop", "to-http"], ["redirect", "redirect"]);
}

#[test]
fn false_contents() {
    tells(["html", "zip-corrupt"], ["zip", "zip"]);
}

#[test]
fn broken_bodies() {
    tells(["zip-cut", "chunked-cut"], ["body", "body"]);
}

#[test]
fn silences_before_an_answer() {
    tells(["hang", "tls-hang"], ["no answer", "cannot connect"]);
}

#[test]
fn silences_in_the_middle() {
    tells(["stall", "drip"], ["body", "body"]);
}

#[test]
fn broken_mirrors() {
    tells(["502~sumdb", "sumdb-cut"], ["502 Bad Gateway", "the body broke off"]);
}

#[test]
fn mirrors_that_mirror_nothing() {
    tells(["html~sumdb", "404~sumdb"], ["not that of a checksum database", "404 Not Found"]);
}

#[test]
fn silent_mirrors() {
    tells(["hang~sumdb", "hang~tile"], ["no answer", "no answer"]);
}

// With contents that somebody changed there is nothing that its user should do to go on.

#[test]
fn records_that_nobody_logged() {
    names_each(["lookup-corrupt"; 2], ["checksum mismatch"; 2]);
}

#[test]
fn tiles_that_prove_nothing() {
    names_each(["tile-corrupt"; 2], ["checksum mismatch"; 2]);
}

#[test]
fn wrong_mods() {
    names_each(["mod-wrong"; 2], ["checksum mismatch"; 2]);
}
