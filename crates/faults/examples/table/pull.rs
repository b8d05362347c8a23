//! One pull of the project, and what became of it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testkit::{FakeUpstream, GoHome, GoRun, Graph, GraphSpec, Module, SumDb};

/// A module outside of the project, with releases enough that one can be missing.
const MANY: &str = "many.example/m";
const VERSIONS: [&str; 4] = ["v1.0.0", "v1.1.0", "v1.2.0", "v1.10.0"];

/// Where nobody listens: the database is there for those alone who ask a mirror of it.
const DATABASE: &str = "127.0.0.1:1/sumdb";

/// Records before and behind those of the modules, so that these are in another tile than the newest ones, which make the root.
const FILLERS: u64 = 300;

/// What is pulled, the good place to pull it from, and the database that vouches for it.
pub(crate) struct Project {
    graph: Graph,
    upstream: FakeUpstream,
    db: SumDb,
    build_cache: TempDir,
    patience: Duration,
    /// What is taken on a healthy day, with go.sum and without.
    healthy: [Taken; 2],
}

/// Who pulls it: through which proxies, trusting whom, knowing what.
#[derive(Clone, Copy)]
pub(crate) struct Client<'a> {
    pub(crate) proxy: &'a str,
    pub(crate) authority: Option<&'a Path>,
    /// Whether there is no go.sum, so that go has to ask the database about each module.
    pub(crate) asks_database: bool,
}

/// How a pull ended.
pub(crate) enum Outcome {
    Ok(Duration),
    Failed(Duration),
    Hung,
    /// go was content with something that it does not get on a healthy day.
    Wrong,
}

/// All that go has after a pull.
#[derive(Default, PartialEq, Eq)]
struct Taken {
    go_sum: String,
    files: BTreeMap<String, String>,
    versions: String,
}

impl Project {
    /// Makes it and pulls it from the good place, which also fills the build cache.
    pub(crate) fn new(patience: Duration) -> Self {
        let spec = GraphSpec { modules: 40, depth: 4, padding_bytes: 100_000, ..GraphSpec::default() };
        let graph = Graph::generate(spec);
        let release = |version| Module::new(MANY, version).file("go.mod", format!("module {MANY}\n"));
        let modules: Vec<Module> = graph.modules().into_iter().chain(VERSIONS.map(release)).collect();
        let db = database(&modules);
        let upstream = FakeUpstream::builder().modules(modules).start();
        db.mirror_on(&upstream);
        let build_cache = TempDir::new().expect("a folder");
        let (long, healthy) = (Duration::from_mins(5), <[Taken; 2]>::default());
        let mut project = Self { graph, upstream, db, build_cache, patience: long, healthy };
        project.healthy = [false, true].map(|asks_database| project.take_from_good(asks_database));
        project.patience = patience;
        project
    }

    fn take_from_good(&self, asks_database: bool) -> Taken {
        let taken = self.take(Client { proxy: &self.upstream(), authority: None, asks_database });
        taken.unwrap_or_else(|_| panic!("the project cannot be pulled from the good place"))
    }

    /// The URL of the good place.
    pub(crate) fn upstream(&self) -> String {
        self.upstream.url()
    }

    /// The GOSUMDB of all that meet a fault.
    pub(crate) fn gosumdb(&self) -> String {
        self.db.gosumdb()
    }

    /// How many modules a pull fetches.
    pub(crate) fn zips(&self) -> usize {
        self.graph.selected().len()
    }

    /// Downloads and builds the project into an empty module cache, then asks for a list.
    pub(crate) fn pull(&self, client: Client<'_>) -> Outcome {
        let begun = Instant::now();
        match self.take(client) {
            Ok(taken) if taken == self.healthy[usize::from(client.asks_database)] => {
                Outcome::Ok(begun.elapsed())
            }
            Ok(_) => Outcome::Wrong,
            Err(outcome) => outcome,
        }
    }

    fn take(&self, client: Client<'_>) -> Result<Taken, Outcome> {
        let begun = Instant::now();
        let home = GoHome::fresh();
        let project = self.write(&home, client);
        let go = |folder: PathBuf, args: &[&str]| {
            let run = GoRun::in_home(&home).proxy(client.proxy).sumdb(self.gosumdb()).dir(folder);
            let run = client.authority.into_iter().fold(run, GoRun::trust).flags("-mod=mod");
            let run = run.build_cache(self.build_cache.path());
            let left = self.patience.saturating_sub(begun.elapsed());
            let output = run.deadline(left).args(args.iter().copied()).run_in_time().ok_or(Outcome::Hung)?;
            if output.status.success() { Ok(output.stdout) } else { Err(Outcome::Failed(begun.elapsed())) }
        };
        go(project.clone(), &["mod", "download"])?;
        go(project.clone(), &["build", "./..."])?;
        let (go_sum, files) = (fs::read_to_string(project.join("go.sum")).expect("go.sum"), home.downloads());
        let versions = go(home.home(), &["list", "-m", "-versions", &format!("{MANY}@latest")])?;
        Ok(Taken { go_sum, files, versions })
    }

    fn write(&self, home: &GoHome, client: Client<'_>) -> PathBuf {
        let project = home.project("main");
        self.graph.write_project(&project);
        if client.asks_database {
            fs::remove_file(project.join("go.sum")).expect("a go.sum");
        }
        project
    }
}

fn database(modules: &[Module]) -> SumDb {
    let db = SumDb::new(DATABASE);
    db.fill(FILLERS);
    for module in modules {
        db.add(module);
    }
    db.fill(FILLERS);
    db
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok(took) => write!(f, "ok {:.1} s", took.as_secs_f64()),
            Self::Failed(after) => write!(f, "failed {:.1} s", after.as_secs_f64()),
            Self::Hung => f.write_str("hung"),
            Self::Wrong => f.write_str("**WRONG**"),
        }
    }
}
