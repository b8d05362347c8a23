//! What revisions are called: protocol.md D7 to D9, D14 to D19, D25, D28, D30.

use super::*;

/// The first fixture of K.3: no go.mod, and tags of many kinds.
fn before_modules() -> (FakeRepo, String) {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[]);
    let meta = repo.commit(&[one], &[]);
    let two = repo.commit(&[meta], &[]);
    let rc = repo.commit(&[two], &[]);
    let three = repo.commit(&[rc], &[]);
    let main = repo.commit(&[three], &[]);
    for (tag, at) in [
        ("v1.0.0", one),
        ("v1.1.0+meta", meta),
        ("v1.2", meta),
        ("v2.0.0", two),
        ("v2.1.0-rc.1", rc),
        ("v3.0.0", three),
    ] {
        repo.tag(tag, at);
    }
    repo.head(main);
    let stamps = format!("{} {}", repo.stamp(main), repo.stamp(meta));
    (repo, stamps)
}

#[tokio::test]
async fn a_repository_from_before_modules() {
    let (repo, stamps) = before_modules();
    let (main, meta) = stamps.split_once(' ').unwrap();
    let asked = ask(ROOT, repo);
    for (revision, expected) in [
        ("main", format!("v3.0.1-0.{main}+incompatible")),
        ("HEAD", format!("v3.0.1-0.{main}+incompatible")),
        ("v1.1.0+meta", format!("v1.1.1-0.{meta}")),
        ("v1.0.0+other", "v1.0.0".to_owned()),
        ("v1.9.0+meta", "a.example/m@v1.9.0+meta: invalid version: unknown revision v1.9.0+meta".to_owned()),
        ("v1.1.0", "a.example/m@v1.1.0: invalid version: unknown revision v1.1.0".to_owned()),
        ("v1.2.0", "a.example/m@v1.2.0: invalid version: unknown revision v1.2.0".to_owned()),
        ("v1.2", "module a.example/m: no matching versions for query \"v1.2\"".to_owned()),
        ("v1", "v1.0.0".to_owned()),
        ("v2", "v2.0.0+incompatible".to_owned()),
        ("v2.1", "module a.example/m: no matching versions for query \"v2.1\"".to_owned()),
        ("v2.0.0+incompatible", "v2.0.0+incompatible".to_owned()),
        ("v2.0.0", "v2.0.0+incompatible".to_owned()),
        ("latest", "v3.0.0+incompatible".to_owned()),
    ] {
        assert_eq!(asked.named(revision).await, expected, "{revision}");
    }
}

#[tokio::test]
async fn the_highest_tag_in_the_history_is_the_base() {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[GO_MOD]);
    let five = repo.commit(&[one], &[GO_MOD]);
    let pre = repo.commit(&[five], &[GO_MOD]);
    let side = repo.commit(&[one], &[GO_MOD]);
    let main = repo.commit(&[pre], &[GO_MOD]);
    for (tag, at) in [("v0.1.0", five), ("v0.1.5", one), ("v0.2.0-pre", pre), ("v0.9.0", side)] {
        repo.tag(tag, at);
    }
    repo.head(main);
    let (main, short) = (repo.stamp(main), repo.hash(main)[..9].to_owned());
    let asked = ask(ROOT, repo);
    assert_eq!(asked.named("main").await, format!("v0.2.0-pre.0.{main}"));
    assert_eq!(asked.named(&short).await, format!("v0.2.0-pre.0.{main}"));
    assert_eq!(asked.latest().await, "v0.9.0");
}

#[tokio::test]
async fn of_the_tags_on_a_commit_the_highest_names_it() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[GO_MOD]);
    for tag in
        ["v1.0.0", "v1.10.0", "v1.9.0", "v1.11.0+meta", "v2.0.0", "v1.12.0-pre", "sub/v1.20.0", "v1.30"]
    {
        repo.tag(tag, at);
    }
    repo.head(at);
    let asked = ask(ROOT, repo);
    assert_eq!(asked.named("main").await, "v1.12.0-pre");
    assert_eq!(asked.named("v1.9.0").await, "v1.9.0");
    assert_eq!(asked.named("v1.11.0+meta").await, "v1.12.0-pre");
}

