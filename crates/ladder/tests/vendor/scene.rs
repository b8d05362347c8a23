//! A project with a vendor folder, the keys of its owner and of a stranger, and the folders of a user.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use gomod::gosumdb::VerifierKey;
use gomod::note::SignerKey;
use ladder::vendor::{
    Guarded, Look, Placement, Policy, Project, Report, Restored, Taken, VendorError, guard, place, restore,
    snapshot, verify,
};
use tempfile::TempDir;
use testkit::{FakeUpstream, GoHome, GoOutput, GoRun, Module};

/// The module that the project needs, as a proxy has it.
const DEPENDENCY: &str = "module example.com/a\nversion v1.0.0\n-- go.mod --\nmodule example.com/a\n\ngo 1.20\n\
    -- a.go --\npackage a\n\nfunc A() int { return 1 }\n-- b/b.go --\npackage b\n\nfunc B() int { return 2 }\n";

/// modules.txt as go writes it for this project.
const MODULES_TXT: &str = "# example.com/a v1.0.0\n## explicit; go 1.20\nexample.com/a\nexample.com/a/b\n";

pub(crate) struct Scene {
    pub(crate) home: GoHome,
    pub(crate) root: PathBuf,
    user: TempDir,
}

impl Scene {
    /// A project whose vendor folder is like one that go makes, but made here, which takes no time.
    pub(crate) fn new() -> Self {
        let scene = Self::bare();
        scene.write("vendor/modules.txt", MODULES_TXT);
        scene.write("vendor/example.com/a/a.go", "package a\n\nfunc A() int { return 1 }\n");
        scene.write("vendor/example.com/a/b/b.go", "package b\n\nfunc B() int { return 2 }\n");
        scene
    }

    /// The same project with the vendor folder that the real go makes.
    pub(crate) fn by_go() -> Self {
        let scene = Self::bare();
        let upstream = FakeUpstream::builder().module(Module::parse(DEPENDENCY)).start();
        scene.go(&["mod", "tidy"], &upstream.url()).success();
        scene.go(&["mod", "vendor"], &upstream.url()).success();
        scene.home.clear_module_cache();
        scene
    }

    /// A project that does not vendor.
    pub(crate) fn bare() -> Self {
        let home = GoHome::fresh();
        let root = home.project("app");
        let scene = Self { root, home, user: tempfile::tempdir().unwrap() };
        scene.write("go.mod", "module example.com/app\n\ngo 1.23\n\nrequire example.com/a v1.0.0\n");
        let import = "import (\n\t\"example.com/a\"\n\t\"example.com/a/b\"\n)\n";
        scene.write("app.go", &format!("package app\n\n{import}\nvar N = a.A() + b.B()\n"));
        scene
    }

    /// Runs go in the project.
    pub(crate) fn go(&self, args: &[&str], proxy: &str) -> GoOutput {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gocache");
        GoRun::in_home(&self.home).dir(&self.root).build_cache(&cache).proxy(proxy).args(args).run()
    }

    /// Builds with nothing in reach but the vendor folder.
    pub(crate) fn build(&self) -> GoOutput {
        self.go(&["build", "-mod=vendor", "./..."], "off")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Everything in a folder of the project, by its name, as text; links are shown as such.
    pub(crate) fn tree(&self, name: &str) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        walk(&self.path(name), "", &mut all);
        all
    }

    pub(crate) fn project(&self) -> Project {
        Project::open(&self.root).unwrap()
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.user.path().join("cache")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.user.path().join("state")
    }

    pub(crate) fn snapshot(&self) -> Result<Taken, VendorError> {
        snapshot(&self.project(), &owner(), &trusted(), None)
    }

    /// Looks at all files, without a cache.
    pub(crate) fn verify(&self) -> Report {
        verify(&self.root, &look()).unwrap()
    }

    pub(crate) fn restore(&self) -> Result<Option<Restored>, VendorError> {
        restore(&self.project(), &trusted(), &look())
    }

    pub(crate) fn guard(&self, list_required: bool) -> Result<Guarded, VendorError> {
        let (keys, state) = (trusted(), self.state());
        let policy = Policy { trusted: &keys, look: look(), state: &state, list_required };
        guard(&self.project(), &policy)
    }

    pub(crate) fn place(&self) -> Result<Placement, VendorError> {
        place(&self.project(), &trusted(), &self.state(), SystemTime::now())
    }

    /// What of ours lies in the project besides the folders that are named in the documentation.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let names =
            fs::read_dir(&self.root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with(".vendor")).collect()
    }

    /// The folders of replaced vendor folders.
    pub(crate) fn replaced(&self) -> Vec<String> {
        let names =
            fs::read_dir(&self.root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("vendor.replaced-")).collect()
    }
}

fn walk(folder: &Path, prefix: &str, all: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            walk(&entry.path(), &format!("{name}/"), all);
        } else if kind.is_file() {
            all.insert(name, fs::read_to_string(entry.path()).unwrap());
        } else {
            all.insert(name, "a link".to_owned());
        }
    }
}

/// Reads everything, at the time that it is.
pub(crate) fn look() -> Look<'static> {
    Look { cache: None, full: false, now: SystemTime::now() }
}

/// A time at which nothing that was just written is racily clean.
pub(crate) fn later() -> SystemTime {
    SystemTime::now() + Duration::from_mins(1)
}

pub(crate) fn owner() -> SignerKey {
    SignerKey::from_seed("owner.example", [1; 32]).unwrap()
}

pub(crate) fn stranger() -> SignerKey {
    SignerKey::from_seed("stranger.example", [2; 32]).unwrap()
}

pub(crate) fn trusted() -> Vec<VerifierKey> {
    vec![owner().verifier()]
}
