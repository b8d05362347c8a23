//! The latest version: protocol.md D26, D29, D31.

use super::*;

#[tokio::test]
async fn without_tags_it_is_the_newest_commit() {
    let mut repo = FakeRepo::new();
    let main = repo.commit(&[], &[GO_MOD]);
    repo.head(main);
    let stamp = repo.stamp(main);
    let info = ask(ROOT, repo).module.latest(&job()).await.unwrap();
    assert_eq!(info.version.as_str(), format!("v0.0.0-{stamp}"));
    let origin = info.origin.unwrap();
    assert_eq!((origin.reference.as_str(), origin.tag_sum.len()), ("HEAD", 47));
}

#[tokio::test]
async fn an_empty_repository_has_none() {
    let expected = "module a.example/m: no matching versions for query \"latest\"";
    assert_eq!(ask(ROOT, FakeRepo::new()).latest().await, expected);
}

#[tokio::test]
async fn a_module_that_is_not_there_has_none() {
    let mut repo = FakeRepo::new();
    let main = repo.commit(&[], &[GO_MOD]);
    repo.head(main);
    let expected = "module a.example/m/none: no matching versions for query \"latest\"";
    assert_eq!(ask("a.example/m/none", repo).latest().await, expected);
}

#[tokio::test]
async fn releases_come_before_pre_releases() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[GO_MOD]);
    repo.head(at);
    repo.tag("v1.1.0-pre", at);
    repo.tag("v1.0.0", at);
    let info = ask(ROOT, repo).module.latest(&job()).await.unwrap();
    assert_eq!(info.version.as_str(), "v1.0.0");
    let origin = info.origin.unwrap();
    assert_eq!((origin.reference.as_str(), origin.tag_sum.len()), ("refs/tags/v1.0.0", 47));
}

/// v1.0.0 with this go.mod or none, v2.0.0 without.
fn mixed(go_mod: Option<&str>) -> FakeRepo {
    let mut repo = FakeRepo::new();
    let file = go_mod.map(|text| ("go.mod", text));
    let one = repo.commit(&[], file.as_slice());
    let two = repo.commit(&[one], &[]);
    repo.tag("v1.0.0", one);
    repo.tag("v2.0.0", two);
    repo.head(two);
    repo
}

#[tokio::test]
async fn incompatible_versions_count_where_the_compatible_ones_are_no_modules() {
    assert_eq!(ask(ROOT, mixed(None)).latest().await, "v2.0.0+incompatible");
    assert_eq!(ask(ROOT, mixed(Some(GO_MOD.1))).latest().await, "v1.0.0");
}

#[tokio::test]
async fn a_retracted_pre_release_with_go_mod_makes_room_for_the_rest() {
    let mut repo = FakeRepo::new();
    let plain = repo.commit(&[], &[]);
    let two = repo.commit(&[plain], &[]);
    repo.tag("v1.0.0", plain);
    repo.tag("v2.0.0", two);
    let three = repo.commit(&[two], &[("go.mod", "module a.example/m\nretract v1.0.0\n")]);
    repo.tag("v1.1.0-pre", three);
    repo.head(three);
    let asked = ask(ROOT, repo);
    assert_eq!(asked.list().await, ["v1.0.0", "v1.1.0-pre"]);
    // The release decides what is retracted, and it has no go.mod.
    assert_eq!(asked.latest().await, "v1.0.0");
}

#[tokio::test]
async fn where_all_is_retracted_it_is_the_newest_commit() {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[GO_MOD]);
    let main = repo.commit(&[one], &[("go.mod", "module a.example/m\nretract [v0.0.0, v1.0.1]\n")]);
    repo.tag("v1.0.0", one);
    repo.tag("v1.0.1", main);
    repo.head(main);
    let stamp = repo.stamp(main);
    assert_eq!(ask(ROOT, repo).latest().await, format!("v0.0.0-{stamp}"));
}

#[tokio::test]
async fn even_the_newest_commit_can_be_retracted() {
    let mut repo = FakeRepo::new();
    let main = repo.commit(&[], &[("go.mod", "module a.example/m\nretract [v0.0.0-0, v1.0.0]\n")]);
    repo.head(main);
    let expected = "module a.example/m: no matching versions for query \"latest\"";
    assert_eq!(ask(ROOT, repo).latest().await, expected);
}

#[tokio::test]
async fn the_highest_tag_is_the_answer_even_if_it_is_refused() {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[GO_MOD]);
    let two = repo.commit(&[one], &[("go.mod", "module a.example/m/v2\n")]);
    repo.tag("v1.0.0", one);
    repo.tag("v1.1.0", two);
    repo.head(two);
    let told = ask(ROOT, repo).latest().await;
    assert!(
        told.starts_with("a.example/m@v1.1.0: invalid version: go.mod has post-v1 module path"),
        "{told}"
    );
}

#[tokio::test]
async fn origins_that_contradict_each_other_are_left_out_as_in_go() {
    let mut repo = FakeRepo::new();
    let main = repo.commit(&[], &[("go.mod", "module a.example/m/v2\n")]);
    repo.tag("v1.0.0", main);
    repo.head(main);
    let info = ask("a.example/m/v2", repo).module.latest(&job()).await.unwrap();
    assert!(info.version.as_str().starts_with("v2.0.0-"));
    // The list depends on all tags, the name of the commit on those that begin with `v2.`.
    assert_eq!(info.origin, None);
}

/// v1.0.0 retracts itself and the pre-release of v1.2.0, which alone has no go.mod of all compatible versions; that of v1.1.0
/// has this one.
fn wavering(go_mod: &str) -> FakeRepo {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[("go.mod", "module a.example/m\nretract (\n v1.0.0\n v1.2.0-pre\n)\n")]);
    let next = repo.commit(&[one], &[("go.mod", go_mod)]);
    let plain = repo.commit(&[next], &[]);
    for (tag, at) in [("v1.0.0", one), ("v1.1.0-pre", next), ("v1.2.0-pre", plain), ("v2.0.0-rc.1", plain)] {
        repo.tag(tag, at);
    }
    repo.head(plain);
    repo
}

#[tokio::test]
async fn a_go_mod_that_a_retraction_uncovers_hides_incompatible_versions() {
    assert_eq!(ask(ROOT, wavering(GO_MOD.1)).latest().await, "v1.1.0-pre");
    // One that says no more than a made-up one hides nothing.
    assert_eq!(ask(ROOT, wavering("module a.example/m\n")).latest().await, "v2.0.0-rc.1+incompatible");
}

#[tokio::test]
async fn a_version_that_is_refused_retracts_nothing() {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[]);
    let two = repo.commit(&[one], &[("go.mod", "module a.example/m\nretract v2.0.0\n")]);
    let rc = repo.commit(&[two], &[]);
    for (tag, at) in [("v1.0.0", one), ("v2.0.0", two), ("v2.1.0-rc.1", rc)] {
        repo.tag(tag, at);
    }
    repo.head(rc);
    let told = ask(ROOT, repo).latest().await;
    assert!(
        told.starts_with("a.example/m@v2.0.0+incompatible: invalid version: module contains a go.mod"),
        "{told}"
    );
}
