//! The headline: a project is downloaded again and again through two proxies that dice strike now and then, by go alone and through the
//! ladder.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use testkit::dice::{Dice, StruckPair};
use testkit::{GoHome, GoRun, Graph, GraphSpec, Module};

use crate::plan::Plan;
use crate::report::{Goal, Measure, Row};

/// The dice of the row: with these, go alone fails about one pull in eight.
const DICE: Dice = Dice { seed: 2, one_in: 900 };

/// How many of the pulls go makes alone, too.
const ALONE: u64 = 400;

/// How many pulls there are when time is short.
const QUICK: u64 = 40;

/// A pull that is not done then has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many pulls are made at once.
const AT_ONCE: usize = 2;

/// Who pulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Modkeep,
    Go,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Modkeep => "modkeep",
            Self::Go => "go",
        }
    }
}

/// What came of a pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Well,
    Failed,
    /// It ended well, with something in the module cache that is not what was published.
    Wrong,
}

/// Measures the row.
pub(crate) fn measure(plan: &Plan) -> Row {
    let graph = Graph::generate(GraphSpec { modules: 40, depth: 4, versions: 1, ..GraphSpec::default() });
    let pulls = if plan.quick { QUICK } else { plan.pulls };
    let log = Log::open(plan.log.as_deref());
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| Field::new(plan, &graph).pull_all(&next, pulls, &log));
        }
    });
    told(&log, pulls)
}

/// What one of those who pull needs.
struct Field<'a> {
    plan: &'a Plan,
    graph: &'a Graph,
    selected: Vec<Module>,
    pair: StruckPair,
}

impl<'a> Field<'a> {
    fn new(plan: &'a Plan, graph: &'a Graph) -> Self {
        let pair = StruckPair::start(DICE, &graph.modules());
        Self { plan, graph, selected: graph.selected(), pair }
    }

    fn pull_all(&self, next: &AtomicU64, pulls: u64, log: &Log) {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= pulls {
                return;
            }
            for side in [Side::Go, Side::Modkeep] {
                let is_wanted = side == Side::Modkeep || number < ALONE && !self.plan.without_go;
                if is_wanted && !log.has(number, side) {
                    self.pair.begin(number);
                    log.add(number, side, self.pull(side));
                }
            }
        }
    }

    /// One download with nothing on the machine.
    fn pull(&self, side: Side) -> End {
        let home = GoHome::fresh();
        let project = home.project("main");
        self.graph.write_project(&project);
        let run = GoRun::in_home(&home).dir(&project).proxy(self.pair.list(',')).deadline(PATIENCE);
        let run = match side {
            Side::Go => run,
            Side::Modkeep => run.under(&self.plan.modkeep, ["go"]),
        };
        match run.args(["mod", "download"]).run_in_time() {
            Some(output) if output.status.success() => self.judged(&home),
            _ => End::Failed,
        }
    }

    /// Whether every module is what was published: its go.mod to the byte, and its zip by the hash that go has taken of it. What a
    /// damaged byte does to a field that no file hangs on, such as a time, is no other content: go accepts it from anybody.
    fn judged(&self, home: &GoHome) -> End {
        let downloads = home.module_cache().join("cache/download");
        let kept = |module: &Module, extension: &str| {
            let file = downloads.join(module.url_path(extension).trim_start_matches('/'));
            fs::read(file).unwrap_or_default()
        };
        let is_true = |module: &Module| {
            kept(module, "ziphash") == module.h1().as_bytes() && kept(module, "mod") == module.mod_file()
        };
        if self.selected.iter().all(is_true) { End::Well } else { End::Wrong }
    }
}

/// What came of the pulls so far: in memory, and in a file where there is one, a line for each.
struct Log {
    known: Mutex<BTreeMap<(u64, Side), End>>,
    file: Option<PathBuf>,
}

impl Log {
    fn open(file: Option<&Path>) -> Self {
        let text = file.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        let known = text.lines().filter_map(parsed).collect();
        if let Some(folder) = file.and_then(Path::parent) {
            fs::create_dir_all(folder).expect("a folder for the log");
        }
        Self { known: Mutex::new(known), file: file.map(Path::to_owned) }
    }

    fn has(&self, number: u64, side: Side) -> bool {
        self.known.lock().expect("no pull panics").contains_key(&(number, side))
    }

    fn add(&self, number: u64, side: Side, end: End) {
        let mut known = self.known.lock().expect("no pull panics");
        known.insert((number, side), end);
        if end != End::Well || known.len().is_multiple_of(100) {
            eprintln!("  pull {number} by {}: {end:?}; {} pulls so far", side.name(), known.len());
        }
        if let Some(path) = &self.file {
            let mut file = OpenOptions::new().append(true).create(true).open(path).expect("the log");
            writeln!(file, "{number} {} {end:?}", side.name()).expect("the log can be written");
        }
    }

    /// How many of the first `pulls` this side made, and how many of them came to this end.
    fn count(&self, side: Side, pulls: u64, end: End) -> (u64, u64) {
        let known = self.known.lock().expect("no pull panics");
        let of_side = known.iter().filter(|((number, by), _)| *by == side && *number < pulls);
        of_side.fold((0, 0), |(all, such), (_, come)| (all + 1, such + u64::from(*come == end)))
    }
}

fn parsed(line: &str) -> Option<((u64, Side), End)> {
    let mut words = line.split(' ');
    let number = words.next()?.parse().ok()?;
    let side = if words.next()? == "go" { Side::Go } else { Side::Modkeep };
    let end = match words.next()? {
        "Well" => End::Well,
        "Wrong" => End::Wrong,
        _ => End::Failed,
    };
    Some(((number, side), end))
}

fn told(log: &Log, pulls: u64) -> Row {
    let both = pulls.min(ALONE);
    let mut first =
        Measure::new(format!("pulls that failed, of the first {both}"), "%", false, Goal::value(0.0));
    let mut all = Measure::new(format!("pulls that failed, of {pulls}"), "", false, Goal::value(0.0));
    let mut wrong = Measure::new("pulls in which something wrong was accepted", "", false, Goal::value(0.0));
    for side in [Side::Modkeep, Side::Go] {
        let (made, failed) = log.count(side, both, End::Failed);
        first.add(side.name(), Some(100.0 * ratio(failed, made)));
        first.say(side.name(), format!("{failed} of {made}"));
        let (made, bad) = log.count(side, pulls, End::Wrong);
        wrong.add(side.name(), Some(ratio(bad, 1)));
        wrong.say(side.name(), format!("of {made}"));
    }
    let (made, failed) = log.count(Side::Modkeep, pulls, End::Failed);
    all.add("modkeep", Some(ratio(failed, 1)));
    all.say("modkeep", format!("of {made} that were made"));
    Row { name: "headline", settings: settings(), measures: vec![first, all, wrong] }
}

#[allow(clippy::cast_precision_loss, reason = "counts are small")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn settings() -> Vec<String> {
    vec![
        "a pull is `go mod download` of 40 modules with go.sum, from an empty module cache; who has not finished after 20 s has failed"
            .to_owned(),
        format!(
            "`GOPROXY=ONE,OTHER`; at each of both, one request in {} is struck by one of 14 faults: statuses 502, 503, 500, 504, \
             429, 403, a login page, a reset, a cut body, a cut zip, a corrupt zip, silence, a stall, an empty answer",
            DICE.one_in
        ),
        format!("the dice have seed {}, and fall the same way for both sides", DICE.seed),
    ]
}
