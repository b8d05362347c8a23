//! Bundles of a project, and go living on them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use testkit::Module;

use crate::project::{Project, ended};

/// The content of every file of a folder, but for bundles.
fn files(folder: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in folder.read_dir().unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.extension().is_none_or(|end| end != "tar") {
            all.insert(path.clone(), std::fs::read(path).unwrap());
        }
    }
    all
}

#[test]
fn a_project_builds_from_its_bundle_when_nothing_answers() {
    let project = Project::new().with_key();
    let before = files(&project.folder);
    let made = project.run(&["bundle", "create", "-o", "b.tar"]);
    assert!(made.out.contains("b.tar: bundle ") && made.err.contains("packing "), "{}{}", made.out, made.err);
    assert_eq!(files(&project.folder), before, "the project is as it was");
    let caches = project.home.home().join(".cache/modkeep/making-bundles");
    assert_eq!(caches.read_dir().unwrap().count(), 0, "nothing is left");
    project.up.set_status("*", 500, "gone");
    let proxy = project.unpacked(&["b.tar"]);
    let built = project.go_elsewhere(&proxy, &["run", "."]).success();
    assert_eq!(
        built.stderr.trim().lines().last(),
        Some(project.graph.expected_number().to_string().as_str())
    );
    project.go_elsewhere(&proxy, &["list", "-m", "all"]).success();
    project.go_elsewhere(&proxy, &["vet", "./..."]).success();
}

/// What goes into it comes down the ladder, too.
#[test]
fn it_is_made_although_the_first_proxy_is_dead() {
    let project = Project::new().with_key();
    let mut command = project.modkeep(&["bundle", "create", "-o", "b.tar"]);
    command.env("GOPROXY", format!("http://127.0.0.1:1,{}", project.up.url()));
    let made = ended(command);
    assert_eq!(made.code, 0, "{}", made.err);
}

/// Without a go.sum go asks the checksum database for everything: it is in the bundle.
#[test]
fn it_verifies_with_the_database_in_the_bundle() {
    let project = Project::new().with_key();
    project.run(&["bundle", "create", "-o", "b.tar"]);
    project.up.set_status("*", 500, "gone");
    let proxy = project.unpacked(&["b.tar"]);
    std::fs::remove_file(project.path("go.sum")).unwrap();
    project.go_elsewhere(&proxy, &["build", "-mod=mod", "./..."]).success();
    let sums = std::fs::read_to_string(project.path("go.sum")).unwrap();
    assert!(sums.lines().count() > 10, "{sums}");
}

