//! New projects: their go.mod, and what is around it.

use std::path::Path;

use testkit::{Go, GoRun};

use super::scene::{BINARY, Scene};

/// The module that a go.mod declares, which holds nothing else but the version of the go that runs.
fn declared(go_mod: &str) -> String {
    let version = Go::find().version().trim_start_matches("go").to_owned();
    let rest = go_mod.strip_suffix(&format!("\n\ngo {version}\n")).unwrap();
    rest.strip_prefix("module ").unwrap().to_owned()
}

#[test]
fn its_path_comes_from_four_places_in_their_order() {
    let scene = Scene::new();
    scene.init(&[]);
    assert_eq!(declared(&scene.read("go.mod")), "app");

    let remote = Scene::new();
    remote.repository("https://me:secret@Git.example:8443/org/repo.git");
    let output = remote.init(&[]);
    assert_eq!(declared(&remote.read("go.mod")), "git.example/org/repo");
    assert!(output.stdout.contains("comes from the git remote origin") && !output.stdout.contains("secret"));
    let inner = remote.at(&remote.folder.join("cmd/tool"));
    std::fs::remove_file(remote.folder.join("go.mod")).unwrap();
    std::fs::remove_file(remote.folder.join("modkeep.toml")).unwrap();
    inner.init(&["--ci=none"]);
    assert_eq!(declared(&inner.read("go.mod")), "git.example/org/repo/cmd/tool");

    let below = scene.at(&scene.home.gopath().join("src/src.example/me/x"));
    below.repository("git@git.example:org/repo.git");
    below.init(&[]);
    assert_eq!(declared(&below.read("go.mod")), "src.example/me/x");

    let named = scene.at(&scene.home.gopath().join("src/src.example/me/y"));
    named.repository("git@git.example:org/repo.git");
    named.init(&["named.example/z"]);
    assert_eq!(declared(&named.read("go.mod")), "named.example/z");
}

#[test]
fn what_it_writes_works_and_run_again_it_has_nothing_to_do() {
    let scene = Scene::new();
    scene.repository("git@github.com:org/repo.git");
    scene.file("main.go", "package main\n\nfunc main() {}\n");
    let first = scene.init(&[]);
    let files = ["go.mod", "modkeep.toml", ".gitattributes", ".github/workflows/modkeep.yml"];
    assert!(first.stdout.contains(&format!("\ncommit: git add {}\n", files.join(" "))), "{}", first.stdout);
    for next in ["modkeep go mod tidy", "modkeep lock", "modkeep bundle create"] {
        assert!(first.stdout.contains(&format!("\nnext: {next} ")), "{}", first.stdout);
    }
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-build");
    let go = GoRun::in_home(&scene.home).dir(&scene.folder).build_cache(&built);
    go.under(Path::new(BINARY), ["go", "build", "-o", "/dev/null", "."]).run().success();
    let check = GoRun::in_home(&scene.home).dir(&scene.folder);
    let check = check.under(Path::new(BINARY), ["config", "check", "modkeep.toml"]).run().success();
    assert!(check.stdout.ends_with("modkeep.toml: ok, as the file of a project\n"), "{check}");
    let elsewhere = scene.at(&scene.folder.join("cmd"));
    elsewhere.file("modkeep.toml", "[bundle]\nlocations = [\"ftp://a.example\"]\n");
    let checked = || {
        let check = GoRun::in_home(&elsewhere.home).dir(&elsewhere.folder);
        check.under(Path::new(BINARY), ["config", "check", "modkeep.toml"]).run().status.code()
    };
    assert_eq!(checked(), Some(78), "beside no go.mod it is a user's");
    elsewhere.file("go.mod", "module a.example/cmd\n");
    assert_eq!(checked(), Some(78), "nothing can be asked there");
    elsewhere.file("modkeep.toml", "listen = \"127.0.0.1:0\"\n");
    assert_eq!(checked(), Some(0), "a server's own, in a project's folder");
    std::fs::remove_dir_all(&elsewhere.folder).unwrap();
    let before = scene.state();
    let second = scene.init(&[]);
    assert!(second.stdout.ends_with("\nnothing to do\n"), "{}", second.stdout);
    assert_eq!(scene.state(), before);
    assert_eq!(second.stderr, "");
}

