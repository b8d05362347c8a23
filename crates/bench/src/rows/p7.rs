//! P7: memory of a server that does nothing, that has a crowd of slow readers, and that fetches something large.
//!
//! Servers run on all processors here, as they do for users: each core may cost memory.

use std::time::Duration;

use testkit::Module;
use testkit::module::noise;

use crate::client::{SlowReaders, get};
use crate::peers::{Place, Sendfile};
use crate::plan::Plan;
use crate::proc::{Memory, mebibytes, memory};
use crate::report::{Goal, Measure, Row};
use crate::stand::{Side, Stand};
use crate::watch::Watch;

const READERS: usize = 1000;

/// Bytes of the large zips: 100 MB.
const LARGE_BYTES: usize = 100_000_000;

/// How long a server is left alone before its idle memory is read.
const REST: Duration = Duration::from_secs(1);

/// Both ways to count memory, for one situation.
struct Both {
    resident: Measure,
    anonymous: Measure,
}

/// Measures the row. Every round has servers of its own: memory that was held once may never be given back.
pub(crate) fn measure(plan: &Plan) -> Row {
    let content = noise(LARGE_BYTES);
    let large =
        |name: &str| Module::new(format!("bench.example/{name}"), "v1.0.0").file("data.bin", content.clone());
    let (stored, cold) = (large("stored"), large("cold"));
    let mut idle = Both::new("idle", Some(Goal::value(10.0)), None);
    let mut crowd = Both::new(&format!("{READERS} slow readers, above idle"), None, Some(Goal::value(16.0)));
    let mut fetch = Both::new("a cold fetch of 100 MB, above idle", None, Some(Goal::value(4.0)));
    for round in 0..plan.rounds {
        let stored = std::slice::from_ref(&stored);
        let stand = Stand::new(plan, Place::Free, stored, &[("nginx", Sendfile::On)]);
        stand.upstream().publish(cold.clone());
        for side in stand.in_turn(round) {
            let before = rested(side);
            idle.add(side, before);
            if side.name != "nginx" {
                fetch.add(side, fetching(side, &cold).above(before));
            }
            let before = rested(side);
            let peak = with_readers(plan, &mut crowd.anonymous, side, &stored[0]);
            crowd.add(side, peak.above(before));
        }
    }
    let measures =
        [idle, crowd, fetch].into_iter().flat_map(|both| [both.resident, both.anonymous]).collect();
    Row { name: "P7", settings: settings(plan), measures }
}

fn rested(side: &Side) -> Memory {
    std::thread::sleep(REST);
    memory(side.server.pid())
}

fn with_readers(plan: &Plan, measure: &mut Measure, side: &Side, stored: &Module) -> Memory {
    let watch = Watch::begin(side.server.pid());
    let readers = SlowReaders::ask(side.server.address, &stored.url_path("zip"), READERS);
    let served = readers.map_or(0, |mut readers| readers.read(plan.turn()));
    if served < READERS {
        measure.say(side.name, format!("only {served} of {READERS} readers were served"));
    }
    watch.end()
}

/// The peak of a fetch that nobody made before. Measured first: a server that had a crowd may hold on to its memory.
fn fetching(side: &Side, cold: &Module) -> Memory {
    let watch = Watch::begin(side.server.pid());
    let got = get(side.server.address, &cold.url_path("zip"));
    let peak = watch.end();
    assert!(got.is_ok_and(|got| got.status == 200), "{} fetches what its upstream has", side.name);
    peak
}

impl Both {
    fn new(name: &str, resident: Option<Goal>, anonymous: Option<Goal>) -> Self {
        let measure = |kind: &str, goal| Measure::new(format!("{name}, {kind}"), "MiB", false, goal);
        Self {
            resident: measure("resident (VmRSS)", resident),
            anonymous: measure("anonymous (RssAnon)", anonymous),
        }
    }

    fn add(&mut self, side: &Side, memory: Memory) {
        self.resident.add(side.name, Some(mebibytes(memory.resident)));
        self.anonymous.add(side.name, Some(mebibytes(memory.anonymous)));
    }
}

fn settings(plan: &Plan) -> Vec<String> {
    vec![
        "servers started anew for each round, on all processors".to_owned(),
        "a server is all its processes; a page that two of them share (nginx has two) is counted twice"
            .to_owned(),
        format!("readers take 64 KiB ten times a second for {} s", plan.turn().as_secs_f64()),
        "read every 5 ms; the fetch comes from an upstream on the same machine".to_owned(),
    ]
}
