//! The user's own git finds and reaches repositories as it does under go: with its `insteadOf` and its helpers for passwords.

use std::fs;
use std::path::PathBuf;

use testkit::repo::{GitHttps, GitRepo, Tree};
use testkit::{GoRun, Module};

use super::scene::{NOBODY, Scene, with_git};

/// A path that names its system, on a host that no name server knows.
const PATH: &str = "git.corp.invalid/lib.git";

/// A project that needs a module at that path, and the repository that it is in.
struct Corp {
    scene: Scene,
    repo: GitRepo,
}

impl Corp {
    fn new() -> Self {
        let scene = Scene::new();
        let (go_mod, code) =
            (format!("module {PATH}\n\ngo 1.21\n"), "package lib\n\n// Id tells it.\nconst Id = 1\n");
        let module = Module::new(PATH, "v1.0.0").file("go.mod", go_mod.clone()).file("lib.go", code);
        let main = format!("package main\n\nimport lib \"{PATH}\"\n\nfunc main() {{ println(lib.Id) }}\n");
        let required = format!("module example.com/main\n\ngo 1.21\n\nrequire {PATH} v1.0.0\n");
        for (name, text) in [("go.mod", required), ("go.sum", module.go_sum_lines()), ("main.go", main)] {
            fs::write(scene.project.join(name), text).unwrap();
        }
        let repo = GitRepo::create(|history| {
            let commit = history.commit(&[], &Tree::new().file("go.mod", go_mod).file("lib.go", code));
            history.branch("main", commit);
            history.tag("v1.0.0", commit);
        });
        Self { scene, repo }
    }

    /// The user's configuration of git.
    fn git_config(&self, text: &str) {
        fs::write(self.scene.home.home().join(".gitconfig"), text).unwrap();
    }

    /// Builds with plain go, and then through the rung `git` alone, with an empty module cache each time.
    fn build_both(&self, change: impl Fn(GoRun) -> GoRun) {
        let build =
            |run: GoRun| change(with_git(run)).args(["build", "-o", "/dev/null", "./..."]).run().success();
        build(self.scene.go("direct"));
        self.scene.home.clear_module_cache();
        build(self.scene.modkeep(NOBODY, &["--rungs=git"]));
    }
}

#[test]
fn hosts_and_passwords_are_as_the_users_git_is_told() {
    let (corp, server) = (Corp::new(), GitHttps::start());
    server.serve("/lib", &corp.repo);
    server.protect("/lib", "me", "secret");
    corp.git_config(&format!(
        "[url \"{}\"]\n\tinsteadOf = https://git.corp.invalid/\n[http]\n\tsslCAInfo = {}\n\
         [credential]\n\thelper = \"!f() {{ echo username=me; echo password=secret; }}; f\"\n",
        server.url("/"),
        server.ca_file().display()
    ));
    corp.build_both(|run| run);
    assert!(server.requests().iter().all(|request| request.host == "localhost"));
}

#[test]
fn the_scheme_is_the_first_of_gos_by_which_git_can_read_it() {
    let corp = Corp::new();
    let (there, gone) = (link(&corp, "there"), corp.scene.home.path().join("gone"));
    corp.git_config(&format!(
        "[url \"file://{}/\"]\n\tinsteadOf = https://git.corp.invalid/\n\
         [url \"file://{}/\"]\n\tinsteadOf = git+ssh://git.corp.invalid/\n[safe]\n\tdirectory = *\n",
        gone.display(),
        there.display()
    ));
    corp.build_both(|run| run.env("GIT_ALLOW_PROTOCOL", "https:git+ssh:file"));
}

/// A folder in which the repository is called as its address says.
fn link(corp: &Corp, name: &str) -> PathBuf {
    let folder = corp.scene.home.path().join(name);
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(corp.repo.path(), folder.join("lib")).unwrap();
    folder
}
