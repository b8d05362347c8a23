//! `modkeep drill` with the real go: what it says of each way to download, and that it leaves everything as it was.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use testkit::{FakeUpstream, GoHome, GoOutput, GoRun, Graph, GraphSpec, Reply, SumDb};

/// How long one download may take in rows where nothing hangs: no machine is that slow.
const PATIENT: &str = "--timeout=100s";

/// A project with some modules behind it, and the user's only proxy, which has them.
struct Scene {
    home: GoHome,
    project: PathBuf,
    upstream: FakeUpstream,
    graph: Graph,
}

impl Scene {
    fn new() -> Self {
        Self::behind(FakeUpstream::builder())
    }

    /// With a proxy that is built so.
    fn behind(builder: testkit::upstream::Builder) -> Self {
        let spec =
            GraphSpec { modules: 5, depth: 3, fan_out: 2, versions: 1, padding_bytes: 20_000, seed: 3 };
        let graph = Graph::generate(spec);
        let upstream = builder.modules(graph.modules()).start();
        let home = GoHome::fresh();
        let project = home.project("main");
        graph.write_project(&project);
        Self { home, project, upstream, graph }
    }

    fn drill(&self, flags: &[&str]) -> GoRun {
        let run = GoRun::in_home(&self.home).dir(&self.project).proxy(self.upstream.url());
        let run = run.under(Path::new(env!("CARGO_BIN_EXE_modkeep")), ["drill"]).args(flags.iter().copied());
        run.deadline(Duration::from_mins(8))
    }

    /// Runs it with `--json`, and gives back what it wrote, by fault.
    fn table(&self, flags: &[&str]) -> (GoOutput, BTreeMap<String, Value>) {
        let file = self.home.path().join("drill.json");
        let output = self.drill(flags).args([format!("--json={}", file.display())]).run();
        let written = fs::read(file).unwrap_or_else(|error| panic!("{error}: {output}"));
        let written: Value = serde_json::from_slice(&written).unwrap();
        let rows = written["rows"].as_array().unwrap().iter();
        let rows = rows.map(|row| (row["fault"].as_str().unwrap().to_owned(), row.clone())).collect();
        (output, rows)
    }
}

/// The three outcomes of a row: plain go with `,`, with `|`, and modkeep.
fn outcomes(row: &Value) -> [&str; 3] {
    ["go_comma", "go_pipe", "modkeep"].map(|way| row["runs"][way]["outcome"].as_str().unwrap())
}

/// All files of a folder, and what is in them.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() { files(&path) } else { [(path.clone(), fs::read(&path).unwrap())].into() }
        })
        .collect()
}

#[test]
fn each_way_is_told_as_it_went_and_nothing_is_left_behind() {
    let scene = Scene::new();
    let before = files(&scene.project);
    let flags = ["good", "503", "403", "zip-corrupt", "tls-expired", "refused", "404"];
    let flags: Vec<String> =
        flags.iter().map(|name| format!("--fault={name}")).chain([PATIENT.to_owned()]).collect();
    let (output, rows) = scene.table(&flags.iter().map(String::as_str).collect::<Vec<_>>());
    let output = output.success();
    let expected = [
        ("good", ["built", "built", "built"]),
        ("503", ["failed", "built", "built"]),
        ("403", ["refused", "built", "refused"]),
        ("zip-corrupt", ["failed", "failed", "built"]),
        ("tls-expired", ["failed", "built", "built"]),
        ("refused", ["failed", "built", "built"]),
        ("404", ["built", "built", "built"]),
    ];
    for (name, expected) in expected {
        assert_eq!(outcomes(&rows[name]), expected, "{name}: {}\n{output}", rows[name]);
        assert!(
            rows[name]["runs"].as_object().unwrap().values().all(|run| run["met"] == true),
            "{name}: {rows:?}"
        );
    }
    let expired = rows["tls-expired"]["runs"]["go_comma"]["said"].to_string();
    assert!(expired.contains("expired"), "its authority is trusted, its date is not: {expired}");
    assert!(
        output.stdout.contains("through: modkeep 6 of 7 (and took no for an answer in 1); plain go 2"),
        "{output}"
    );
    assert_eq!(files(&scene.project), before);
    assert_eq!(left(&scene), [""; 0]);
    assert!(!scene.home.module_cache().exists(), "the user's module cache is not touched");
}

