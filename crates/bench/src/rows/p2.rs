//! P2: zips out of what is kept, from one core: how fast, and for how much processor time.

use testkit::Module;
use testkit::module::noise;

use crate::cpus::Cpus;
use crate::peers::{Place, Sendfile};
use crate::plan::Plan;
use crate::report::{Goal, Measure, Row};
use crate::stand::{Side, Stand};

/// Connections, each of which downloads one zip after the other.
const CONNECTIONS: usize = 8;

/// Sizes in MB (10^6 bytes), and how many zips of each there are.
const SIZES: [(usize, usize); 2] = [(1, 16), (20, 4)];

const NGINX: [(&str, Sendfile); 2] =
    [("nginx, sendfile off", Sendfile::Off), ("nginx, sendfile on", Sendfile::On)];

/// Measures the row.
pub(crate) fn measure(plan: &Plan) -> Row {
    let cpus = Cpus::choose();
    cpus.hold_client();
    let modules: Vec<Vec<Module>> = SIZES.iter().map(|(megabytes, count)| zips(*megabytes, *count)).collect();
    let stand = Stand::new(plan, Place::Held(cpus), &modules.concat(), &NGINX);
    let measures = SIZES.iter().zip(&modules).flat_map(|((size, _), modules)| {
        let paths: Vec<String> = modules.iter().map(|m| m.url_path("zip")).collect();
        downloads(plan, &stand, *size, &paths)
    });
    Row { name: "P2", measures: measures.collect(), settings: settings(plan, cpus) }
}

fn downloads(plan: &Plan, stand: &Stand, megabytes: usize, paths: &[String]) -> [Measure; 2] {
    let goal = || Goal::times(1.0, "best");
    let mut rate = Measure::new(format!("zips of {megabytes} MB"), "GB/s", true, goal());
    let name = format!("processor time for zips of {megabytes} MB");
    let mut cost = Measure::new(name, "ms per GB", false, goal());
    for round in 0..plan.rounds {
        for side in stand.in_turn(round) {
            add(&mut rate, &mut cost, plan, side, paths);
        }
    }
    [rate, cost]
}

#[expect(clippy::cast_precision_loss, reason = "bytes of one run are far below 2^52")]
fn add(rate: &mut Measure, cost: &mut Measure, plan: &Plan, side: &Side, paths: &[String]) {
    let (tally, cpu) = side.loaded(plan, paths, CONNECTIONS);
    let gigabytes = tally.body_bytes as f64 / 1e9;
    let has_body = tally.answers > 0;
    rate.add(side.name, has_body.then(|| gigabytes / tally.seconds));
    cost.add(side.name, has_body.then(|| 1e3 * cpu / gigabytes));
    rate.say(side.name, tally.told(cpu));
}

fn zips(megabytes: usize, count: usize) -> Vec<Module> {
    let content = noise(megabytes * 1_000_000);
    let module = |n| Module::new(format!("bench.example/big{megabytes}/module{n}"), "v1.0.0");
    (0..count).map(|n| module(n).file("data.bin", content.clone())).collect()
}

fn settings(plan: &Plan, cpus: Cpus) -> Vec<String> {
    vec![
        cpus.told(),
        format!("{CONNECTIONS} keep-alive connections, {} s each turn", plan.turn().as_secs_f64()),
        "zips that do not compress, all in the system's page cache".to_owned(),
    ]
}
