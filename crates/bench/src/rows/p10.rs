//! P10: from the start of the process to its first answer, with much in the store.
//!
//! The tree is real in what counts here, its folders and names. All versions but one are hard links to the files of that one, which
//! modkeep itself has stored: a million files are made in seconds and take no room.

use std::fs;
use std::path::Path;
use std::time::Instant;

use testkit::{FakeUpstream, Module};

use crate::client::get;
use crate::peers::{Place, Sendfile, Setup};
use crate::plan::Plan;
use crate::report::{Goal, Measure, Row};
use crate::server::Server;
use crate::trees;

/// Versions of each module.
const VERSIONS: usize = 20;

/// Links to one file; file systems have limits (65,000 for ext4).
const LINKS_MAX: usize = 20_000;

/// A side: its name and how it is started.
type Start<'a> = (&'static str, Box<dyn Fn() -> Server + 'a>);

/// Measures the row.
pub(crate) fn measure(plan: &Plan) -> Row {
    let (versions, limit) = if plan.million { (1_000_000, 50.0) } else { (100_000, 15.0) };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = Module::new("bench.example/real", "v1.0.0").file("a.go", "package a\n");
    let upstream = FakeUpstream::builder().module(module.clone()).start();
    let setup = |name: &str| {
        let scratch = folder.path().join(name);
        fs::create_dir_all(&scratch).expect("a folder");
        Setup { place: Place::Free, data: folder.path().join("data"), scratch, upstream: upstream.url() }
    };
    fill(plan, &setup("filling"), &module, versions);
    let mut athens = setup("athens");
    if plan.athens.is_some() {
        athens.data = folder.path().join("athens-data");
        fill_athens(&athens.data, &module, versions);
    }
    let sides = sides(plan, &setup, &athens);
    let name = format!("first answer with {versions} stored versions");
    let mut measure = Measure::new(name, "ms", false, Goal::value(limit));
    for round in 0..plan.rounds {
        for at in 0..sides.len() {
            let (name, start) = &sides[(at + round) % sides.len()];
            measure.add(name, Some(first_answer(start, &module)));
        }
    }
    Row { name: "P10", settings: settings(), measures: vec![measure] }
}

fn sides<'a>(plan: &'a Plan, setup: &impl Fn(&str) -> Setup, athens: &Setup) -> Vec<Start<'a>> {
    let [ours, nginx, goproxy, athens] = [setup("modkeep"), setup("nginx"), setup("goproxy"), athens.clone()];
    let mut sides: Vec<Start<'a>> = vec![("modkeep", Box::new(move || ours.modkeep(&plan.modkeep)))];
    if let Some(program) = &plan.nginx {
        sides.push(("nginx", Box::new(move || nginx.nginx(program, Sendfile::On))));
    }
    if let Some(program) = &plan.goproxy {
        sides.push(("goproxy", Box::new(move || goproxy.goproxy(program, &plan.go))));
    }
    if let Some(program) = &plan.athens {
        sides.push(("Athens", Box::new(move || athens.athens(program, &plan.go))));
    }
    sides
}

/// Milliseconds from before the start of the process to the end of its first answer.
fn first_answer(start: &dyn Fn() -> Server, module: &Module) -> f64 {
    let begin = Instant::now();
    let server = start();
    let got = get(server.address, &module.url_path("mod"));
    let took = begin.elapsed().as_secs_f64() * 1e3;
    assert!(got.is_ok_and(|got| got.status == 200), "the first answer is a good one");
    server.stop();
    took
}

/// Lets modkeep store the one module, then links all others to its files while no modkeep runs.
fn fill(plan: &Plan, setup: &Setup, module: &Module, versions: usize) {
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
        let folder = setup.data.join(format!("bench.example/team{}/module{number}/@v", number % 100));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("list"), &list).expect("a file");
        (0..VERSIONS).for_each(|version| links.link(&folder, &format!("v1.{version}.0")));
    }
}

fn fill_athens(data: &Path, module: &Module, versions: usize) {
    trees::write_athens([module], data);
    let mut links = Links::new(&data.join(module.path()).join(module.version()));
    for number in 0..versions {
        let (module, version) = (number / VERSIONS, format!("v1.{}.0", number % VERSIONS));
        let folder = data.join(format!("bench.example/team{}/module{module}/{version}", module % 100));
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

fn settings() -> Vec<String> {
    vec![
        "from before the process is started to the end of the answer, a .mod; the server ended in peace before".to_owned(),
        format!("{VERSIONS} versions to a module; nginx and goproxy serve modkeep's folder, Athens one in its layout"),
        "what the system knows of the folders is in memory; all processors".to_owned(),
    ]
}