/// What a program of GOAUTH says is sent to the user's own proxy.
#[test]
fn the_users_own_proxy_hears_who_the_user_is() {
    let scene = Scene::behind(FakeUpstream::builder().tls());
    scene.upstream.on(|request| {
        let is_known = request.header("x-team") == Some("blue");
        (!is_known).then(|| Reply::text(401, "who are you?").into())
    });
    let (who, authority) = (scene.home.path().join("who"), scene.home.path().join("ca.pem"));
    let said = format!("printf '{}\\n\\nX-Team: blue\\n\\n'", scene.upstream.url());
    fs::write(&who, said).unwrap();
    fs::write(&authority, scene.upstream.ca_pem()).unwrap();
    let run = scene.drill(&["--fault=good", PATIENT, &format!("--ca-file={}", authority.display())]);
    let output = run.env("GOAUTH", format!("/bin/sh {}", who.display())).run().success();
    assert!(output.stdout.contains("modkeep 1 of 1"), "{output}");
}

#[test]
fn the_users_own_proxy_is_asked_for_each_file_once() {
    let scene = Scene::new();
    scene.drill(&["--fault=502", "--fault=empty", PATIENT]).run().success();
    let asked = scene.upstream.requests();
    let mut seen = BTreeMap::new();
    asked
        .iter()
        .filter(|request| request.path.contains("/@v/v"))
        .for_each(|request| *seen.entry(&request.path).or_insert(0) += 1);
    assert!(seen.values().all(|times| *times == 1), "{seen:?}");
    assert!(!seen.is_empty());
}

#[test]
fn what_never_ends_is_ended_and_called_hung() {
    let scene = Scene::new();
    let (output, rows) = scene.table(&["--fault=hang", "--timeout=20s"]);
    assert_eq!(outcomes(&rows["hang"]), ["hung", "hung", "built"], "{output}");
    output.success();
}

#[test]
fn without_sums_the_database_is_asked_and_its_mirror_may_be_broken() {
    let scene = Scene::new();
    fs::remove_file(scene.project.join("go.sum")).unwrap();
    let host = FakeUpstream::builder().start();
    let db = SumDb::new(&format!("{}/sumdb", host.url().trim_start_matches("http://")));
    for module in scene.graph.modules() {
        db.add(&module);
    }
    db.mirror_on(&scene.upstream);
    let file = scene.home.path().join("drill.json");
    let flag = format!("--json={}", file.display());
    let run = scene.drill(&["--fault=502~sumdb", "--fault=mod-wrong", PATIENT, &flag]).sumdb(db.gosumdb());
    let output = run.run().success();
    let written: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(outcomes(&written["rows"][0])[2], "built", "{output}");
    assert_eq!(written["rows"][0]["runs"]["modkeep"]["met"], true, "{output}");
    assert_eq!(outcomes(&written["rows"][1]), ["failed", "failed", "built"], "{output}");
}

#[test]
fn a_false_module_that_nobody_can_tell_from_the_right_one_is_called_wrong() {
    let scene = Scene::new();
    fs::remove_file(scene.project.join("go.sum")).unwrap();
    let (output, rows) = scene.table(&["--fault=mod-wrong", PATIENT]);
    assert_eq!(outcomes(&rows["mod-wrong"]), ["wrong"; 3], "neither sums nor a database: {output}");
    assert_eq!(output.status.code(), Some(1), "{output}");
    assert!(output.stderr.contains("modkeep did not get through mod-wrong"), "{output}");
}

