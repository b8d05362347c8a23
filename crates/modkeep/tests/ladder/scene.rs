//! A project, its dependencies, and the places that have them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use testkit::{GoHome, GoOutput, GoRun};

use crate::common::write_project;
pub(crate) use crate::common::{
    BINARY, DEPENDENCY, NOBODY, dependency, knows, repository, upstream, with_git,
};

/// A project with one dependency, its own caches, and the folders of its user.
pub(crate) struct Scene {
    pub(crate) home: GoHome,
    pub(crate) project: PathBuf,
    pub(crate) config: PathBuf,
}

impl Scene {
    /// A project whose go.sum holds the dependency.
    pub(crate) fn new() -> Self {
        let home = GoHome::fresh();
        let project = home.project("main");
        let config = home.path().join("config");
        write_project(&project);
        fs::create_dir_all(config.join("modkeep")).unwrap();
        Self { home, project, config }
    }

    /// The user's settings file.
    pub(crate) fn settings(&self, text: &str) {
        fs::write(self.config.join("modkeep/modkeep.toml"), text).unwrap();
    }

    /// go in the project.
    pub(crate) fn go(&self, upstream: &str) -> GoRun {
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-build");
        GoRun::in_home(&self.home).dir(&self.project).build_cache(&built).proxy(upstream)
    }

    /// `modkeep go` in the project, with these settings before go's own arguments.
    pub(crate) fn modkeep(&self, upstream: &str, flags: &[&str]) -> GoRun {
        let first = ["go"].iter().chain(flags).map(OsString::from);
        self.as_user(self.go(upstream).under(Path::new(BINARY), first))
    }

    /// `modkeep` in the project with these arguments, and nobody to ask.
    pub(crate) fn command(&self, args: &[&str]) -> GoRun {
        self.as_user(self.go("off")).under(Path::new(BINARY), args.iter().copied())
    }

    /// A project with a vendor folder that a key which the user trusts has signed, and with an empty module cache.
    pub(crate) fn vendored() -> Self {
        let (scene, upstream) = (Self::new(), upstream());
        scene.go(&upstream.url()).args(["mod", "vendor"]).run().success();
        scene.command(&["bundle", "key", "new", "tester"]).run().success();
        scene.command(&["vendor", "snapshot"]).run().success();
        scene.home.clear_module_cache();
        scene
    }

    /// The folders of the user, for a run that is not `modkeep go`.
    pub(crate) fn as_user(&self, run: GoRun) -> GoRun {
        let folder = |name: &str| self.home.path().join(name);
        run.env("XDG_CONFIG_HOME", &self.config)
            .env("XDG_CACHE_HOME", folder("cache"))
            .env("XDG_DATA_HOME", folder("data"))
    }

    /// Gives the cache of another user what the project needs, and names it.
    pub(crate) fn other_cache(&self) -> PathBuf {
        let other = GoHome::fresh();
        let upstream = upstream();
        let query = format!("{DEPENDENCY}@v1.0.0");
        GoRun::in_home(&other).proxy(upstream.url()).args(["mod", "download", &query]).run().success();
        let kept = self.home.path().join("other");
        copy(&other.module_cache().join("cache"), &kept.join("cache"));
        kept
    }
}

/// The lines that modkeep itself has said.
pub(crate) fn said(output: &GoOutput) -> Vec<&str> {
    output.stderr.lines().filter_map(|line| line.strip_prefix("modkeep: ")).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (source, target) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).unwrap();
        }
    }
}
