//! P6: a crowd that asks for the same cold zip at the same moment, as a fleet of CI jobs does after a release.

use std::time::Duration;

use testkit::Module;
use testkit::module::noise;

use crate::client::Load;
use crate::cpus::Cpus;
use crate::peers::Place;
use crate::plan::Plan;
use crate::report::{Goal, Measure, Row};
use crate::stand::{Side, Stand};

const CLIENTS: usize = 500;

/// Bytes of the zip: 1 MB.
const ZIP_BYTES: usize = 1_000_000;

/// How far away the upstream is.
const DISTANCE: Duration = Duration::from_millis(200);

/// How long a side may take for all clients.
const PATIENCE: Duration = Duration::from_secs(30);

struct Measures {
    seconds: Measure,
    fetches: Measure,
    failures: Measure,
}

/// Measures the row; every round has a zip that nobody has seen.
pub(crate) fn measure(plan: &Plan) -> Row {
    let cpus = Cpus::choose();
    cpus.hold_client();
    let stand = Stand::new(plan, Place::Held(cpus), &[], &[]);
    stand.upstream().delay("*", DISTANCE);
    let content = noise(ZIP_BYTES);
    let mut measures = Measures::new();
    for round in 0..plan.rounds {
        let module =
            Module::new(format!("bench.example/cold{round}"), "v1.0.0").file("data.bin", content.clone());
        stand.upstream().publish(module.clone());
        for side in stand.in_turn(round) {
            measures.add(&stand, side, &module.url_path("zip"));
        }
    }
    let Measures { seconds, fetches, failures } = measures;
    Row { name: "P6", settings: settings(cpus), measures: vec![seconds, fetches, failures] }
}

impl Measures {
    fn new() -> Self {
        let name = format!("{CLIENTS} clients on one cold zip of 1 MB, until all have it");
        Self {
            seconds: Measure::new(name, "s", false, Goal::value(0.8)),
            fetches: Measure::new("upstream fetches of that zip", "requests", false, Goal::value(1.0)),
            failures: Measure::new("clients without the zip", "clients", false, Goal::value(0.0)),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "hundreds of clients")]
    fn add(&mut self, stand: &Stand, side: &Side, path: &str) {
        stand.upstream().reset_log();
        let load = Load { address: side.server.address, paths: vec![path.to_owned()], connections: CLIENTS };
        let tally = load.once(PATIENCE);
        self.seconds.add(side.name, (tally.failures == 0).then_some(tally.seconds));
        self.fetches.add(side.name, Some(stand.upstream().count(path) as f64));
        self.failures.add(side.name, Some(tally.failures as f64));
    }
}

fn settings(cpus: Cpus) -> Vec<String> {
    vec![
        cpus.told(),
        format!("every request to the upstream waits {} ms there", DISTANCE.as_millis()),
        "connections are open before the clock starts; a new zip for each round".to_owned(),
    ]
}
