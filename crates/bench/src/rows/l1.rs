//! L1: what the ladder costs on a good day, and on a day when the first proxy is silent.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use testkit::{FakeUpstream, GoHome, GoRun, Graph, GraphSpec, Module};

use super::p8::silent_upstream;
use crate::plan::Plan;
use crate::report::{Goal, Measure, Row};

const MODULES: usize = 40;

/// How many packages the vendored module has, and how many files each.
const PACKAGES: usize = 100;
const FILES: usize = 100;

/// How many times a thing is done for one value; the median counts.
const TIMES: usize = 11;

/// How much longer a build may take that downloads nothing, in milliseconds.
const COST_MAX: f64 = 15.0;

/// How long the check of 10,000 files may take that have been read before, in milliseconds.
const VERIFY_MAX: f64 = 100.0;

/// How long the deadline is that a silent place may cost once, in seconds: that of the first byte.
const DEADLINE: f64 = 15.0;

/// How long a run may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// Measures the row.
pub(crate) fn measure(plan: &Plan) -> Row {
    let measures = vec![warm_build(plan), silent_first(plan), vendor_verify(plan)];
    Row { name: "L1", settings: settings(), measures }
}

/// A project of some modules, and a proxy that has them.
struct Field {
    home: GoHome,
    project: PathBuf,
    upstream: FakeUpstream,
}

impl Field {
    fn new() -> Self {
        let graph = Graph::generate(GraphSpec { modules: MODULES, depth: 4, ..GraphSpec::default() });
        let upstream = FakeUpstream::builder().modules(graph.modules()).start();
        let home = GoHome::fresh();
        let project = home.project("main");
        graph.write_project(&project);
        Self { home, project, upstream }
    }

    fn go(&self, proxy: &str) -> GoRun {
        GoRun::in_home(&self.home).dir(&self.project).proxy(proxy).deadline(PATIENCE)
    }
}

/// `go build` when everything is there.
fn warm_build(plan: &Plan) -> Measure {
    let field = Field::new();
    let build = |run: GoRun| run.args(["build", "-o", "/dev/null", "./..."]);
    let (url, through) = (field.upstream.url(), ["go"]);
    let with = || seconds(&build(field.go(&url).under(&plan.modkeep, through)));
    let without = || seconds(&build(field.go(&url)));
    let mut measure =
        Measure::new("what it adds to a build with nothing to download", "ms", false, Goal::value(COST_MAX));
    let _ = (with(), without());
    for _ in 0..plan.rounds {
        let [with, without] = in_turns(&with, &without);
        measure.add("modkeep", Some(1000.0 * (with - without)));
        measure.add("go, the whole build", Some(1000.0 * without));
    }
    measure
}

/// `go mod download` behind a proxy that accepts connections and says nothing.
fn silent_first(plan: &Plan) -> Measure {
    let silent = silent_upstream();
    let mut measure = Measure::new(
        "go mod download of 40 modules, first proxy silent, later than 1.1 times without it",
        "s",
        false,
        Goal::value(DEADLINE),
    );
    for _ in 0..plan.rounds {
        let pull = |before: &str| {
            let field = Field::new();
            let list = format!("{before}{}", field.upstream.url());
            seconds(&field.go(&list).under(&plan.modkeep, ["go"]).args(["mod", "download"]))
        };
        let (good, dead) = (pull(""), pull(&format!("http://{silent},")));
        measure.add("modkeep", Some(dead - 1.1 * good));
    }
    measure
}

/// `modkeep vendor verify` of files that were read before.
fn vendor_verify(plan: &Plan) -> Measure {
    let field = vendored(plan);
    let verify = field.go("off").under(&plan.modkeep, ["vendor", "verify"]);
    let full = field.go("off").under(&plan.modkeep, ["vendor", "verify", "--full"]);
    let name = format!("vendor verify of {} files", PACKAGES * FILES);
    let mut measure = Measure::new(name, "ms", false, Goal::value(VERIFY_MAX));
    seconds(&verify);
    for _ in 0..plan.rounds {
        let [warm, all] = in_turns(&|| seconds(&verify), &|| seconds(&full));
        measure.add("modkeep, what was read before", Some(1000.0 * warm));
        measure.add("modkeep, all read anew (--full)", Some(1000.0 * all));
    }
    measure
}

/// A project with a large vendor folder and its signed snapshot.
fn vendored(plan: &Plan) -> Field {
    const PATH: &str = "example.com/large";
    let mut module = Module::new(PATH, "v1.0.0").file("go.mod", format!("module {PATH}\n\ngo 1.21\n"));
    let mut code = "package main\n\nimport (\n".to_owned();
    for package in 0..PACKAGES {
        writeln!(code, "\t_ \"{PATH}/p{package}\"").expect("room for a line");
        for file in 0..FILES {
            module = module.file(
                format!("p{package}/f{file}.go"),
                format!("package p{package}\n\nconst C{file} = {file}\n"),
            );
        }
    }
    code.push_str(")\n\nfunc main() {}\n");
    let field = Field { upstream: FakeUpstream::builder().module(module.clone()).start(), ..Field::new() };
    let go_mod = format!("module example.com/main\n\ngo 1.21\n\nrequire {PATH} v1.0.0\n");
    for (name, text) in [("go.mod", go_mod), ("go.sum", module.go_sum_lines()), ("main.go", code)] {
        std::fs::write(field.project.join(name), text).expect("a file of the project");
    }
    std::fs::remove_dir_all(field.project.join("parts")).expect("a folder of the generated project");
    field.go(&field.upstream.url()).args(["mod", "vendor"]).run().success();
    for args in [&["bundle", "key", "new", "bench"][..], &["vendor", "snapshot"]] {
        field.go("off").under(&plan.modkeep, args.iter().copied()).run().success();
    }
    field
}

/// The medians of two things that are done in turns.
fn in_turns(one: &dyn Fn() -> f64, other: &dyn Fn() -> f64) -> [f64; 2] {
    let (mut ones, mut others): (Vec<f64>, Vec<f64>) = (0..TIMES).map(|_| (one(), other())).unzip();
    [&mut ones, &mut others].map(|values| {
        values.sort_by(f64::total_cmp);
        values[TIMES / 2]
    })
}

fn seconds(run: &GoRun) -> f64 {
    run.run().success().elapsed.as_secs_f64()
}

fn settings() -> Vec<String> {
    vec![
        format!("each value is the median of {TIMES} runs, in turns with the other side"),
        "the silent proxy stands first in a `,` list; each run has an empty module cache and knows nothing of it".to_owned(),
    ]
}