#[test]
fn it_has_what_builds_need_and_with_all_the_whole_graph() {
    let project = Project::new().with_key();
    let unused = Module::new("example.com/unused", "v1.0.0")
        .file("go.mod", "module example.com/unused\n")
        .file("a.go", "package unused\n");
    project.publish(&unused);
    for (name, addition) in
        [("go.mod", "\nrequire example.com/unused v1.0.0\n".to_owned()), ("go.sum", unused.go_sum_lines())]
    {
        let text = std::fs::read_to_string(project.path(name)).unwrap();
        std::fs::write(project.path(name), text + &addition).unwrap();
    }
    let before = files(&project.folder);
    project.run(&["bundle", "create", "-o", "needed.tar"]);
    project.run(&["bundle", "create", "-o", "all.tar", "--all"]);
    assert_eq!(files(&project.folder), before, "the project is as it was");
    let names = |bundle: &str| {
        let output = Command::new("tar").arg("-tf").arg(project.path(bundle)).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(
        names("needed.tar").contains("unused/@v/v1.0.0.mod")
            && !names("needed.tar").contains("unused/@v/v1.0.0.zip")
    );
    assert!(names("all.tar").contains("unused/@v/v1.0.0.zip"));
}

#[test]
fn each_platform_and_each_set_of_tags_gets_what_it_needs() {
    let project = Project::new().with_key();
    let only = |name: &str| {
        let path = format!("example.com/{name}");
        Module::new(&path, "v1.0.0")
            .file("go.mod", format!("module {path}\n"))
            .file("a.go", format!("package {name}\n"))
    };
    let (windows, tagged) = (only("forwindows"), only("fortag"));
    let mut go_mod = std::fs::read_to_string(project.path("go.mod")).unwrap();
    let mut go_sum = std::fs::read_to_string(project.path("go.sum")).unwrap();
    for module in [&windows, &tagged] {
        project.publish(module);
        go_mod.extend(["\nrequire ", module.path(), " v1.0.0\n"]);
        go_sum += &module.go_sum_lines();
    }
    std::fs::write(project.path("go.mod"), go_mod).unwrap();
    std::fs::write(project.path("go.sum"), go_sum).unwrap();
    std::fs::write(
        project.path("parts/p_windows.go"),
        "package parts\n\nimport _ \"example.com/forwindows\"\n",
    )
    .unwrap();
    std::fs::write(
        project.path("parts/t.go"),
        "//go:build special\n\npackage parts\n\nimport _ \"example.com/fortag\"\n",
    )
    .unwrap();
    project.run(&[
        "bundle",
        "create",
        "-o",
        "b.tar",
        "--platforms",
        "linux/amd64,windows/arm64",
        "--tags",
        "special",
    ]);
    project.up.set_status("*", 500, "gone");
    let proxy = project.unpacked(&["b.tar"]);
    for (os, arch, tags) in
        [("linux", "amd64", "special"), ("windows", "arm64", ""), ("windows", "arm64", "special")]
    {
        let run = project.go_fresh(&proxy);
        run.env("GOOS", os).env("GOARCH", arch).args(["build", "-tags", tags, "./..."]).run().success();
    }
    let manifest = project.run(&["bundle", "verify", "b.tar"]);
    assert!(manifest.out.contains(" 0 flaws"), "{}", manifest.out);
}

#[test]
fn a_tool_installs_from_a_bundle_without_a_project() {
    let project = Project::new().with_key();
    let lib = Module::new("example.com/lib", "v1.2.0")
        .file("go.mod", "module example.com/lib\n")
        .file("a.go", "package lib\n\nconst N = 7\n");
    let tool = Module::new("example.com/tool", "v0.1.0")
        .file("go.mod", "module example.com/tool\n\nrequire example.com/lib v1.2.0\n")
        .file("go.sum", lib.go_sum_lines())
        .file("main.go", "package main\n\nimport \"example.com/lib\"\n\nfunc main() { println(lib.N) }\n");
    project.publish(&lib);
    project.publish(&tool);
    for name in ["go.mod", "main.go"] {
        std::fs::remove_file(project.path(name)).unwrap();
    }
    project.run(&["bundle", "create", "-o", "tools.tar", "--tool", "example.com/tool@v0.1.0"]);
    project.up.set_status("*", 500, "gone");
    let proxy = project.unpacked(&["tools.tar"]);
    let ran = project.go_elsewhere(&proxy, &["run", "example.com/tool@v0.1.0"]).success();
    assert_eq!(ran.stderr.trim().lines().last(), Some("7"));
}

/// A toolchain needs a record in the database whatever GOSUMDB says.
#[test]
fn a_toolchain_comes_with_its_record() {
    let project = Project::new().with_key();
    let version = "v0.0.1-go1.99.3.plan9-arm";
    let toolchain = Module::new("golang.org/toolchain", version).file("bin/go", "#!/bin/rc\n").unlisted();
    project.publish(&toolchain);
    project.run(&["bundle", "create", "-o", "b.tar", "--toolchain", "go1.99.3.plan9-arm"]);
    project.up.set_status("*", 500, "gone");
    let proxy = project.unpacked(&["b.tar"]);
    let queried = format!("golang.org/toolchain@{version}");
    project.go_elsewhere(&proxy, &["mod", "download", &queried]).success();
    let record = project.db.lookup("golang.org/toolchain", version).unwrap();
    let kept = project
        .home
        .path()
        .join(format!("unpacked/proxy/sumdb/127.0.0.1:1/sumdb/lookup/golang.org/toolchain@{version}"));
    assert!(std::fs::read_to_string(kept).unwrap().starts_with(record.split("\n\n").next().unwrap()));
}

/// What was compiled is not compiled again where the bundle's cache is used.
#[test]
fn a_build_cache_comes_along_when_it_is_wanted() {
    let project = Project::new().with_key();
    let mut create = project.modkeep(&["bundle", "create", "-o", "b.tar", "--build-cache"]);
    create.env("GOFLAGS", "-trimpath -buildvcs=false");
    let made = ended(create);
    assert_eq!(made.code, 0, "{}", made.err);
    project.up.set_status("*", 500, "gone");
    let proxy = project.unpacked(&["b.tar"]);
    let build = |cache: &Path| {
        let run = project.go_fresh(&proxy).build_cache(cache).flags("-trimpath");
        let told = run.args(["build", "-v", "./..."]).run().success().stderr;
        told.lines().filter(|line| !line.starts_with("go: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(build(&project.home.path().join("unpacked/gocache")), Vec::<String>::new());
    let without = tempfile::tempdir().unwrap();
    assert!(build(without.path()).len() > 10, "without it all is compiled");
}

#[test]
fn a_bundle_after_another_has_what_is_new_and_both_together_all() {
    let project = Project::new().with_key();
    project.run(&["bundle", "create", "-o", "1.tar"]);
    let new = Module::new("example.com/new", "v1.0.0")
        .file("go.mod", "module example.com/new\n")
        .file("a.go", "package new\n");
    project.publish(&new);
    let go_mod = std::fs::read_to_string(project.path("go.mod")).unwrap();
    let go_sum = std::fs::read_to_string(project.path("go.sum")).unwrap();
    std::fs::write(project.path("go.mod"), go_mod + "\nrequire example.com/new v1.0.0\n").unwrap();
    std::fs::write(project.path("go.sum"), go_sum + &new.go_sum_lines()).unwrap();
    std::fs::write(project.path("parts/new.go"), "package parts\n\nimport _ \"example.com/new\"\n").unwrap();
    project.run(&["bundle", "create", "-o", "2.tar", "--after", "1.tar"]);
    let size = |name: &str| project.path(name).metadata().unwrap().len();
    assert!(size("2.tar") < size("1.tar") / 2, "{} {}", size("2.tar"), size("1.tar"));
    let verified = project.run(&["bundle", "verify", "2.tar", "1.tar"]);
    assert!(verified.out.contains(" 0 flaws"), "{}", verified.out);
    let alone = ended(project.modkeep(&["bundle", "verify", "2.tar"]));
    assert!(alone.code == 1 && alone.err.contains("builds on the bundle"), "{}", alone.err);
    project.up.set_status("*", 500, "gone");
    project.go_elsewhere(&project.unpacked(&["1.tar", "2.tar"]), &["build", "./..."]).success();
}

/// A signal at any time leaves nothing: no file, no folder of the run.
#[test]
fn one_that_is_told_to_stop_leaves_nothing() {
    let project = Project::new().with_key();
    let before = files(&project.folder);
    let gate = project.up.hold("*.zip");
    let mut command = project.modkeep(&["bundle", "create", "-o", "b.tar"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while project.up.count(".zip") == 0 {
        assert!(begun.elapsed() < Duration::from_mins(1), "go asks for zips");
        std::thread::yield_now();
    }
    let signal = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap();
    assert!(signal.success());
    let output = child.wait_with_output().unwrap();
    drop(gate);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("stopped: no bundle was made"));
    assert_eq!(files(&project.folder), before);
    let caches = project.home.home().join(".cache/modkeep/making-bundles");
    assert_eq!(caches.read_dir().unwrap().count(), 0, "nothing is left");
}

#[test]
fn what_stops_it_is_told_and_leaves_no_file() {
    let project = Project::new();
    let without_key = ended(project.modkeep(&["bundle", "create", "-o", "b.tar"]));
    assert!(without_key.code == 69 && without_key.err.contains("bundle key new"), "{}", without_key.err);
    let project = project.with_key();
    let mut without_go = project.modkeep(&["bundle", "create", "-o", "b.tar"]);
    let without_go = ended(std::mem::replace(without_go.env("PATH", "/nowhere"), Command::new("true")));
    assert!(without_go.code == 69 && without_go.err.contains("no go on PATH"), "{}", without_go.err);
    std::fs::write(project.path("there.tar"), "mine").unwrap();
    let there = ended(project.modkeep(&["bundle", "create", "-o", "there.tar"]));
    assert!(there.code == 64 && there.err.contains("is there already"), "{}", there.err);
    let mut outside = project.modkeep(&["bundle", "create", "-o", "b.tar"]);
    outside.current_dir(project.home.home());
    let outside = ended(outside);
    assert!(outside.code == 64 && outside.err.contains("no Go module here"), "{}", outside.err);
    project.up.set_status("*", 503, "down");
    let down = ended(project.modkeep(&["bundle", "create", "-o", "b.tar"]));
    assert!(down.code == 1 && down.err.contains("503"), "{}", down.err);
    let left = files(&project.folder).into_keys().filter(|path| path.to_string_lossy().contains("modkeep"));
    assert_eq!((left.count(), project.path("b.tar").exists()), (0, false));
    assert_eq!(std::fs::read(project.path("there.tar")).unwrap(), b"mine");
}
