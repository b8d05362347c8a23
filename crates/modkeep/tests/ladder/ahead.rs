//! What a run will want is asked before go asks for it.

mod world;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use testkit::upstream::Gate;
use testkit::{FakeUpstream, GoOutput, GoRun};

use super::scene::{BINARY, Scene, dependency, said};
use world::{Node, World, environment};

/// Runs while its first questions are held at the gate.
async fn held(run: &GoRun, gate: &Gate, count: usize) -> GoOutput {
    let (output, ()) = tokio::join!(run.run_async(), async {
        gate.arrived(count).await;
        gate.release();
    });
    output
}

/// With two threads go asks two things at a time. Here all that it will ask has come before the first is answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_under_way_whole_before_its_first_answer() {
    let world = World::new(30);
    let gate = world.upstream.hold("*");
    let chosen = world.graph.selected().len();
    // Of zips 16 are asked at the same time, of small things 64.
    let output = held(&world.run(&[], &["mod", "download"]), &gate, 16 + chosen.min(32) * 2).await.success();
    assert!(said(&output).is_empty(), "{}", output.stderr);
    let counts = world.counts();
    assert!(counts.values().all(|count| *count == 1), "each is asked once: {counts:?}");
    assert_eq!(world.upstream.count(".zip"), chosen);
    assert!(world.spool().is_empty(), "nothing stays behind: {:?}", world.spool());
}

/// go finds zips in its cache that it has not asked for yet, and what it leaves there is what go alone leaves.
#[tokio::test(flavor = "multi_thread")]
async fn a_download_finds_its_zips_in_the_module_cache() {
    let (alone, world) = (World::new(30), World::new(30));
    let plain = alone.scene.go(&alone.upstream.url()).args(["mod", "download"]);
    tokio::task::spawn_blocking(move || plain.run().success()).await.unwrap();

    let gate = world.upstream.hold("*.mod");
    let run = world.run(&[], &["mod", "download"]);
    let (output, ()) = tokio::join!(run.run_async(), async {
        until_delivered(&world).await;
        gate.release();
    });
    output.success();
    let counts = world.counts();
    assert!(counts.values().all(|count| *count == 1), "each is asked once: {counts:?}");
    assert_eq!(listing(&world), listing(&alone));
    let verify = world.scene.go("off").args(["mod", "verify"]);
    tokio::task::spawn_blocking(move || verify.run().success()).await.unwrap();
}

/// go may ask places for modules that are private. Before it does, these places hear nothing of them.
#[tokio::test(flavor = "multi_thread")]
async fn private_names_are_told_to_no_public_place_before_go_asks() {
    let world = World::new(10);
    let mut private = world.graph.selected();
    let public = private.pop().unwrap().url_path("zip");
    let private = private.iter().map(|module| module.path().to_owned()).collect::<Vec<_>>().join(",");
    let gate = world.upstream.hold("*");
    let run = world.run(&[], &["mod", "download"]).env("GOPRIVATE", private).env("GONOPROXY", "none");
    let (output, zips) = tokio::join!(run.run_async(), async {
        let is_asked = || world.counts().contains_key(&public);
        let asked = async {
            while !is_asked() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), asked).await.unwrap();
        let zips = world.upstream.count(".zip");
        gate.release();
        zips
    });
    output.success();
    assert_eq!(zips, 1);
}

/// Until all zips of the project lie in go's cache; go waits for its first go.mod meanwhile.
async fn until_delivered(world: &World) {
    let downloads = world.scene.home.module_cache().join("cache/download");
    let zips: Vec<_> =
        world.graph.selected().iter().map(|module| downloads.join(&module.url_path("zip")[1..])).collect();
    let delivered = async {
        while !zips.iter().all(|zip| zip.exists()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), delivered).await.unwrap();
}

/// Every file of the module cache, with its rights, and the content of the hashes.
fn listing(world: &World) -> Vec<(String, u32, String)> {
    let root = world.scene.home.module_cache();
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, about) = (entry.path(), entry.metadata().unwrap());
            if about.is_dir() {
                folders.push(path);
                continue;
            }
            let is_hash = path.extension().is_some_and(|kind| kind == "ziphash");
            let text = if is_hash { fs::read_to_string(&path).unwrap() } else { String::new() };
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            files.push((name, about.permissions().mode(), text));
        }
    }
    files.sort();
    files
}