#[test]
fn a_workspace_is_copied_with_all_that_it_names() {
    let scene = Scene::new();
    let outer = scene.project.parent().unwrap();
    let near = outer.join("near");
    fs::create_dir(&near).unwrap();
    fs::write(near.join("go.mod"), "module near.example/m\n\ngo 1.21\n").unwrap();
    let mut go_mod = fs::read_to_string(scene.project.join("go.mod")).unwrap();
    go_mod.push_str("\nrequire near.example/m v1.0.0\n\nreplace near.example/m => ../near\n");
    fs::write(scene.project.join("go.mod"), go_mod).unwrap();
    fs::write(outer.join("go.work"), "go 1.21\n\nuse ./main\n").unwrap();
    let before = files(outer);
    let (output, rows) = scene.table(&["--fault=503", PATIENT]);
    assert_eq!(outcomes(&rows["503"]), ["failed", "built", "built"], "{output}");
    assert_eq!(files(outer), before);
}

/// Its hashes are in that file's own sums, without which a wrong module could not be told from the right one.
#[test]
fn a_workspace_of_another_name_is_copied_too() {
    let scene = Scene::new();
    let outer = scene.project.parent().unwrap();
    let work = outer.join("ci.work");
    fs::write(&work, "go 1.21\n\nuse ./main\n").unwrap();
    fs::rename(scene.project.join("go.sum"), outer.join("ci.work.sum")).unwrap();
    let file = scene.home.path().join("drill.json");
    let run = scene.drill(&["--fault=mod-wrong", PATIENT, &format!("--json={}", file.display())]);
    let output = run.env("GOWORK", &work).run().success();
    let written: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(outcomes(&written["rows"][0]), ["failed", "failed", "built"], "{output}");
}

#[test]
fn a_project_that_cannot_be_downloaded_anyhow_is_told() {
    let scene = Scene::new();
    scene.upstream.set_status("*.zip", 404, "gone for good");
    let output = scene.drill(&["--fault=503", PATIENT]).run();
    assert_eq!(output.status.code(), Some(1), "{output}");
    assert!(
        output.stderr.contains("even without any fault") && output.stderr.contains("gone for good"),
        "{output}"
    );
    let elsewhere = scene.drill(&[]).dir(scene.home.home()).run();
    assert!(elsewhere.stderr.contains("there is no go.mod here or above"), "{elsewhere}");
}

#[test]
fn names_are_listed_and_a_wrong_one_is_a_usage_error() {
    let scene = Scene::new();
    let list = scene.drill(&["--list"]).run().success();
    assert_eq!(list.stdout.lines().count(), faults::CATALOGUE.len(), "{list}");
    let wrong = scene.drill(&["--fault=stal"]).run();
    assert_eq!(wrong.status.code(), Some(64), "{wrong}");
    assert!(wrong.stderr.contains("perhaps it is stall"), "{wrong}");
}

#[test]
fn interrupted_it_leaves_nothing_behind() {
    let scene = Scene::new();
    let (come, has_come) = mpsc::channel();
    let gate = scene.upstream.hold("*.zip");
    scene.upstream.on(move |request| {
        if request.path.contains(".zip") {
            let _ = come.send(());
        }
        None
    });
    let mut child = interruptible(&scene);
    has_come.recv_timeout(Duration::from_mins(1)).unwrap();
    assert_eq!(left(&scene).len(), 1);
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(left(&scene), [""; 0]);
    drop(gate);
}

/// What lies in the folder of the moment.
fn left(scene: &Scene) -> Vec<String> {
    let entries = fs::read_dir(scene.home.tmp()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

fn interruptible(scene: &Scene) -> std::process::Child {
    let go = testkit::Go::find();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = go.binary().parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
    let mut command = Command::new(env!("CARGO_BIN_EXE_modkeep"));
    command.args(["drill", "--fault=503"]).current_dir(&scene.project).env_clear();
    command
        .env("PATH", std::env::join_paths(folders).unwrap())
        .env("HOME", scene.home.home())
        .env("TMPDIR", scene.home.tmp())
        .env("GOPROXY", scene.upstream.url())
        .envs([("GOSUMDB", "off"), ("GOENV", "off"), ("GOTOOLCHAIN", "local"), ("GOTELEMETRY", "off")]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
