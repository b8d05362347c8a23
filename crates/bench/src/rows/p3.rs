//! P3: `go mod download` of a large project when nobody has anything and the upstream is far away.
//!
//! What counts is how often somebody waits for the upstream before the next thing is asked: go asks for one thing after the other where it could ask
//! for all of them. The same work with the files at hand, `GOPROXY=file://`, is the floor: unpacking and hashing.

mod fetch;
mod side;
mod table;
mod tree;

use std::time::Duration;

use testkit::dice::Dice;
use testkit::far::Silence;
use testkit::{FarProxy, FarSpec};

use crate::plan::Plan;
use crate::report::Row;
use crate::trees;
use side::Field;
use table::Tables;
use tree::Tree;

pub(crate) use side::Side;

/// How far the upstream is away in a row.
struct Distance {
    row: &'static str,
    milliseconds: u64,
    silence: Option<Silence>,
    /// What plain go through a server may take, as a multiple of go alone, with each number of threads.
    through_serve: [Option<f64>; 2],
}

/// The dice of the row in which some requests are silent: one in a hundred, for two seconds.
const SILENCE: Silence = Silence { dice: Dice { seed: 1, one_in: 100 }, pause: Duration::from_secs(2) };

/// How many threads go may use, where nothing else is asked for.
const THREADS: [usize; 2] = [2, 16];

/// The goals of plain go through `modkeep serve` with these.
const FAR_GOALS: [Option<f64>; 2] = [Some(0.25), Some(0.35)];

const FAR: Distance = Distance { row: "P3", milliseconds: 50, silence: None, through_serve: FAR_GOALS };

/// Near by, most of the time is go's own, and no server can take it away.
const NEAR: Distance = Distance { row: "P3-5ms", milliseconds: 5, through_serve: [None; 2], ..FAR };

/// As far as another continent.
const FARTHER: Distance = Distance { row: "P3-200ms", milliseconds: 200, ..FAR };

const SILENT: Distance = Distance { row: "P3-silent", silence: Some(SILENCE), ..FAR };

/// Measures with the upstream 50 ms away.
pub(crate) fn measure(plan: &Plan) -> Row {
    at(plan, &FAR)
}

/// Measures with the upstream 5 ms away.
pub(crate) fn measure_near(plan: &Plan) -> Row {
    at(plan, &NEAR)
}

/// Measures with the upstream 200 ms away.
pub(crate) fn measure_farther(plan: &Plan) -> Row {
    at(plan, &FARTHER)
}

/// Measures with the upstream 50 ms away, and silent now and then.
pub(crate) fn measure_silent(plan: &Plan) -> Row {
    at(plan, &SILENT)
}

/// Every side downloads the same project with nothing kept anywhere, in each round, with each number of threads.
fn at(plan: &Plan, distance: &Distance) -> Row {
    let tree = Tree::find(plan);
    tree.warm();
    let delay = Duration::from_millis(distance.milliseconds);
    let far = FarProxy::start(tree.downloads(), FarSpec { delay, silence: distance.silence });
    let field = Field { plan, tree: &tree, far: &far };
    let sides = field.sides();
    let threads = if plan.threads.is_empty() { THREADS.to_vec() } else { plan.threads.clone() };
    let mut tables = Tables::new(&threads, |threads| {
        THREADS.iter().position(|with| *with == threads).and_then(|at| distance.through_serve[at])
    });
    for round in 0..plan.rounds {
        for (at, threads) in threads.iter().enumerate() {
            for turn in 0..sides.len() {
                let side = sides[(turn + round) % sides.len()];
                tables.add(at, side, &field.download(side, *threads));
            }
        }
    }
    Row { name: distance.row, settings: settings(distance, &tree), measures: tables.measures() }
}

fn settings(distance: &Distance, tree: &Tree) -> Vec<String> {
    let mut settings = vec![
        tree.told().to_owned(),
        format!(
            "each request to the upstream waits {} ms there, then the answer comes as fast as it can: HTTP/1.1 over loopback, no limit of bandwidth, \
             any number of requests at once",
            distance.milliseconds
        ),
        "module cache, data folders and settings are new in each turn; GOMAXPROCS of go as said; go, servers and the upstream on the same processors"
            .to_owned(),
        trees::told_of_the_disk("module caches and data folders are"),
        "go.sum is complete and the checksum database is off on all sides (GOSUMDB=off): what is compared is how modules come".to_owned(),
    ];
    settings.extend(distance.silence.map(|Silence { dice, pause }| {
        format!(
            "one request in {} waits {} s more; which ones follows from the path and from how often it was asked for, the same in each turn",
            dice.one_in,
            pause.as_secs()
        )
    }));
    settings
}