#[tokio::test]
async fn a_branch_called_like_a_version_is_no_version() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[GO_MOD]);
    repo.head(at);
    repo.branch("v1.5.0", at);
    let expected = format!(
        "a.example/m@v1.5.0: invalid version: resolves to version v0.0.0-{} (v1.5.0 is not a tag)",
        repo.stamp(at)
    );
    let asked = ask(ROOT, repo);
    assert_eq!(asked.named("v1.5.0").await, expected);
    assert_eq!(asked.go_mod("v1.5.0").await, "a.example/m@v1.5.0: invalid version: v1.5.0 is not a tag");
}

#[tokio::test]
async fn versions_that_must_not_be_called_so() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(
        &[],
        &[GO_MOD, ("sub/go.mod", "module a.example/m/sub\n"), ("v4/go.mod", "module a.example/m/v4\n")],
    );
    repo.head(at);
    repo.tag_all(&["v1.0.0", "v2.0.0", "sub/v2.0.0", "v4.0.0"], at);
    let repo = Arc::new(repo);
    let has_go_mod = "module contains a go.mod file, so module path must match major version";
    for (path, asked, expected) in [
        (ROOT, "v2.0.0", format!("v2.0.0: invalid version: {has_go_mod} (\"a.example/m/v2\")")),
        (ROOT, "v2.0.0+incompatible", format!("v2.0.0+incompatible: invalid version: {has_go_mod} (\"a.example/m/v2\")")),
        (
            ROOT,
            "v1.0.0+incompatible",
            "v1.0.0+incompatible: invalid version: +incompatible suffix not allowed: major version v1 is compatible".to_owned(),
        ),
        (
            "a.example/m/sub",
            "v2.0.0",
            format!("v2.0.0: invalid version: {has_go_mod} (\"a.example/m/sub/v2\")"),
        ),
        (
            "a.example/m/v4",
            "v1.0.0",
            "v1.0.0: invalid version: module path includes a major version suffix, so major version must match".to_owned(),
        ),
        (
            "a.example/m/v2",
            "v2.0.0",
            "v2.0.0: invalid version: go.mod has non-.../v2 module path \"a.example/m\" (and .../v2/go.mod does not exist) at revision v2.0.0".to_owned(),
        ),
        (
            "a.example/m/none",
            "v1.0.0",
            "v1.0.0: invalid version: unknown revision none/v1.0.0".to_owned(),
        ),
    ] {
        let asked_of = Asked { module: module(path, &repo), repo: Arc::clone(&repo) };
        assert_eq!(asked_of.named(asked).await, format!("{path}@{expected}"), "{path} {asked}");
    }
    let v4 = Asked { module: module("a.example/m/v4", &repo), repo };
    assert_eq!(v4.named("v4.0.0").await, "v4.0.0");
}

#[tokio::test]
async fn a_folder_for_a_major_keeps_its_tags_from_being_incompatible() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[("v2/go.mod", "module a.example/m/v2\n")]);
    repo.head(at);
    repo.tag_all(&["v2.0.0", "v3.0.0"], at);
    let asked = ask(ROOT, repo);
    assert_eq!(asked.named("main").await, "v3.0.0+incompatible");
    assert!(asked.named("v2.0.0").await.contains("module path must match major version"));
    assert_eq!(asked.named("v2.0.0+incompatible").await, "v2.0.0+incompatible");
}

