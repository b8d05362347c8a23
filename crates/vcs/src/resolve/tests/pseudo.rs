//! Pseudo-versions that are asked for: protocol.md D16, D20 to D24.

use super::*;

/// A history of three commits: v1.0.0, then v1.1.0+meta, then `main`; and v1.5.0 on a branch of its own.
fn repo() -> (FakeRepo, [String; 3]) {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[GO_MOD]);
    let meta = repo.commit(&[one], &[GO_MOD]);
    let main = repo.commit(&[meta], &[GO_MOD]);
    let side = repo.commit(&[one], &[GO_MOD]);
    for (tag, at) in [("v1.0.0", one), ("v1.1.0+meta", meta), ("v1.5.0", side)] {
        repo.tag(tag, at);
    }
    repo.head(main);
    let stamps = [one, meta, main].map(|at| repo.stamp(at));
    (repo, stamps)
}

#[tokio::test]
async fn what_is_true_of_a_commit_may_be_its_name() {
    let (repo, [one, meta, main]) = repo();
    let asked = ask(ROOT, repo);
    for name in [
        format!("v0.0.0-{main}"),
        format!("v0.0.0-{one}"),
        format!("v1.0.1-0.{main}"),
        format!("v1.1.1-0.{main}"),
        format!("v1.1.1-0.{meta}"),
    ] {
        assert_eq!(asked.named(&name).await, name);
    }
}

#[tokio::test]
async fn what_is_not_true_is_refused() {
    let (repo, [one, _, main]) = repo();
    let (short, hash) =
        (main.split_once('-').unwrap().1.to_owned(), one.split_once('-').unwrap().1.to_owned());
    let asked = ask(ROOT, repo);
    for (name, expected) in [
        (format!("v1.0.0-{main}"), "major version without preceding tag must be v0, not v1".to_owned()),
        (
            format!("v1.0.1-0.{one}"),
            format!(
                "tag (v1.0.0) found on revision {hash} is already canonical, so should not be replaced with a pseudo-version derived from that tag"
            ),
        ),
        (format!("v1.2.1-0.{main}"), "preceding tag (v1.2.0) not found".to_owned()),
        (
            format!("v1.5.1-0.{main}"),
            format!("revision {short} is not a descendent of preceding tag (v1.5.0)"),
        ),
        (
            format!("v1.1.1-0.{one}"),
            format!("revision {hash} is not a descendent of preceding tag (v1.1.0+meta)"),
        ),
        (format!("v1.1.0-0.{main}"), "version before v1.1.0 would have negative patch number".to_owned()),
    ] {
        let expected = format!("a.example/m@{name}: invalid pseudo-version: {expected}");
        assert_eq!(asked.named(&name).await, expected);
    }
    let wrong_time = format!("v0.0.0-20200101000000-{short}");
    assert!(asked.named(&wrong_time).await.contains("does not match version-control timestamp"));
}

#[tokio::test]
async fn the_go_mod_of_a_false_name_is_refused_too() {
    let (repo, [_, _, main]) = repo();
    let asked = ask(ROOT, repo);
    assert_eq!(asked.go_mod(&format!("v1.0.1-0.{main}")).await, GO_MOD.1);
    assert!(asked.go_mod(&format!("v1.2.1-0.{main}")).await.contains("preceding tag (v1.2.0) not found"));
    let files = asked.module.files(&version(&format!("v1.2.1-0.{main}")), &job()).await;
    assert!(files.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_tag_of_the_root_blocks_a_base_of_a_folder_as_in_go() {
    let mut repo = FakeRepo::new();
    let file = ("sub/go.mod", "module a.example/m/sub\n");
    let one = repo.commit(&[], &[file]);
    let main = repo.commit(&[one], &[file]);
    repo.tag("sub/v1.0.0", one);
    repo.tag("v1.0.0", main);
    repo.head(main);
    let name = format!("v1.0.1-0.{}", repo.stamp(main));
    assert!(ask("a.example/m/sub", repo).named(&name).await.contains("tag (v1.0.0) found on revision"));
}

#[tokio::test]
async fn names_of_incompatible_versions() {
    let mut repo = FakeRepo::new();
    let two = repo.commit(&[], &[]);
    let main = repo.commit(&[two], &[]);
    repo.tag("v2.0.0", two);
    repo.head(main);
    let stamp = repo.stamp(main);
    let asked = ask(ROOT, repo);
    let name = format!("v2.0.1-0.{stamp}+incompatible");
    assert_eq!(asked.named(&name).await, name);
    assert_eq!(asked.named(&format!("v2.0.1-0.{stamp}")).await, name);
    assert_eq!(asked.named(&format!("v0.0.0-{stamp}")).await, format!("v0.0.0-{stamp}"));
    let compatible = asked.named(&format!("v0.0.0-{stamp}+incompatible")).await;
    assert!(
        compatible.contains("+incompatible suffix not allowed: major version v0 is compatible"),
        "{compatible}"
    );
}
