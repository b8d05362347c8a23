//! Projects that are there already: nothing of them is overwritten.

use testkit::GoRun;

use super::scene::{BINARY, Scene};

const GO_MOD: &str = "module a.example/m // mine\n\ngo 1.21\n";

#[test]
fn what_is_there_stays_and_what_lacks_lines_gets_them_at_its_end() {
    let scene = Scene::new();
    scene.file("go.mod", GO_MOD);
    scene.file("modkeep.toml", "# mine\n[vendor]\nrequire-checksums = false\n");
    scene.file(".gitattributes", "*.png binary\n");
    scene.file("vendor/modules.txt", "# a.example/x v1.0.0\n");
    scene.file(".github/workflows/modkeep.yml", "mine");
    let before = scene.state();
    let output = scene.init(&["a.example/m"]);
    let after = scene.state();
    let changed: Vec<_> = after.iter().filter(|(path, content)| before.get(*path) != Some(content)).collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!(scene.read(".gitattributes").starts_with("*.png binary\n#"));
    for line in [
        "added to .gitattributes",
        "left vendor/",
        "left modkeep.toml",
        "left .github/workflows/modkeep.yml",
        "commit: git add .gitattributes",
        "next: modkeep vendor snapshot",
    ] {
        assert!(output.stdout.contains(line), "{line} in {}", output.stdout);
    }
}

#[test]
fn another_path_than_that_of_go_mod_is_an_error() {
    let scene = Scene::new();
    scene.file("go.mod", GO_MOD);
    let output = scene.command(&["b.example/m"]).run().failure();
    assert_eq!(output.status.code(), Some(64), "{}", output.stderr);
    assert!(output.stderr.contains("declares a.example/m, and not b.example/m"), "{}", output.stderr);
    assert_eq!(scene.state().len(), 1);
}

#[test]
fn from_a_folder_inside_the_project_is_prepared_and_a_workspace_at_its_top() {
    let scene = Scene::new();
    scene.file("go.mod", GO_MOD);
    let inner = scene.at(&scene.folder.join("pkg/it's"));
    let output = inner.init(&["--ci=none"]);
    scene.read("modkeep.toml");
    // What it says to type works where it was said.
    scene.git(&["init", "--quiet"]);
    let line = output.stdout.lines().find_map(|line| line.strip_prefix("commit: ")).unwrap();
    assert_eq!(line, "git add ../../modkeep.toml ../../.gitattributes");
    inner.git(&["add", "../../modkeep.toml", "../../.gitattributes"]);
    assert!(!scene.folder.join("pkg/go.mod").exists());

    let work = scene.at(&scene.home.project("work"));
    work.file("go.work", "go 1.21\n\nuse ./a\n");
    work.file("a/go.mod", GO_MOD);
    work.at(&work.folder.join("a")).init(&["--ci=github"]);
    assert!(work.read(".github/workflows/modkeep.yml").contains("go-version-file: go.work"));
    assert!(!work.folder.join("a/modkeep.toml").exists());
    let new = work.at(&work.folder.join("b")).init(&["b.example/m"]);
    assert!(new.stdout.contains("`go work use .` adds it"), "{}", new.stdout);
    work.read("b/go.mod");
}

#[test]
fn the_job_of_a_workspace_builds_all_of_its_modules() {
    let scene = Scene::new();
    scene.file("go.work", "go 1.21\n\nuse (\n\t./a\n\t./b\n)\n");
    for module in ["a", "b"] {
        scene.file(&format!("{module}/go.mod"), &format!("module {module}.example/m\n\ngo 1.21\n"));
        scene.file(&format!("{module}/m.go"), "package m\n");
    }
    scene.init(&["--ci=github"]);
    let job = scene.read(".github/workflows/modkeep.yml");
    let line = job.lines().map(str::trim).find(|line| line.contains("go build")).unwrap();
    let built = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-build");
    let script = line.replacen("modkeep", BINARY, 1).replace("go build", "go build -v");
    let run = |script: &str| {
        let shell = ["-c".to_owned(), script.to_owned()];
        GoRun::in_home(&scene.home)
            .dir(&scene.folder)
            .build_cache(&built)
            .under("/bin/sh".as_ref(), shell)
            .run()
    };
    run(&script).success();
    scene.file("b/m.go", "package m\n\nvar broken int = \"\"\n");
    let failed = run(&script).failure();
    assert!(failed.stderr.contains("b.example/m"), "{}", failed.stderr);
}

#[test]
fn an_old_lock_gets_a_note() {
    let scene = Scene::new();
    scene.file("Gopkg.lock", "[[projects]]\n");
    scene.file("vendor/a.example/x/x.go", "package x\n");
    let output = scene.init(&["a.example/m"]);
    assert!(
        output.stdout.contains("note: Gopkg.lock is of dep, and go does not read it"),
        "{}",
        output.stdout
    );
    assert!(output.stdout.contains("note: vendor/ has no modules.txt"), "{}", output.stdout);
    assert_eq!(scene.read("Gopkg.lock"), "[[projects]]\n");
}
