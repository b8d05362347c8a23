//! Answers that are given again while no ref has moved: protocol.md D33.

use super::*;
use crate::Resolutions;

fn repo() -> FakeRepo {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[GO_MOD]);
    repo.head(at);
    repo.tag("v1.0.0", at);
    repo
}

fn remembering(repo: FakeRepo, resolutions: &Arc<Resolutions>) -> Asked {
    let Asked { module, repo } = ask(ROOT, repo);
    Asked { module: module.with_resolutions(Arc::clone(resolutions)), repo }
}

/// Asks everything that is remembered.
async fn everything(asked: &Asked) -> (Vec<String>, [String; 4]) {
    let [main, none] = [asked.named("main").await, asked.named("none").await];
    (asked.list().await, [main, none, asked.latest().await, asked.named("latest").await])
}

#[tokio::test]
async fn the_same_refs_give_the_same_answers_without_more_questions() {
    let resolutions = Arc::new(Resolutions::new(1 << 20));
    let first = remembering(repo(), &resolutions);
    let answers = everything(&first).await;
    let second = remembering(repo(), &resolutions);
    assert_eq!(everything(&second).await, answers);
    assert!(second.repo.take_asked().iter().all(|what| what == "refs"));
    assert_eq!(answers.1[1], "a.example/m@none: invalid version: unknown revision none");
}

#[tokio::test]
async fn another_tag_makes_it_another_question() {
    let resolutions = Arc::new(Resolutions::new(1 << 20));
    everything(&remembering(repo(), &resolutions)).await;
    let mut moved = repo();
    let next = moved.commit(&[], &[GO_MOD]);
    moved.tag("v1.1.0", next);
    moved.head(next);
    moved.branch("none", next);
    let (list, answers) = everything(&remembering(moved, &resolutions)).await;
    assert_eq!((list.len(), answers), (2, ["v1.1.0"; 4].map(str::to_owned)));
}

#[tokio::test]
async fn another_module_in_the_same_repository_is_another_question() {
    let resolutions = Arc::new(Resolutions::new(1 << 20));
    let repo = Arc::new(repo());
    let of = |path| module(path, &repo).with_resolutions(Arc::clone(&resolutions));
    assert_eq!(of(ROOT).versions(&job()).await.unwrap().versions.len(), 1);
    assert_eq!(of("a.example/m/sub").versions(&job()).await.unwrap().versions.len(), 0);
}

#[tokio::test]
async fn what_could_not_be_found_out_is_not_remembered() {
    let resolutions = Arc::new(Resolutions::new(1 << 20));
    let mut broken = repo();
    broken.break_down("stat");
    let error = remembering(broken, &resolutions).info("main").await.unwrap_err();
    assert_eq!(error.kind, source::FailureKind::Unavailable);
    assert_eq!(remembering(repo(), &resolutions).named("main").await, "v1.0.0");
}

#[tokio::test]
async fn a_repository_that_tells_no_refs_is_read_every_time() {
    let resolutions = Arc::new(Resolutions::new(1 << 20));
    assert!(remembering(FakeRepo::new(), &resolutions).info("v1.0.0").await.is_err());
    let mut without_head = FakeRepo::new();
    let at = without_head.commit(&[], &[GO_MOD]);
    without_head.tag("v1.0.0", at);
    let asked = remembering(without_head, &resolutions);
    for _ in 0..2 {
        asked.info("v1.0.0").await.unwrap();
        assert!(asked.repo.take_asked().contains(&"stat v1.0.0".to_owned()));
    }
}

#[tokio::test]
async fn memory_is_bounded() {
    let resolutions = Arc::new(Resolutions::new(4096));
    let asked = remembering(repo(), &resolutions);
    for n in 0..1000 {
        asked.info(&format!("none-{n}")).await.unwrap_err();
    }
    assert!(resolutions.infos().bytes() <= 2048, "{}", resolutions.infos().bytes());
}

#[tokio::test]
async fn an_answer_is_not_remembered_when_a_branch_moved_while_it_was_found() {
    let resolutions = Arc::new(Resolutions::new(1 << 20));
    let mut moving = repo();
    let next = moving.commit(&[], &[GO_MOD]);
    moving.move_when_told("main", next);
    let moved = remembering(moving, &resolutions).named("main").await;
    assert!(moved.starts_with("v0.0.0-"), "{moved}");
    assert_eq!(remembering(repo(), &resolutions).named("main").await, "v1.0.0");
}
