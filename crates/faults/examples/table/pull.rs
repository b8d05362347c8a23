//! One pull of the project, and what became of it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testkit::{FakeUpstream, GoHome, GoRun, Graph, GraphSpec, Module};

/// A module outside of the project, with releases enough that one can be missing.
const MANY: &str = "many.example/m";
const VERSIONS: [&str; 4] = ["v1.0.0", "v1.1.0", "v1.2.0", "v1.10.0"];

/// What is pulled, and the good place to pull it from.
pub(crate) struct Project {
    graph: Graph,
    upstream: FakeUpstream,
    build_cache: TempDir,
    patience: Duration,
    healthy: Taken,
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
    /// Makes it and pulls it once from the good place, which also fills the build cache.
    pub(crate) fn new(patience: Duration) -> Self {
        let spec = GraphSpec { modules: 40, depth: 4, padding_bytes: 100_000, ..GraphSpec::default() };
        let graph = Graph::generate(spec);
        let release = |version| Module::new(MANY, version).file("go.mod", format!("module {MANY}\n"));
        let upstream =
            FakeUpstream::builder().modules(graph.modules()).modules(VERSIONS.map(release)).start();
        let build_cache = TempDir::new().expect("a folder");
        let mut project = Self {
            graph,
            upstream,
            build_cache,
            patience: Duration::from_mins(5),
            healthy: Taken::default(),
        };
        let healthy = project.take(&project.upstream(), None);
        project.healthy =
            healthy.unwrap_or_else(|_| panic!("the project cannot be pulled from the good place"));
        project.patience = patience;
        project
    }

    /// The URL of the good place.
    pub(crate) fn upstream(&self) -> String {
        self.upstream.url()
    }

    /// How many modules a pull fetches.
    pub(crate) fn zips(&self) -> usize {
        self.graph.selected().len()
    }

    /// Downloads and builds the project into an empty module cache, then asks for a list.
    pub(crate) fn pull(&self, proxy: &str, authority: Option<&Path>) -> Outcome {
        let begun = Instant::now();
        match self.take(proxy, authority) {
            Ok(taken) if taken == self.healthy => Outcome::Ok(begun.elapsed()),
            Ok(_) => Outcome::Wrong,
            Err(outcome) => outcome,
        }
    }

    fn take(&self, proxy: &str, authority: Option<&Path>) -> Result<Taken, Outcome> {
        let begun = Instant::now();
        let home = GoHome::fresh();
        let project = home.project("main");
        self.graph.write_project(&project);
        let go = |folder: PathBuf, args: &[&str]| {
            let run = GoRun::in_home(&home).proxy(proxy).dir(folder).flags("-mod=mod");
            let run = authority.into_iter().fold(run, GoRun::trust).build_cache(self.build_cache.path());
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
