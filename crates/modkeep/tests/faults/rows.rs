//! One test per fault and separator.

use std::time::{Duration, Instant};

use crate::scene::{Knows, Node, bad, good, pull};

/// How long a build may take: less than the 15 seconds for which the server would wait for one silent place, and several times
/// what it takes.
const SOON: Duration = Duration::from_secs(14);

/// The build goes on, and takes what it takes on a healthy day.
fn survives(name: &str, separator: char) {
    let bad = bad(name);
    let node = Node::start(&format!("{}{separator}{}", bad.url(), good()), &[&bad]);
    let knows = Knows::before_meeting(name);
    let (healthy, begun) = (knows.healthy(), Instant::now());
    let taken = pull(&node.url(), knows).unwrap_or_else(|output| panic!("{output}\n{}", node.said()));
    assert!(begun.elapsed() < SOON, "it took {:?}\n{}", begun.elapsed(), node.said());
    assert!(taken.names_the_newest_version(), "{taken:?}");
    assert_eq!(taken, *healthy);
    assert_met(name, &bad);
}

/// go is told which place said no, and with what; the place behind the `,` is not asked.
fn stops(name: &str, words: &[&str]) {
    let bad = bad(name);
    let node = Node::start(&format!("{},{}", bad.url(), good()), &[&bad]);
    let Err(output) = pull(&node.url(), Knows::Sums) else { panic!("a policy was walked round") };
    for word in words.iter().chain([&bad.url()]) {
        assert!(output.stderr.contains(word), "`{word}` is not in {output}");
    }
    assert_met(name, &bad);
}

/// A fault that nobody met proves nothing.
fn assert_met(name: &str, bad: &faults::FaultyProxy) {
    let fault = faults::find(name).unwrap();
    assert!(fault.is_nobody() || bad.requests() > 0, "{name} was not asked");
    assert!(fault.is_nobody() || fault.is_harmless() || bad.struck() > 0, "{name} did not strike");
}

/// Makes a test of each row, in a module for each separator, and the table of rows for the check that none is missing.
macro_rules! rows {
    ($($test:ident $name:literal $comma:ident;)*) => {
        const ROWS: &[&str] = &[$($name),*];

        mod pipe {
            $(#[test] fn $test() { super::survives($name, '|'); })*
        }

        mod comma {
            $(#[test] fn $test() { super::$comma($name); })*
        }
    };
}

fn passes(name: &str) {
    survives(name, ',');
}

fn refuses(name: &str) {
    let status = if name == "401" { "401 Unauthorized" } else { "403 Forbidden" };
    stops(name, &[status]);
}

rows! {
    good "good" passes;
    tls_good "tls-good" passes;
    not_found "404" passes;
    gone "410" passes;
    unauthorized "401" refuses;
    forbidden "403" refuses;
    too_many_requests "429" passes;
    internal_error "500" passes;
    bad_gateway "502" passes;
    not_available "503" passes;
    gateway_timeout "504" passes;
    login_page "html" passes;
    empty_answer "empty" passes;
    zip_cut_short "zip-cut" passes;
    chunked_cut_short "chunked-cut" passes;
    zip_with_a_flipped_byte "zip-corrupt" passes;
    zip_of_another_version "zip-other" passes;
    zip_that_leads_outside "zip-evil" passes;
    mod_with_another_line "mod-wrong" passes;
    info_of_another_version "info-other" passes;
    silence_before_headers "hang" passes;
    silence_for_zips "hang~zip" passes;
    silence_in_mid_zip "stall" passes;
    a_byte_a_second "drip" passes;
    refused "refused" passes;
    closed "reset" passes;
    reset "rst" passes;
    unknown_host "dns" passes;
    certificate_expired "tls-expired" passes;
    certificate_of_another_host "tls-host" passes;
    silence_in_the_handshake "tls-hang" passes;
    redirect_loop "loop" passes;
    redirect_to_http "to-http" passes;
    broken_gzip "gzip" passes;
    huge_headers "headers" passes;
    half_of_the_requests "flap-50" passes;
    each_file_once "once" passes;
    the_first_three "first-3" passes;
    the_first_twenty "first-20" passes;
    failing_for_zips "502~zip" passes;
    no_zips "404~zip" passes;
    empty_list "list-empty" passes;
    list_without_the_newest "list-miss" passes;
    failing_for_lists "502~list" passes;
    failing_for_the_database "502~sumdb" passes;
    nothing_in_the_database "404~sumdb" passes;
    login_page_for_the_database "html~sumdb" passes;
    silence_for_the_database "hang~sumdb" passes;
    silence_for_tiles "hang~tile" passes;
    database_cut_short "sumdb-cut" passes;
    record_with_a_flipped_byte "lookup-corrupt" passes;
    tile_with_a_flipped_byte "tile-corrupt" passes;
}

#[test]
fn every_fault_has_a_row() {
    let named: Vec<&str> = faults::CATALOGUE.iter().map(|fault| fault.name).collect();
    assert_eq!(ROWS, named);
}

#[test]
fn without_a_database_a_wrong_mod_is_refused_by_go() {
    let bad = bad("mod-wrong");
    let node = Node::verifying_with("off", &format!("{}|{}", bad.url(), good()), &[&bad]);
    let Err(output) = pull(&node.url(), Knows::Sums) else { panic!("a wrong .mod was taken") };
    assert!(output.stderr.contains("checksum mismatch"), "{output}");
}
