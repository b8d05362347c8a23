//! A project whose dependency comes from a repository of ours, and its lock.

use std::fs;

use testkit::repo::{GitHttps, GitRepo, Object, Tree};
use testkit::{GoOutput, Module};

use crate::scene::{BINARY, DEPENDENCY, NOBODY, Scene, knows, with_git};

/// A project, the server of its dependency, and the repository on it.
pub(super) struct Locked {
    pub(super) scene: Scene,
    pub(super) server: GitHttps,
    pub(super) repo: GitRepo,
    /// The commit of v1.0.0.
    pub(super) tagged: Object,
}

impl Locked {
    /// Before there is a lock.
    pub(super) fn not_yet() -> Self {
        let (scene, server) = (Scene::new(), GitHttps::start());
        let mut tagged = None;
        let repo = GitRepo::create(|history| {
            let commit = history.commit(&[], &tree());
            history.branch("main", commit);
            history.tag("v1.0.0", commit);
            tagged = Some(commit);
        });
        server.serve("/lib", &repo);
        scene.settings(&knows(&server));
        Self { scene, server, repo, tagged: tagged.unwrap() }
    }

    /// With a lock that holds on this.
    pub(super) fn on(hold: &str) -> Self {
        let locked = Self::not_yet();
        locked.lock(&["--on", hold]).success();
        locked
    }

    /// `modkeep lock` with these arguments, with all proxies dead.
    pub(super) fn lock(&self, args: &[&str]) -> GoOutput {
        let args = ["lock"].iter().chain(args);
        let run = self.scene.go(NOBODY).under(BINARY.as_ref(), args);
        with_git(self.scene.as_user(run)).run()
    }

    /// A build with all proxies dead, and nothing in the caches.
    pub(super) fn build(&self) -> GoOutput {
        self.scene.home.clear_module_cache();
        with_git(self.scene.modkeep(NOBODY, &[])).args(["build", "./..."]).run()
    }

    /// The text of the lock.
    pub(super) fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    /// The file of the lock.
    pub(super) fn path(&self) -> std::path::PathBuf {
        self.scene.project.join("modkeep.lock")
    }

    /// What git says to this question about the repository.
    pub(super) fn git(&self, args: &[&str]) -> String {
        self.repo.git(args).trim().to_owned()
    }
}

/// What v1.0.0 holds.
pub(super) fn tree() -> Tree {
    let [go_mod, code] = files(DEPENDENCY);
    Tree::new().file("go.mod", go_mod).file("lib.go", code)
}

/// Lets the project need a module of another path and the same content, and gives the tree of that.
pub(super) fn rename(scene: &Scene, path: &str) -> Tree {
    let [go_mod, code] = files(path);
    let module = Module::new(path, "v1.0.0").file("go.mod", go_mod.clone()).file("lib.go", code.clone());
    for name in ["go.mod", "main.go"] {
        let file = scene.project.join(name);
        let text = fs::read_to_string(&file).unwrap().replace(DEPENDENCY, path);
        fs::write(file, text).unwrap();
    }
    fs::write(scene.project.join("go.sum"), module.go_sum_lines()).unwrap();
    Tree::new().file("go.mod", go_mod).file("lib.go", code)
}

fn files(path: &str) -> [String; 2] {
    [format!("module {path}\n\ngo 1.21\n"), "package lib\n\n// Id tells it.\nconst Id = 1\n".to_owned()]
}
