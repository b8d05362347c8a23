//! What a repository is asked for: as little as will do.

use super::*;

#[tokio::test]
async fn a_tagged_version_needs_its_commit_and_its_go_mod_alone() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[GO_MOD]);
    repo.head(at);
    repo.tag("v1.0.0", at);
    let asked = ask(ROOT, repo);
    asked.info("v1.0.0").await.unwrap();
    assert_eq!(asked.repo.take_asked(), ["stat v1.0.0", "read_file go.mod"]);
    asked.go_mod("v1.0.0").await;
    assert_eq!(asked.repo.take_asked(), ["stat v1.0.0", "read_file go.mod"]);
}

#[tokio::test]
async fn history_is_asked_for_only_when_some_tag_could_be_a_base() {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[GO_MOD]);
    let main = repo.commit(&[one], &[GO_MOD]);
    repo.head(main);
    repo.tag_all(&["v2.0.0", "sub/v1.0.0", "release", "v1.2"], one);
    let asked = ask(ROOT, repo);
    asked.info("main").await.unwrap();
    assert_eq!(asked.repo.take_asked(), ["stat main", "refs", "read_file go.mod", "read_file go.mod"]);
}

#[tokio::test]
async fn history_is_not_asked_for_when_the_highest_tag_is_on_the_commit() {
    let mut repo = FakeRepo::new();
    let one = repo.commit(&[], &[GO_MOD]);
    let main = repo.commit(&[one], &[GO_MOD]);
    repo.head(main);
    repo.tag("v1.0.0", one);
    repo.tag("v1.1.0+meta", main);
    let name = format!("v1.1.1-0.{}", repo.stamp(main));
    let asked = ask(ROOT, repo);
    for revision in ["main", "v1.1.0+meta", &name] {
        assert_eq!(asked.named(revision).await, name);
        let history = asked.repo.take_asked().iter().filter(|what| what.starts_with("merged_tags")).count();
        assert_eq!(history, 0, "{revision}");
    }
}

#[tokio::test]
async fn a_list_reads_files_only_for_majors_that_do_not_fit() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[GO_MOD]);
    repo.tag_all(&["v1.0.0", "v1.1.0"], at);
    let asked = ask(ROOT, repo);
    asked.list().await;
    assert_eq!(asked.repo.take_asked(), ["refs"]);
}

#[tokio::test]
async fn files_are_fetched_on_the_way_where_a_zip_will_follow() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[GO_MOD]);
    repo.head(at);
    repo.tag("v1.0.0", at);
    let asked = ask(ROOT, repo);
    asked.module.info(&Revision::parse("v1.0.0").unwrap(), Need::Files, &job()).await.unwrap();
    assert_eq!(asked.repo.take_asked(), ["stat v1.0.0 with files", "read_file go.mod"]);
}

#[tokio::test]
async fn other_tags_of_the_commit_are_not_looked_at_when_the_tag_was_asked_for() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[GO_MOD]);
    repo.head(at);
    repo.tag_all(&["v0.9.0", "v1.0.0"], at);
    let asked = ask(ROOT, repo);
    asked.info("v1.0.0").await.unwrap();
    assert_eq!(asked.repo.take_asked(), ["stat v1.0.0", "read_file go.mod"]);
}
