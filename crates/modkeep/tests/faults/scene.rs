//! The parts of a row: the good upstream, a bad one, the server between them and go, and what go took.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use faults::FaultyProxy;
use tempfile::TempDir;
use testkit::{
    FakeUpstream, GoHome, GoOutput, GoRun, Graph, GraphSpec, Module, ServerCommand, ServerProcess, SumDb,
};
use tokio::runtime::Runtime;

/// How long one command of go may take: whatever takes longer hangs, as far as a user is concerned.
const DEADLINE: Duration = Duration::from_mins(1);

/// A module that the project does not need, with releases enough that one can be missing.
const MANY: &str = "many.example/m";
const VERSIONS: [&str; 4] = ["v1.0.0", "v1.1.0", "v1.2.0", "v1.10.0"];

/// The bad proxies run here. Nobody shuts it down: it ends with the process.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Small enough to be quick, large enough that there is a middle of a zip, and that a byte a second lasts for hours.
static GRAPH: LazyLock<Graph> = LazyLock::new(|| {
    let small = GraphSpec { modules: 12, depth: 3, fan_out: 2, versions: 2, padding_bytes: 30_000, seed: 4 };
    Graph::generate(small)
});

/// The database's own host: it finds nothing, and says so at once. Only the mirrors are of use.
static HOST: LazyLock<FaultyProxy> = LazyLock::new(|| proxy("tls-good", &NOTHING.url()));
static NOTHING: LazyLock<FakeUpstream> = LazyLock::new(|| FakeUpstream::builder().start());

/// Records before and behind those of the modules, so that these are in another tile than the newest ones, which make the root.
const FILLERS: u64 = 300;

/// The second upstream of every row, and what stands behind every bad one. It mirrors the database.
static GOOD: LazyLock<FakeUpstream> = LazyLock::new(|| {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    DB.mirror_on(&upstream);
    upstream
});

/// The checksum database of go and of the server.
static DB: LazyLock<SumDb> = LazyLock::new(|| {
    let db = SumDb::new(&format!("{}/sumdb", HOST.url().trim_start_matches("https://")));
    db.fill(FILLERS);
    for module in modules() {
        db.add(&module);
    }
    db.fill(FILLERS);
    db
});

fn modules() -> Vec<Module> {
    let release = |version| Module::new(MANY, version).file("go.mod", format!("module {MANY}\n"));
    GRAPH.modules().into_iter().chain(VERSIONS.map(release)).collect()
}

/// What go knows of the modules before it asks for them.
#[derive(Clone, Copy)]
pub(crate) enum Knows {
    /// All hashes, from a complete go.sum.
    Sums,
    /// Nothing: it asks the database about each module.
    Nothing,
}

impl Knows {
    /// What it must not know, to meet this fault.
    pub(crate) fn before_meeting(fault: &str) -> Self {
        if faults::find(fault).unwrap().touches.is_of_sumdb() { Self::Nothing } else { Self::Sums }
    }

    /// What go takes on a healthy day: directly from the good upstream.
    pub(crate) fn healthy(self) -> &'static Taken {
        static WITH_SUMS: LazyLock<Taken> = LazyLock::new(|| pull(&GOOD.url(), Knows::Sums).unwrap());
        static WITHOUT: LazyLock<Taken> = LazyLock::new(|| pull(&GOOD.url(), Knows::Nothing).unwrap());
        match self {
            Self::Sums => &WITH_SUMS,
            Self::Nothing => &WITHOUT,
        }
    }
}

/// All that go has after a pull.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    go_sum: String,
    /// SHA-256 of each file in the module cache.
    files: BTreeMap<String, String>,
    /// What `go list -m -versions` printed.
    versions: String,
}

