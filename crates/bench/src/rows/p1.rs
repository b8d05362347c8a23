//! P1: how many small answers a second, from one core, out of what is kept.

use std::collections::BTreeSet;

use testkit::Module;

use crate::cpus::Cpus;
use crate::peers::{Place, Sendfile};
use crate::plan::Plan;
use crate::report::{Goal, Measure, Row};
use crate::stand::{Side, Stand};
use crate::trees;

const MODULES: usize = 64;
const VERSIONS: usize = 8;

/// As many as keep one core busy, and few enough that none waits long.
const CONNECTIONS: usize = 64;

/// Lines in a go.mod, so that it is as long as many real ones: about 1 KB.
const REQUIREMENTS: usize = 20;

/// Measures the row.
pub(crate) fn measure(plan: &Plan) -> Row {
    let cpus = Cpus::choose();
    cpus.hold_client();
    let modules = modules();
    let stand = Stand::new(plan, Place::Held(cpus), &modules, &[("nginx", Sendfile::On)]);
    let files = |extension: &str| -> Vec<String> { modules.iter().map(|m| m.url_path(extension)).collect() };
    let lists: BTreeSet<String> = modules.iter().map(trees::list_path).collect();
    let kinds =
        [(".info", files("info")), (".mod", files("mod")), ("list", lists.into_iter().collect::<Vec<_>>())];
    let measures = kinds.iter().flat_map(|(kind, paths)| hits(plan, &stand, kind, paths)).collect();
    Row { name: "P1", settings: settings(plan, cpus), measures }
}

/// Hits a second, and what one costs: a loaded machine changes the first more than the second.
fn hits(plan: &Plan, stand: &Stand, kind: &str, paths: &[String]) -> [Measure; 2] {
    let goal = || Goal::times(1.0, "nginx");
    let mut rate = Measure::new(format!("hits of {kind}"), "1/s", true, goal());
    let mut cost = Measure::new(format!("processor time for a hit of {kind}"), "µs", false, goal());
    for round in 0..plan.rounds {
        for side in stand.in_turn(round) {
            add_hits(&mut rate, &mut cost, plan, side, paths);
        }
    }
    [rate, cost]
}

#[expect(clippy::cast_precision_loss, reason = "counts of one run are far below 2^52")]
fn add_hits(rate: &mut Measure, cost: &mut Measure, plan: &Plan, side: &Side, paths: &[String]) {
    let (tally, cpu) = side.loaded(plan, paths, CONNECTIONS);
    let answers = (tally.answers > 0).then_some(tally.answers as f64);
    rate.add(side.name, answers.map(|answers| answers / tally.seconds));
    cost.add(side.name, answers.map(|answers| 1e6 * cpu / answers));
    rate.say(side.name, tally.told(cpu));
}

fn modules() -> Vec<Module> {
    let numbers = (0..MODULES).flat_map(|module| (0..VERSIONS).map(move |version| (module, version)));
    numbers.map(|(module, version)| one(module, version)).collect()
}

fn one(module: usize, version: usize) -> Module {
    let path = format!("bench.example/team{}/module{module}", module % 8);
    let require = |n: usize| format!("\tbench.example/other{n}/library v1.{n}.{version}\n");
    let requirements = (0..REQUIREMENTS).map(require).collect::<String>();
    let go_mod = format!("module {path}\n\ngo 1.25\n\nrequire (\n{requirements})\n");
    Module::new(path, format!("v1.{version}.0")).file("go.mod", go_mod).file("a.go", "package a\n")
}

fn settings(plan: &Plan, cpus: Cpus) -> Vec<String> {
    vec![
        cpus.told(),
        format!("{CONNECTIONS} keep-alive connections, {} s each turn", plan.turn().as_secs_f64()),
        format!("{MODULES} modules with {VERSIONS} versions each, asked in turn"),
    ]
}
