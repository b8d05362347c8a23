//! A user with a key and a project with a vendor folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub(crate) struct Scene {
    home: TempDir,
}

/// What a run ended with: exit code, stdout, stderr.
pub(crate) type Ended = (i32, String, String);

impl Scene {
    /// A project that needs one module, whose vendor folder has this many files beside modules.txt.
    pub(crate) fn with_files(files: usize) -> Self {
        let scene = Self { home: tempfile::tempdir().unwrap() };
        scene.write("go.mod", "module example.com/app\n\ngo 1.23\n\nrequire example.com/a v1.0.0\n");
        scene.write("app.go", "package app\n\nimport \"example.com/a\"\n\nvar N = a.N0\n");
        scene.write("vendor/modules.txt", "# example.com/a v1.0.0\n## explicit; go 1.20\nexample.com/a\n");
        for n in 0..files {
            scene
                .write(&format!("vendor/example.com/a/f{n}.go"), &format!("package a\n\nconst N{n} = {n}\n"));
        }
        let (code, _, err) = scene.run(&["bundle", "key", "new", "owner"]);
        assert_eq!(code, 0, "{err}");
        scene
    }

    pub(crate) fn new() -> Self {
        Self::with_files(3)
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.home().join("app")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The binary, in the project, with nothing of the environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modkeep"));
        command.env_clear().env("HOME", self.home()).current_dir(self.root()).args(args);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        ended(&mut self.command(args))
    }

    /// Every file of a folder by its name, links as they are.
    pub(crate) fn tree(&self, name: &str) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        walk(&self.path(name), "", &mut all);
        all
    }

    /// The names in the project's folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub(crate) fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

fn walk(folder: &Path, prefix: &str, all: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), &format!("{name}/"), all);
        } else {
            all.insert(name, fs::read_to_string(entry.path()).unwrap_or_default());
        }
    }
}
