//! Upstreams that send other files than the database has the hashes of.

use testkit::{FakeUpstream, GoHome, Module};

use super::kept::{artifacts, assert_serves_by_itself};
use super::scene::{A, BIG, Folder, MODULES, Mirror, assert_told, module, pull, pull_anew, tampered};
use crate::node::{Node, get};

/// The module with another go.mod, in the `.mod` file alone.
fn other_mod() -> Module {
    module(A).raw_mod("module example.com/a\n\nrequire example.com/evil v1.0.0\n")
}

/// A mirror that sends this in place of what is right.
fn sending(wrong: Module) -> Mirror {
    let mirror = Mirror::new();
    mirror.up.publish(wrong);
    mirror
}

/// The last line of what modkeep logs about a place whose file is refused.
fn wait_for_alarm(node: &mut Node, place: &str) {
    node.process().wait_for_line(&format!("SECURITY: a checksum does not match\",\"place\":\"{place}\""));
}

/// Fails without the comparison of hashes in `Ledger::compare`.
#[test]
fn a_wrong_file_is_passed_over_for_the_next_place() {
    for wrong in [tampered(A), other_mod()] {
        for separator in [',', '|'] {
            let (bad, good, folder) = (sending(wrong.clone()), Mirror::new(), Folder::new());
            let list = format!("{}{separator}{}", bad.url(), good.url());
            let mut node = folder.serve(&list, &good.db);
            let (home, direct) = (GoHome::fresh(), GoHome::fresh());
            pull(&home, &node.url(), &good.db, &MODULES).success();
            pull(&direct, &good.url(), &good.db, &MODULES).success();
            assert_eq!(home.downloads(), direct.downloads());
            wait_for_alarm(&mut node, &bad.url());
            assert_serves_by_itself(&folder.data(), &good.db);
        }
    }
}

/// The whole refusal: what, which hashes, from where; and "not found" from a place that knows nothing does not hide it.
fn refused_by_all(wrong: &Module, extension: &str, hashes: &[String; 2]) {
    let bad = [sending(wrong.clone()), sending(wrong.clone())];
    let (ignorant, folder) = (FakeUpstream::builder().start(), Folder::new());
    let list = format!("{},{}|{}", bad[0].url(), bad[1].url(), ignorant.url());
    let mut node = folder.serve(&list, &bad[0].db);
    let (status, text) = get(&format!("{}{}", node.url(), wrong.url_path(extension)));
    assert_eq!(status, 502, "{text}");
    let artifact = format!("{A}.{extension}");
    let places = [bad[0].url(), bad[1].url()];
    let parts =
        hashes.iter().chain(&places).map(String::as_str).chain(["SECURITY: ", &artifact, bad[0].db.name()]);
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing: {text}");
    }
    for place in &places {
        wait_for_alarm(&mut node, place);
    }
    let told = pull_anew(&node.url(), &bad[0].db, &[A]);
    assert_told(&told, &["SECURITY: ", &hashes[0], &hashes[1]]);
    assert!(
        ignorant.count(&wrong.url_path(extension)) > 0,
        "it was asked, and its word is none against a hash"
    );
    let file = wrong.url_path(extension);
    assert!(!artifacts(&folder.data()).contains(&file.trim_start_matches('/').to_owned()));
    pull_anew(&node.url(), &bad[0].db, &[BIG]).success();
}

#[test]
fn a_zip_that_no_place_has_right_is_refused_with_both_hashes() {
    refused_by_all(&tampered(A), "zip", &[module(A).h1(), tampered(A).h1()]);
}

#[test]
fn a_mod_that_no_place_has_right_is_refused_with_both_hashes() {
    refused_by_all(&other_mod(), "mod", &[module(A).go_mod_h1(), other_mod().go_mod_h1()]);
}

/// Nothing else will do in place of the right file: not a status that sends clients elsewhere, and not what comes from a place that
/// is asked because clients are told to.
#[test]
fn a_mismatch_is_never_told_as_absence() {
    let (bad, folder) = (sending(tampered(A)), Folder::new());
    let node = Node::with(folder.serving(&bad.url(), &bad.db).args(["--unavailable-status", "404"]));
    assert_eq!(get(&format!("{}{}", node.url(), tampered(A).url_path("zip"))).0, 502);
    let home = GoHome::fresh();
    let list = format!("{},{}", node.url(), Mirror::new().url());
    assert_told(&pull(&home, &list, &bad.db, &[A]), &["SECURITY"]);
}

/// What was refused once is taken as soon as some place has it right.
#[test]
fn a_place_that_is_mended_is_believed() {
    let (place, folder) = (sending(tampered(A)), Folder::new());
    let node = folder.serve(&place.url(), &place.db);
    pull_anew(&node.url(), &place.db, &[A]).failure();
    place.up.publish(module(A));
    pull_anew(&node.url(), &place.db, &MODULES).success();
    assert_serves_by_itself(&folder.data(), &place.db);
}
