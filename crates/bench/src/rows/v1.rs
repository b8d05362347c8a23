//! V1: what verification with a checksum database costs when record and tiles are kept, and whether it grows with the tree.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

use tempfile::TempDir;
use testkit::{FakeUpstream, Module, SumDb};

use crate::client::get;
use crate::peers::{Place, Setup};
use crate::plan::Plan;
use crate::proc;
use crate::report::{Goal, Measure, Row};
use crate::server::Server;

/// Records in the small and in the large tree, beside those of the modules. In both each module lies in a tile of its own, so that
/// what is remembered of tiles is full in both. The public tree has some 66 million: one level of tiles more than the large one.
const FILLERS: [u64; 2] = [200_000, 2_000_000];

/// The most that verification may add to a miss, in milliseconds.
const COST_MAX: f64 = 1.0;

/// How much more memory the large tree may take, as a factor.
const GROWTH_MAX: f64 = 1.1;

/// The name of the database.
const NAME: &str = "sumdb.bench.example";

/// A database with its upstream, and a server that has all records.
struct Field {
    upstream: FakeUpstream,
    db: SumDb,
    modules: Vec<Module>,
    folder: TempDir,
}

/// Measures the row.
pub(crate) fn measure(plan: &Plan) -> Row {
    let count = if plan.quick { 100 } else { 500 };
    let [small, large] = FILLERS.map(|fillers| Field::new(count, fillers));
    let mut cost = Measure::new("a kept record, proven and answered", "ms", false, Goal::value(COST_MAX));
    let mut miss = Measure::new("a miss of .mod, record and tiles kept", "ms", false, None::<Goal>);
    let mut memory = Measure::new("memory after all records (RssAnon)", "MiB", false, None::<Goal>);
    let mut growth = Measure::new("the same, large tree over small", "×", false, Goal::value(GROWTH_MAX));
    for _ in 0..plan.rounds {
        let [of_small, of_large] = [&small, &large].map(|field| field.memory(plan));
        memory.add("modkeep, 2,000,000 records", Some(of_large));
        memory.add("modkeep, 200,000 records", Some(of_small));
        growth.add("modkeep", Some(of_large / of_small));
        let (proven, verified) = large.latencies(plan, &large.db.gosumdb());
        cost.add("modkeep", Some(proven));
        miss.add("modkeep, verified with the database", Some(verified));
        miss.add("modkeep, hash first seen (GOSUMDB=off)", Some(large.latencies(plan, "off").1));
    }
    Row { name: "V1", settings: settings(count), measures: vec![cost, miss, memory, growth] }
}

fn settings(count: usize) -> Vec<String> {
    vec![
        format!("{count} modules, one client, a new server for each round; medians over the modules"),
        "`.mod` files come from an upstream on loopback, records and tiles from the data folder".to_owned(),
    ]
}

impl Field {
    fn new(count: usize, fillers: u64) -> Self {
        let db = SumDb::new(NAME);
        let module = |at| {
            Module::new(format!("bench.example/m{at}"), "v1.0.0")
                .file("go.mod", format!("module bench.example/m{at}\n"))
                .file("a.go", "package a\n")
        };
        let modules: Vec<Module> = (0..count).map(module).collect();
        for module in &modules {
            db.add(module);
            db.fill(fillers / count as u64);
        }
        let upstream = FakeUpstream::builder().modules(modules.iter().cloned()).start();
        db.mirror_on(&upstream);
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { upstream, db, modules, folder }
    }

    /// A server in a folder of its own, with nothing kept.
    fn start(&self, plan: &Plan, gosumdb: &str) -> (Server, PathBuf) {
        let data = tempfile::tempdir_in(self.folder.path()).expect("a temporary folder").keep();
        let scratch = data.join("scratch");
        std::fs::create_dir(&scratch).expect("a folder");
        let setup =
            Setup { place: Place::Free, data: data.join("data"), scratch, upstream: self.upstream.url() };
        (setup.modkeep_with(&plan.modkeep, &["--gosumdb", gosumdb]), data)
    }

    fn lookups(&self) -> impl Iterator<Item = String> {
        self.modules
            .iter()
            .map(|module| format!("/sumdb/{NAME}/lookup/{}@{}", module.path(), module.version()))
    }

    /// MiB after all records were fetched and proven.
    fn memory(&self, plan: &Plan) -> f64 {
        let (server, data) = self.start(plan, &self.db.gosumdb());
        for path in self.lookups() {
            timed(server.address, &path);
        }
        let memory = proc::mebibytes(proc::memory(server.pid()).anonymous);
        end(server, data);
        memory
    }

    /// The median milliseconds of a lookup that is kept, if there is a database, and of a `.mod` that is not.
    fn latencies(&self, plan: &Plan, gosumdb: &str) -> (f64, f64) {
        let (server, data) = self.start(plan, gosumdb);
        let is_on = gosumdb != "off";
        let all = |paths: Vec<String>| median(paths.iter().map(|path| timed(server.address, path)).collect());
        let lookups: Vec<String> = self.lookups().filter(|_| is_on).collect();
        all(lookups.clone());
        let proven = all(lookups);
        let missed = all(self.modules.iter().map(|module| module.url_path("mod")).collect());
        end(server, data);
        (proven, missed)
    }
}

/// Milliseconds until the whole answer was there.
fn timed(address: SocketAddr, path: &str) -> f64 {
    let begun = Instant::now();
    let got = get(address, path).expect("modkeep answers");
    assert_eq!(got.status, 200, "modkeep has {path}");
    begun.elapsed().as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn end(server: Server, data: PathBuf) {
    server.stop();
    // What cannot be removed goes with the folder around it.
    let _ = std::fs::remove_dir_all(data);
}