/// Without it nothing is under way that go has not asked for: the proof for `a_download_is_under_way_whole_before_its_first_answer`.
#[tokio::test(flavor = "multi_thread")]
async fn switched_off_go_asks_for_itself() {
    let world = World::new(30);
    let gate = world.upstream.hold("*");
    let run = world.run(&["--look-ahead=off"], &["mod", "download"]);
    let (output, seen) = tokio::join!(run.run_async(), async {
        gate.arrived(2).await;
        let seen = gate.arrivals_so_far();
        gate.release();
        seen
    });
    output.success();
    assert_eq!(seen, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_fetches_zips_once_go_wants_one_and_prints_what_it_must() {
    let world = World::new(30);
    let gate = world.upstream.hold("*.zip");
    let output = held(&world.run(&[], &["run", "."]), &gate, 16).await.success();
    assert!(
        output.stderr.trim_end().ends_with(&world.graph.expected_number().to_string()),
        "{}",
        output.stderr
    );
    let counts = world.counts();
    assert!(counts.values().all(|count| *count == 1), "each is asked once: {counts:?}");
}

#[test]
fn a_graph_alone_needs_no_zip() {
    let world = World::new(30);
    world.run(&[], &["mod", "graph"]).run().success();
    assert_eq!(world.upstream.count(".zip"), 0);
    assert!(world.counts().values().all(|count| *count == 1));
}

/// What go.sum has besides costs nothing: hashes of files that nobody requires, of modules that no proxy may hear of, and of what is no
/// module.
#[test]
fn lines_of_go_sum_that_nobody_wants_cost_nothing() {
    let world = World::new(20);
    let go_sum = world.scene.project.join("go.sum");
    let h1 = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let foreign = [
        "stale.example/m v1.0.0",
        "stale.example/m v1.1.0",
        "../evil v1.0.0",
        "secret.example/m v1.0.0/go.mod",
    ];
    let foreign = foreign.map(|line| format!("{line} {h1}\n")).concat();
    let text = fs::read_to_string(&go_sum).unwrap() + &foreign;
    fs::write(&go_sum, &text).unwrap();
    let run = world.run(&[], &["mod", "download"]).env("GOPRIVATE", "secret.example").run().success();
    assert!(said(&run).is_empty(), "{}", run.stderr);
    let paths = world.counts();
    assert!(
        !paths.keys().any(|path| path.contains("stale") || path.contains("evil") || path.contains("secret")),
        "{paths:?}"
    );
}

#[test]
fn what_lies_in_the_module_cache_is_asked_of_nobody() {
    let world = World::new(20);
    world.run(&[], &["mod", "download"]).run().success();
    let missing = world.graph.selected().pop().unwrap();
    let at_v = world
        .scene
        .home
        .module_cache()
        .join("cache/download")
        .join(missing.url_path("zip").trim_start_matches('/'));
    fs::remove_file(at_v.with_extension("ziphash")).unwrap();
    fs::remove_file(&at_v).unwrap();
    fs::remove_file(at_v.with_extension("info")).unwrap();
    world.upstream.reset_log();
    world.run(&[], &["mod", "download"]).run().success();
    let paths = world.counts();
    assert!(
        paths.keys().all(|path| path.starts_with(missing.url_path("zip").trim_end_matches(".zip"))),
        "{paths:?}"
    );
}

#[test]
fn modules_that_are_named_on_the_line_are_all_that_is_fetched() {
    let world = World::new(20);
    let one = world.graph.selected().remove(0);
    let query = format!("{}@{}", one.path(), one.version());
    world.run(&[], &["mod", "download", &query]).run().success();
    assert_eq!(world.counts().len(), 3, "{:?}", world.counts());
}

/// A proxy that has nothing of use: the verdict is the same as without looking ahead, and so is what is said.
#[test]
fn a_broken_proxy_is_told_as_ever() {
    for (status, code) in [(503, 75), (404, 1), (403, 1)] {
        let verdict = |flag: &str| {
            let world = World::new(10);
            world.upstream.set_status("*", status, "broken");
            let run = world.run(&[flag, "--rungs=cache,upstream"], &["build", "./..."]).run().failure();
            assert_eq!(run.status.code(), Some(code), "{flag} {status}: {}", run.stderr);
            said(&run).is_empty()
        };
        assert_eq!(verdict("--look-ahead=on"), verdict("--look-ahead=off"), "{status}");
    }
}

/// What only a look ahead has met is no part of the report.
#[test]
fn only_what_go_has_asked_is_counted() {
    let count = |flag: &str| {
        let world = World::new(20);
        let report = world.scene.home.path().join("report.json");
        let into = format!("--report={}", report.display());
        let one = world.graph.selected().remove(0);
        let package = fs::read_to_string(world.scene.project.join("parts/parts.go")).unwrap();
        let import = package
            .lines()
            .find(|line| line.contains(one.path()))
            .unwrap_or_else(|| package.lines().nth(2).unwrap());
        fs::write(
            world.scene.project.join("main.go"),
            format!("package main\n\n{import}\n\nfunc main() {{}}\n"),
        )
        .unwrap();
        world.run(&[flag, &into], &["build", "-o", "/dev/null", "."]).run().success();
        let read: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
        (read["modules"].clone(), read["down"].clone())
    };
    assert_eq!(count("--look-ahead=on"), count("--look-ahead=off"));
}

/// Ctrl-C while zips are on their way, held and looked at.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_run_leaves_nothing_behind() {
    let world = World::new(30);
    let gate = world.upstream.hold_body("*.zip", 1);
    let mut command = std::process::Command::new(BINARY);
    command.args(["go", "mod", "download"]).current_dir(&world.scene.project);
    command.env_clear().envs(environment(&world));
    let mut child = command.spawn().unwrap();
    gate.arrived(3).await;
    let own = world.spool().into_iter().find(|path| path.to_string_lossy().contains("/modkeep-")).unwrap();
    assert_eq!(fs::metadata(own).unwrap().permissions().mode() & 0o777, 0o700, "it is nobody else's affair");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let status = tokio::task::spawn_blocking(move || child.wait()).await.unwrap().unwrap();
    assert!(!status.success());
    assert!(world.spool().is_empty(), "{:?}", world.spool());
    gate.release();
}

/// The first place of the list, if it is a modkeep, is told the whole run in one request; private modules are not in it.
#[test]
fn a_modkeep_is_told_the_whole_run_and_others_nothing() {
    let world = World::new(20);
    world.run(&[], &["mod", "download"]).run().success();
    assert!(world.upstream.requests().iter().all(|request| request.method == "GET"));
    world.scene.home.clear_module_cache();
    world.upstream.reset_log();
    let node = Node::before(&world);
    let run = world.scene.modkeep(&node.upstream.url(), &[]).args(["mod", "download"]);
    run.run().success();
    let posts: Vec<_> =
        node.upstream.requests().into_iter().filter(|request| request.method == "POST").collect();
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].path, "/ahead");
    assert!(posts[0].header("content-length").unwrap().parse::<usize>().unwrap() > 60 * 20);
}

/// The dependency of the plain scene: one module is foreseen too.
#[test]
fn a_project_of_one_module_costs_nobody_a_question_more() {
    let (scene, upstream) = (Scene::new(), FakeUpstream::builder().module(dependency()).start());
    scene.modkeep(&upstream.url(), &[]).args(["build", "-o", "/dev/null", "./..."]).run().success();
    let paths: Vec<_> = upstream.requests().iter().map(|request| request.path.clone()).collect();
    assert_eq!(paths.len(), 3, "{paths:?}");
    scene.home.clear_module_cache();
    upstream.reset_log();
    scene
        .modkeep(&upstream.url(), &["--look-ahead=off"])
        .args(["build", "-o", "/dev/null", "./..."])
        .run()
        .success();
    assert_eq!(upstream.requests().len(), 3);
}
