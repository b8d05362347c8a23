//! Hosts that are down.

use super::*;

/// Fresh for no time at all, so that each question asks the host.
fn forgetful(mut world: World) -> World {
    (world.options.lifetime, world.options.failure_lifetime) = (Duration::ZERO, Duration::ZERO);
    world
}

#[tokio::test]
async fn what_a_host_said_is_served_while_it_is_down() {
    let mut world = forgetful(World::new());
    let mut host = world.host("a.test");
    serve(&host, "x", 200, &tag("a.test/x git https://b.test/x"));
    serve(&host, "x/sub", 200, &tag("a.test/x git https://b.test/x"));
    let discovery = world.discovery();
    let before = locate(&discovery, "a.test/x/sub").await.unwrap();
    host.stop();
    assert_eq!(locate(&discovery, "a.test/x/sub").await.unwrap(), before);
    assert_eq!(locate(&discovery, "a.test/x/new").await.unwrap_err().kind, FailureKind::Unavailable);
    host.restart();
    host.set_status("/x", 500, "in trouble");
    assert_eq!(locate(&discovery, "a.test/x/sub").await.unwrap(), before);
    host.set_status("/x/sub", 404, "gone");
    assert!(
        locate(&discovery, "a.test/x/sub").await.unwrap_err().is_not_found(),
        "the host's no is believed"
    );
}

#[tokio::test]
async fn a_server_that_was_started_again_still_knows() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new();
    world.options.folder = Some(folder.path().to_owned());
    let mut host = world.host("a.test");
    serve(&host, "x", 200, &tag("a.test/x git https://b.test/x"));
    let before = world.locate("a.test/x").await.unwrap();
    host.stop();
    assert_eq!(world.locate("a.test/x").await.unwrap(), before);
    host.restart();
    serve(&host, "x", 200, &tag("a.test/x git https://c.test/x"));
    assert_eq!(told(&world.locate("a.test/x").await.unwrap()), "a.test/x git https://c.test/x ");
}

#[tokio::test]
async fn a_deadline_holds_and_is_not_remembered() {
    let mut world = World::new();
    let host = world.host("a.test");
    serve(&host, "x", 200, &tag("a.test/x git https://b.test/x"));
    let gate = host.hold("/x");
    let discovery = world.discovery();
    let path = ModulePath::parse("a.test/x").unwrap();
    let late = discovery.locate(&path, &job(Duration::from_millis(200))).await.unwrap_err();
    assert_eq!((late.kind, late.symptom), (FailureKind::Unavailable, source::Symptom::Silent));
    gate.release();
    assert!(locate(&discovery, "a.test/x").await.is_ok());
}

#[tokio::test]
async fn a_page_that_does_not_come_ends_in_time_and_is_remembered() {
    let mut world = World::new();
    world.options.page_timeout = Duration::from_millis(200);
    let host = world.host("a.test");
    serve(&host, "x", 200, "<head>");
    host.stall_body("/x", 3);
    let discovery = world.discovery();
    for _ in 0..2 {
        let error = locate(&discovery, "a.test/x").await.unwrap_err();
        assert_eq!((error.kind, error.symptom), (FailureKind::Unavailable, source::Symptom::Silent));
    }
    assert_eq!(host.count("/x"), 1);
}

#[tokio::test]
async fn nobody_waits_for_what_comes_behind_the_head() {
    let mut world = World::new();
    let host = world.host("a.test");
    let head = format!("<html><head>{}</head>", tag("a.test/x git https://b.test/x"));
    serve(&host, "x", 200, &(head.clone() + &"x".repeat(1000)));
    host.stall_body("/x", head.len());
    assert!(world.locate("a.test/x").await.is_ok());
}
