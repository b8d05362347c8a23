//! A store that has grown: any number of versions in it.
//!
//! The tree is real in what counts, its folders and names. All versions but one are hard links to the files of that one, which
//! modkeep itself has stored: a million files are made in seconds and take no room.

use std::fs;
use std::path::Path;

use testkit::Module;

use crate::client::get;
use crate::peers::Setup;
use crate::plan::Plan;
use crate::trees;

/// Versions of each module.
pub(crate) const VERSIONS: usize = 20;

/// Links to one file; file systems have limits (65,000 for ext4).
const LINKS_MAX: usize = 20_000;

/// The module that is stored; an upstream must have it.
pub(crate) fn module() -> Module {
    Module::new("bench.example/real", "v1.0.0").file("a.go", "package a\n")
}

/// The path in a URL of the `.mod` of one of the versions that were linked.
pub(crate) fn mod_path(number: usize) -> String {
    format!("/{}/@v/v1.{}.0.mod", path_of(number / VERSIONS), number % VERSIONS)
}

fn path_of(module: usize) -> String {
    format!("bench.example/team{}/module{module}", module % 100)
}

/// Lets modkeep store the one module, then links all others to its files while no modkeep runs.
pub(crate) fn fill(plan: &Plan, setup: &Setup, module: &Module, versions: usize) {
    fs::create_dir_all(&setup.data).expect("a folder");
    let server = setup.modkeep(&plan.modkeep);
    for path in
        ["info", "mod", "zip"].map(|kind| module.url_path(kind)).into_iter().chain([trees::list_path(module)])
    {
        let got = get(server.address, &path).expect("modkeep answers");
        assert_eq!(got.status, 200, "modkeep has {path}");
    }
    server.stop();
    let real = setup.data.join(module.path()).join("@v");
    let mut links = Links::new(&real);
    let list = (0..VERSIONS).map(|version| format!("v1.{version}.0\n")).collect::<Vec<_>>().concat();
    for number in 0..versions / VERSIONS {
        let folder = setup.data.join(path_of(number)).join("@v");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("list"), &list).expect("a file");
        (0..VERSIONS).for_each(|version| links.link(&folder, &format!("v1.{version}.0")));
    }
}

/// The same in Athens's layout.
pub(crate) fn fill_athens(data: &Path, module: &Module, versions: usize) {
    trees::write_athens([module], data);
    let mut links = Links::new(&data.join(module.path()).join(module.version()));
    for number in 0..versions {
        let version = format!("v1.{}.0", number % VERSIONS);
        let folder = data.join(path_of(number / VERSIONS)).join(&version);
        fs::create_dir_all(&folder).expect("a folder");
        links.link(&folder, &version);
    }
}

/// The files of the one real version, and how often they were linked to.
struct Links {
    /// Names, in which the version stands, with the file to link to.
    files: Vec<(String, std::path::PathBuf)>,
    count: usize,
}

impl Links {
    fn new(folder: &Path) -> Self {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        let files = entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()));
        let files = files.filter(|(name, _)| name != "list" && name != ".list.meta").collect();
        Self { files, count: 0 }
    }

    /// Links all files into `folder`, under the names that they have there for `version`.
    fn link(&mut self, folder: &Path, version: &str) {
        self.count += 1;
        for (name, file) in &mut self.files {
            let path = folder.join(name.replace("v1.0.0", version));
            if self.count.is_multiple_of(LINKS_MAX) {
                fs::copy(&*file, &path).expect("a copy");
                file.clone_from(&path);
            } else {
                fs::hard_link(&*file, &path).expect("a link");
            }
        }
    }
}
