//! Lists: protocol.md D12, D13, D34.

use super::*;

fn tagged(tags: &[&str], files: &[(&str, &str)]) -> FakeRepo {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], files);
    repo.head(at);
    repo.tag_all(tags, at);
    repo
}

const TAGS: &[&str] =
    &["v1.0.0", "v2.0.0", "v2.1.0-rc.1", "v3.0.0", "v1.1.0+meta", "v1.2", "sub/v0.1.0", "sub/v2.1.0"];

#[tokio::test]
async fn without_go_mod_higher_majors_are_incompatible() {
    let expected = ["v1.0.0", "v2.0.0+incompatible", "v2.1.0-rc.1+incompatible", "v3.0.0+incompatible"];
    assert_eq!(ask(ROOT, tagged(TAGS, &[])).list().await, expected);
}

#[tokio::test]
async fn a_go_mod_in_the_highest_compatible_version_ends_the_list() {
    assert_eq!(ask(ROOT, tagged(TAGS, &[GO_MOD])).list().await, ["v1.0.0"]);
}

#[tokio::test]
async fn a_pre_release_can_be_the_version_that_has_the_go_mod() {
    let mut repo = tagged(&["v1.0.0", "v2.0.0"], &[]);
    let with = repo.commit(&[], &[GO_MOD]);
    repo.tag("v1.1.0-pre", with);
    assert_eq!(ask(ROOT, repo).list().await, ["v1.0.0", "v1.1.0-pre"]);
}

#[tokio::test]
async fn a_major_whose_highest_version_has_a_go_mod_is_dropped_whole() {
    let mut repo = tagged(&["v2.0.0", "v2.1.0", "v3.0.0", "v10.0.0"], &[]);
    let with = repo.commit(&[], &[("go.mod", "module a.example/m/v2\n")]);
    repo.tag("v2.2.0", with);
    assert_eq!(ask(ROOT, repo).list().await, ["v3.0.0+incompatible", "v10.0.0+incompatible"]);
}

#[tokio::test]
async fn a_go_mod_in_a_folder_for_the_major_does_not_count_here() {
    let repo = tagged(&["v2.0.0"], &[("v2/go.mod", "module a.example/m/v2\n")]);
    assert_eq!(ask(ROOT, repo).list().await, ["v2.0.0+incompatible"]);
}

#[tokio::test]
async fn other_modules_of_the_repository_have_their_own_tags() {
    for (path, expected) in [
        ("a.example/m/sub", vec!["v0.1.0"]),
        ("a.example/m/sub/v2", vec!["v2.1.0"]),
        ("a.example/m/v2", vec!["v2.0.0", "v2.1.0-rc.1"]),
        ("a.example/m/other", vec![]),
        ("gopkg.in/m.v3", vec!["v3.0.0"]),
        ("gopkg.in/m.v3-unstable", vec![]),
    ] {
        let mut expected = expected;
        expected.sort_by_key(|text| version(text));
        assert_eq!(ask(path, tagged(TAGS, &[])).list().await, expected, "{path}");
    }
}

#[tokio::test]
async fn the_origin_says_which_tags_the_list_depends_on() {
    let listing = |path| async move { ask(path, tagged(TAGS, &[])).module.versions(&job()).await.unwrap() };
    let origin = listing("a.example/m/sub/v2").await.origin.unwrap();
    assert_eq!((origin.vcs.as_str(), origin.url.as_str()), ("git", "https://a.example/m.git"));
    assert_eq!((origin.subdir.as_str(), origin.tag_prefix.as_str()), ("sub", "sub/"));
    assert!(origin.tag_sum.starts_with("t1:") && origin.repo_sum.is_empty() && origin.hash.is_empty());
    assert_eq!(listing("gopkg.in/m.v3-unstable").await.origin, None);
}

#[tokio::test]
async fn a_tag_that_cannot_be_read_now_is_no_missing_go_mod() {
    let mut repo = tagged(TAGS, &[]);
    repo.break_down("read_file");
    let error = ask(ROOT, repo).module.versions(&job()).await.unwrap_err();
    assert_eq!(error.kind, source::FailureKind::Unavailable);
}