#[tokio::test]
async fn a_major_in_a_folder_beside_another_at_the_root() {
    let mut repo = FakeRepo::new();
    let old = repo.commit(&[], &[("v3/go.mod", "module a.example/m/v3\n")]);
    let main = repo
        .commit(&[old], &[("go.mod", "module a.example/m/v2\n"), ("v3/go.mod", "module a.example/m/v3\n")]);
    repo.tag("v3.0.0", old);
    repo.head(main);
    let stamp = repo.stamp(main);
    let repo = Arc::new(repo);
    let named = |path: &'static str| {
        let asked = Asked { module: module(path, &repo), repo: Arc::clone(&repo) };
        async move { asked.named("main").await }
    };
    assert_eq!(named("a.example/m/v3").await, format!("v3.0.1-0.{stamp}"));
    assert_eq!(named("a.example/m/v2").await, format!("v2.0.0-{stamp}"));
    let refused = named(ROOT).await;
    assert!(refused.contains("go.mod has post-v0 module path \"a.example/m/v2\""), "{refused}");
}

/// v1.2.0 retracts itself and v1.1.0.
fn retracting() -> (FakeRepo, String) {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[GO_MOD]);
    let two = repo.commit(&[one], &[GO_MOD]);
    let text = "module a.example/m\nretract [v1.1.0, v1.2.0]\n";
    let main = repo.commit(&[two], &[("go.mod", text)]);
    for (tag, at) in [("v1.0.0", one), ("v1.1.0", two), ("v1.2.0", main)] {
        repo.tag(tag, at);
    }
    repo.head(main);
    let stamp = repo.stamp(main);
    (repo, stamp)
}

#[tokio::test]
async fn what_is_retracted_names_no_commit_but_stays_a_version() {
    let (repo, stamp) = retracting();
    let asked = ask(ROOT, repo);
    assert_eq!(asked.latest().await, "v1.0.0");
    assert_eq!(asked.named("HEAD").await, format!("v1.0.1-0.{stamp}"));
    assert_eq!(asked.named("v1").await, "v1.0.0");
    assert_eq!(asked.named("v1.2.0").await, "v1.2.0");
    assert_eq!(asked.list().await, ["v1.0.0", "v1.1.0", "v1.2.0"]);
}

#[tokio::test]
async fn what_is_in_no_branch_and_no_tag_does_not_exist() {
    let mut repo = FakeRepo::new();
    let main = repo.commit(&[], &[GO_MOD]);
    let request = repo.commit(&[main], &[GO_MOD]);
    repo.head(main);
    let hash = repo.hash(request).to_owned();
    let expected = format!("a.example/m@{hash}: invalid version: unknown revision {hash}");
    assert_eq!(ask(ROOT, repo).named(&hash).await, expected);
}

#[tokio::test]
async fn an_origin_says_what_the_answer_depends_on() {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[("sub/go.mod", "module a.example/m/sub\n")]);
    let main = repo.commit(&[one], &[("sub/go.mod", "module a.example/m/sub\n")]);
    let side = repo.commit(&[one], &[("sub/go.mod", "module a.example/m/sub\n")]);
    repo.tag("sub/v1.0.0", one);
    repo.head(main);
    repo.branch("side", side);
    let [one, main, side] = [one, main, side].map(|at| repo.hash(at).to_owned());
    let asked = ask("a.example/m/sub", repo);
    let sub = "sub/";
    for (revision, hash, reference, prefix) in [
        ("v1.0.0", &one, "refs/tags/sub/v1.0.0", ""),
        (&one[..8], &one, "refs/tags/sub/v1.0.0", ""),
        ("main", &main, "refs/heads/main", sub),
        ("HEAD", &main, "", sub),
        (&main, &main, "", sub),
        (&side[..12], &side, "refs/heads/side", sub),
    ] {
        let origin = asked.info(revision).await.unwrap().origin.unwrap();
        let found = (origin.hash.as_str(), origin.reference.as_str(), origin.tag_prefix.as_str());
        assert_eq!(found, (hash.as_str(), reference, prefix), "{revision}");
        assert_eq!(origin.tag_sum.is_empty(), prefix.is_empty(), "{revision}");
        assert_eq!((origin.subdir.as_str(), origin.repo_sum.as_str()), ("sub", ""), "{revision}");
    }
}