/// Downloads and builds the project into an empty module cache, and asks for a list; or what the first command said that
/// failed. Stops the test when a command hangs.
pub(crate) fn pull(proxy: &str, knows: Knows) -> Result<Taken, Box<GoOutput>> {
    let home = GoHome::fresh();
    let project = home.project("main");
    GRAPH.write_project(&project);
    if matches!(knows, Knows::Nothing) {
        fs::remove_file(project.join("go.sum")).unwrap();
    }
    let go = |folder: &Path, args: &[&str]| go(&home, proxy, folder, args);
    go(&project, &["mod", "download"])?;
    go(&project, &["build", "./..."])?;
    let (go_sum, files) = (fs::read_to_string(project.join("go.sum")).unwrap(), home.downloads());
    let latest = format!("{MANY}@latest");
    let versions = go(&home.project("elsewhere"), &["list", "-m", "-versions", &latest])?.stdout;
    Ok(Taken { go_sum, files, versions })
}

/// Downloads one module, of which go knows nothing: the shortest way to a failure.
pub(crate) fn download(proxy: &str) -> Result<(), Box<GoOutput>> {
    let (home, module) = (GoHome::fresh(), &GRAPH.selected()[0]);
    let query = format!("{}@{}", module.path(), module.version());
    go(&home, proxy, &home.project("elsewhere"), &["mod", "download", &query]).map(drop)
}

/// One command, or what it said when it failed.
fn go(home: &GoHome, proxy: &str, folder: &Path, args: &[&str]) -> Result<GoOutput, Box<GoOutput>> {
    let run = GoRun::in_home(home).proxy(proxy).sumdb(DB.gosumdb()).dir(folder);
    let run = run.flags("-mod=mod").build_cache(&build_cache());
    let output = run.deadline(DEADLINE).args(args.iter().copied()).run();
    if output.status.success() { Ok(output) } else { Err(Box::new(output)) }
}

impl Taken {
    pub(crate) fn names_the_newest_version(&self) -> bool {
        self.versions.split_whitespace().last() == VERSIONS.last().copied()
    }
}

/// One for all rows: the standard library is compiled once.
fn build_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("gocache")
}

/// A proxy with the fault of this name, in front of the good upstream.
pub(crate) fn bad(name: &str) -> FaultyProxy {
    proxy(name, &GOOD.url())
}

fn proxy(name: &str, behind: &str) -> FaultyProxy {
    RUNTIME.block_on(FaultyProxy::start(faults::find(name).unwrap(), behind)).unwrap()
}

/// The URL of the good upstream.
pub(crate) fn good() -> String {
    GOOD.url()
}

/// A running `modkeep serve` with an empty data folder.
pub(crate) struct Node {
    process: ServerProcess,
    _data: TempDir,
}

impl Node {
    /// Serves from this list, with the settings that it has by itself. The authorities of `bad` and of the database's host are trusted, so that what is
    /// wrong with a certificate is not its authority.
    pub(crate) fn start(list: &str, bad: &[&FaultyProxy]) -> Self {
        Self::verifying_with(&DB.gosumdb(), list, bad)
    }

    /// The same with another GOSUMDB than that of go.
    pub(crate) fn verifying_with(database: &str, list: &str, bad: &[&FaultyProxy]) -> Self {
        let data = TempDir::new().unwrap();
        let command = ServerCommand::new(env!("CARGO_BIN_EXE_modkeep"))
            .env("GOSUMDB", database)
            .args(["serve", "--listen", "127.0.0.1:0", "--upstream", list])
            .args(["--data".as_ref(), data.path().join("data").as_os_str()]);
        let pem: String = bad.iter().copied().chain([&*HOST]).filter_map(FaultyProxy::ca_pem).collect();
        let authorities = data.path().join("authorities.pem");
        fs::write(&authorities, &pem).unwrap();
        let command = command.args(["--ca-file".into(), authorities]);
        Self { process: command.start("listens on http://{}"), _data: data }
    }

    /// What go needs as GOPROXY.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.process.captures()[0])
    }

    /// What the server said so far.
    pub(crate) fn said(&self) -> String {
        self.process.output()
    }
}
