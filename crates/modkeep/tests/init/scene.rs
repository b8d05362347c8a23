//! A folder that is to become a project, and its user.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::{GoHome, GoOutput, GoRun};

/// The shipped binary.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_modkeep");

/// A user with an empty folder.
pub(crate) struct Scene {
    pub(crate) home: GoHome,
    pub(crate) folder: PathBuf,
}

impl Scene {
    /// The folder is called `app`.
    pub(crate) fn new() -> Self {
        let home = GoHome::fresh();
        let folder = home.project("app");
        Self { home, folder }
    }

    /// The same user in another folder, which is made.
    pub(crate) fn at(&self, folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        Self { home: self.home.clone(), folder: folder.to_owned() }
    }

    /// Writes a file of the project.
    pub(crate) fn file(&self, name: &str, content: &str) {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// The content of a file of the project.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    /// Makes it a repository with this origin.
    pub(crate) fn repository(&self, origin: &str) {
        self.git(&["init", "--quiet"]);
        self.git(&["remote", "add", "origin", origin]);
    }

    /// git in the folder.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let identity = ["-c", "user.name=u", "-c", "user.email=u@u.example", "-c", "core.autocrlf=false"];
        let mut git = Command::new("git");
        git.args(identity).args(args).current_dir(&self.folder);
        git.env("HOME", self.home.home()).env("GIT_CONFIG_NOSYSTEM", "1");
        let output = git.output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A run of `modkeep init` with these arguments.
    pub(crate) fn command(&self, args: &[&str]) -> GoRun {
        let first = ["init"].iter().chain(args).copied();
        GoRun::in_home(&self.home).dir(&self.folder).under(Path::new(BINARY), first)
    }

    /// `modkeep init`, which is to end well.
    pub(crate) fn init(&self, args: &[&str]) -> GoOutput {
        self.command(args).run().success()
    }

    /// Every file of the project but those of git, by path, with its content.
    pub(crate) fn state(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        walk(&self.folder, &mut found);
        found
    }
}

fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().unwrap() != ".git" {
            found.insert(path.clone(), b"a folder".to_vec());
            walk(&path, found);
        } else if path.is_file() {
            found.insert(path.clone(), fs::read(path).unwrap());
        }
    }
}