#[tokio::test]
async fn a_system_without_history_finds_no_base() {
    let mut repo = FakeRepo::subversion();
    let one = repo.commit(&[], &[GO_MOD]);
    let main = repo.commit(&[one], &[GO_MOD]);
    repo.tag("v1.0.0", one);
    repo.head(main);
    let stamp = repo.stamp(main);
    let asked = ask(ROOT, repo);
    let info = asked.info("main").await.unwrap();
    assert_eq!(info.version.as_str(), format!("v0.0.0-{stamp}"));
    assert_eq!(info.origin.unwrap().tag_sum, "");
    let based = asked.named(&format!("v1.0.1-0.{stamp}")).await;
    assert!(
        based.ends_with("invalid pseudo-version: Subversion does not tell the history of tags"),
        "{based}"
    );
}

#[tokio::test]
async fn what_cannot_be_found_out_is_not_missing() {
    for method in ["refs", "stat", "read_file", "merged_tags"] {
        let (mut repo, _) = before_modules();
        repo.break_down(method);
        let error = ask(ROOT, repo).info("main").await.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (source::FailureKind::Unavailable, "the host is silent"),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_tag_on_the_commit_is_its_base_even_if_a_higher_one_is_in_the_history() {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[GO_MOD]);
    let main = repo.commit(&[one], &[GO_MOD]);
    repo.tag("v1.4.0", one);
    repo.tag("v1.1.0+meta", main);
    repo.head(main);
    let expected = format!("v1.1.1-0.{}", repo.stamp(main));
    assert_eq!(ask(ROOT, repo).named("main").await, expected);
}

#[tokio::test]
async fn a_tag_of_a_folder_must_not_name_another_commit() {
    let mut repo = FakeRepo::new();
    let file = ("sub/go.mod", "module a.example/m/sub\n");
    let other = repo.commit(&[], &[file]);
    let main = repo.commit(&[other], &[file]);
    let [strange, own] = [other, main].map(|at| format!("v0.0.0-{}", repo.stamp(at)));
    repo.tag(&format!("sub/{strange}"), main);
    repo.head(main);
    let refused = ask("a.example/m/sub", repo).named("main").await;
    assert!(refused.ends_with("but is a tag of another"), "{refused}");
    let mut repo = FakeRepo::new();
    let other = repo.commit(&[], &[file]);
    let main = repo.commit(&[other], &[file]);
    repo.tag(&format!("sub/{own}"), main);
    repo.head(main);
    assert_eq!(ask("a.example/m/sub", repo).named("main").await, own);
}

#[tokio::test]
async fn a_tag_that_was_asked_for_is_the_base_even_if_it_is_not_the_highest() {
    let mut repo = FakeRepo::new();
    let main = repo.commit(&[], &[GO_MOD]);
    repo.tag_all(&["v1.1.0+meta", "v1.3.0+meta"], main);
    repo.head(main);
    let stamp = repo.stamp(main);
    let asked = ask(ROOT, repo);
    assert_eq!(asked.named("v1.1.0+meta").await, format!("v1.1.1-0.{stamp}"));
    assert_eq!(asked.named("main").await, format!("v1.3.1-0.{stamp}"));
}

#[tokio::test]
async fn a_pseudo_version_without_base_depends_on_no_tag() {
    let mut repo = FakeRepo::new();
    let main = repo.commit(&[], &[GO_MOD]);
    repo.head(main);
    let name = format!("v0.0.0-{}", repo.stamp(main));
    let asked = ask(ROOT, repo);
    assert_eq!(asked.info(&name).await.unwrap().origin.unwrap().tag_sum, "");
    assert_ne!(asked.info("main").await.unwrap().origin.unwrap().tag_sum, "");
}
