//! P10: from the start of the process to its first answer, with much in the store.

use std::fs;
use std::time::Instant;

use testkit::{FakeUpstream, Module};

use crate::client::get;
use crate::grown;
use crate::peers::{Place, Sendfile, Setup};
use crate::plan::Plan;
use crate::report::{Goal, Measure, Row};
use crate::server::Server;

/// A side: its name and how it is started.
type Start<'a> = (&'static str, Box<dyn Fn() -> Server + 'a>);

/// Measures the row.
pub(crate) fn measure(plan: &Plan) -> Row {
    let (versions, limit) = if plan.million { (1_000_000, 50.0) } else { (100_000, 15.0) };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let module = grown::module();
    let upstream = FakeUpstream::builder().module(module.clone()).start();
    let setup = |name: &str| {
        let scratch = folder.path().join(name);
        fs::create_dir_all(&scratch).expect("a folder");
        Setup { place: Place::Free, data: folder.path().join("data"), scratch, upstream: upstream.url() }
    };
    grown::fill(plan, &setup("filling"), &module, versions);
    let mut athens = setup("athens");
    if plan.athens.is_some() {
        athens.data = folder.path().join("athens-data");
        grown::fill_athens(&athens.data, &module, versions);
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
pub(super) fn first_answer(start: &dyn Fn() -> Server, module: &Module) -> f64 {
    let begin = Instant::now();
    let server = start();
    let got = get(server.address, &module.url_path("mod"));
    let took = begin.elapsed().as_secs_f64() * 1e3;
    assert!(got.is_ok_and(|got| got.status == 200), "the first answer is a good one");
    server.stop();
    took
}

fn settings() -> Vec<String> {
    vec![
        "from before the process is started to the end of the answer, a .mod; the server ended in peace before".to_owned(),
        format!("{} versions to a module; nginx and goproxy serve modkeep's folder, Athens one in its layout", grown::VERSIONS),
        "what the system knows of the folders is in memory; all processors".to_owned(),
    ]
}
