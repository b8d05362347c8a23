//! What one run learns of places that are down, and the next one need not learn again.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use testkit::repo::GitHttps;
use testkit::upstream::Reply;
use testkit::{FakeUpstream, SumDb};

use super::scene::{DEPENDENCY, NOBODY, Scene, dependency, knows, repository, said, upstream, with_git};

/// A proxy that asks to be left alone.
fn busy() -> FakeUpstream {
    let upstream = FakeUpstream::builder().module(dependency()).start();
    upstream.on(|_| Some(Reply::text(503, "busy").header("Retry-After", "60").into()));
    upstream
}

#[test]
fn a_place_that_was_down_a_moment_ago_is_not_asked_again_by_the_next_run() {
    let (scene, server, upstream) = (Scene::new(), GitHttps::start(), busy());
    let _repo = repository(&server);
    scene.settings(&knows(&server));
    let build = || {
        scene.home.clear_module_cache();
        with_git(scene.modkeep(&upstream.url(), &[])).args(["build", "./..."]).run().success()
    };
    build();
    assert_ne!(upstream.requests().len(), 0);
    upstream.reset_log();
    let again = build();
    assert_eq!(upstream.requests().len(), 0, "{}", again.stderr);
    assert!(said(&again)[0].contains("not asked, as it has been failing"), "{}", again.stderr);
}

#[test]
fn a_place_that_was_down_is_asked_when_nobody_else_can_answer() {
    let (scene, upstream) = (Scene::new(), busy());
    let run = scene.modkeep(&upstream.url(), &["--rungs=upstream"]).args(["build", "./..."]).run();
    assert_eq!(run.status.code(), Some(75), "{}", run.stderr);
    upstream.clear_rules();
    scene.modkeep(&upstream.url(), &["--rungs=upstream"]).args(["build", "./..."]).run().success();
    upstream.reset_log();
    scene.home.clear_module_cache();
    scene.modkeep(&upstream.url(), &["--rungs=upstream"]).args(["build", "./..."]).run().success();
    assert_ne!(upstream.requests().len(), 0, "and is forgiven then");
}

/// A proxy whose mirror of the database asks to be left alone, and one that mirrors it well. Of modules the first one is asked all the same.
#[test]
fn a_way_to_the_database_that_was_down_a_moment_ago_is_not_asked_again() {
    let (scene, first, second) = (Scene::new(), upstream(), upstream());
    let database = SumDb::new("sum.test");
    database.add(&dependency());
    database.mirror_on(&second);
    first.on(|request| {
        let busy = || Reply::text(503, "busy").header("Retry-After", "60").into();
        request.path.starts_with("/sumdb/").then(busy)
    });
    let list = format!("{},{}", first.url(), second.url());
    let asked = || {
        std::fs::remove_file(scene.project.join("go.sum")).unwrap();
        scene.home.clear_module_cache();
        std::fs::remove_dir_all(scene.home.sumdb_state()).unwrap_or_default();
        first.reset_log();
        let run = scene.modkeep(&list, &["--rungs=upstream"]).sumdb(database.gosumdb());
        let run = run.args(["get", &format!("{DEPENDENCY}@v1.0.0")]).run().success();
        let of_database = first.requests().iter().filter(|it| it.path.starts_with("/sumdb/")).count();
        assert!(first.count("/@v/v1.0.0.zip") > 0, "{}", run.stderr);
        of_database
    };
    assert_ne!(asked(), 0);
    std::fs::remove_dir_all(scene.home.path().join("cache/modkeep/client/sumdb")).unwrap();
    assert_eq!(asked(), 0);
}

/// A server that takes connections and says nothing.
struct Silent {
    address: std::net::SocketAddr,
    taken: Arc<AtomicUsize>,
}

impl Silent {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, taken) = (listener.local_addr().unwrap(), Arc::<AtomicUsize>::default());
        let counted = taken.clone();
        // It ends with the process of the test.
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                held.push(stream);
            }
        });
        Self { address, taken }
    }

    fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }
}

#[test]
fn a_host_of_repositories_that_was_silent_a_moment_ago_is_not_waited_for_again() {
    let (scene, silent, upstream) = (Scene::new(), Silent::start(), upstream());
    let url = format!("https://localhost:{}/lib", silent.address.port());
    scene.settings(&format!("[[repository]]\nprefix = \"{DEPENDENCY}\"\nurl = \"{url}\"\n"));
    let build = |list: &str, rungs: &str| {
        let run = scene.modkeep(list, &["--ask-timeout=4s", &format!("--rungs={rungs}")]);
        with_git(run).args(["build", "./..."]).run()
    };
    let first = build(NOBODY, "git");
    assert_eq!(first.status.code(), Some(75), "{}", first.stderr);
    let taken = silent.taken();
    assert_ne!(taken, 0);
    let next = build(&upstream.url(), "git,upstream").success();
    assert_eq!(silent.taken(), taken, "{}", next.stderr);
    scene.home.clear_module_cache();
    let alone = build(NOBODY, "git");
    assert_eq!(alone.status.code(), Some(75), "{}", alone.stderr);
    assert!(silent.taken() > taken, "it is asked when nobody else can answer: {}", alone.stderr);
}