#[test]
fn a_dry_run_says_the_same_and_does_nothing() {
    let scene = Scene::new();
    let dry = scene.init(&["--dry-run", "a.example/m"]);
    assert!(scene.state().is_empty());
    let real = scene.init(&["a.example/m"]);
    assert_eq!(dry.stdout.replace("  would write", "  wrote"), real.stdout);
}

#[test]
fn git_leaves_the_bytes_of_vendor_and_go_sum_alone() {
    let scene = Scene::new();
    scene.init(&["a.example/m"]);
    scene.git(&["init", "--quiet"]);
    let files = [
        "go.sum",
        "sub/go.sum",
        "vendor/.checksums",
        "vendor/a.example/x/x.go",
        "vendor.offline/a.go",
        "main.go",
    ];
    for file in files {
        scene.file(file, "one\ntwo\n");
    }
    scene.git(&["add", "."]);
    scene.git(&["commit", "--quiet", "-m", "all"]);
    for file in files {
        std::fs::remove_file(scene.folder.join(file)).unwrap();
    }
    scene.git(&["-c", "core.autocrlf=true", "checkout", "--", "."]);
    let converted: Vec<_> = files.into_iter().filter(|file| scene.read(file).contains('\r')).collect();
    assert_eq!(converted, ["main.go"], "git would convert on this machine, and does where nothing is said");
}

#[test]
fn what_wins_over_our_lines_in_git_makes_them_come_again() {
    let scene = Scene::new();
    scene.init(&["a.example/m"]);
    scene.git(&["init", "--quiet"]);
    let text = |file: &str| {
        let told = scene.git(&["check-attr", "text", file]);
        told.trim_end().rsplit(' ').next().unwrap().to_owned()
    };
    let files = ["go.sum", "sub/go.sum", "go.work.sum", "vendor/a.example/x/x.go"];
    for later in
        ["* text=auto eol=crlf", "*.sum text", "x.go !text", "vendor/a.example/** text", "GO.* text=auto"]
    {
        scene.git(&["config", "core.ignoreCase", "true"]);
        scene.file(".gitattributes", &format!("{}{later}\n", scene.read(".gitattributes")));
        assert!(files.into_iter().any(|file| text(file) != "unset"), "{later}");
        let output = scene.init(&[]);
        assert!(output.stdout.contains("added to .gitattributes"), "{later}: {}", output.stdout);
        assert!(files.into_iter().all(|file| text(file) == "unset"), "{later}");
        assert!(scene.init(&[]).stdout.ends_with("\nnothing to do\n"), "{later}");
    }
}

#[test]
fn a_name_that_cannot_be_one_is_an_error_that_says_what_to_do() {
    let scene = Scene::new();
    for (path, code) in [("a b", 64), ("-x", 64), ("a.example/../b", 64), ("a.example/x/v1", 64)] {
        let output = scene.command(&["--", path]).run().failure();
        assert_eq!(output.status.code(), Some(code), "{path}: {}", output.stderr);
        assert!(output.stderr.contains("example.com/you/project"), "{path}: {}", output.stderr);
    }
    let spaces = scene.at(&scene.home.path().join("my app"));
    let output = spaces.command(&[]).run().failure();
    assert!(
        output.stderr.contains("help: name it: modkeep init example.com/you/project"),
        "{}",
        output.stderr
    );
    assert!(scene.state().is_empty() && spaces.state().is_empty());
}

#[test]
fn the_ci_is_told_by_the_remote_or_the_flag_and_an_old_file_of_gitlab_stays() {
    let scene = Scene::new();
    scene.repository("git@gitlab.corp.example:org/repo.git");
    scene.file(".gitlab-ci.yml", "build:\n  script: make\n");
    let output = scene.init(&[]);
    for text in
        ["put this into .gitlab-ci.yml", "      modkeep go build ./...", "      modkeep go test ./..."]
    {
        assert!(output.stdout.contains(text), "{text} in {}", output.stdout);
    }
    assert_eq!(scene.read(".gitlab-ci.yml"), "build:\n  script: make\n");
    scene.init(&["--ci", "github"]);
    assert!(scene.read(".github/workflows/modkeep.yml").contains("go-version-file: go.mod"));
    let other = Scene::new();
    other.init(&["--ci=gitlab"]);
    assert!(other.read(".gitlab-ci.yml").contains("modkeep go build ./..."));
    assert!(other.init(&[]).stdout.contains("left .gitlab-ci.yml"));
}
