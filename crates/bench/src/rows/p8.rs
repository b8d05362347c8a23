//! P8: the first upstream accepts connections and never answers; the second is fine.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use testkit::{FakeUpstream, GoHome, GoRun, Graph, GraphSpec};

use crate::peers::{Place, Setup};
use crate::plan::Plan;
use crate::report::{Goal, Measure, Row};
use crate::server::Server;

const MODULES: usize = 40;

/// How long go may take, and how long when time is short. Who has not finished then is told as failed.
const PATIENCE: [Duration; 2] = [Duration::from_secs(30), Duration::from_secs(6)];

const DEAD_FIRST: &str = "modkeep, dead upstream first";
const GOOD_ALONE: &str = "modkeep, good upstream alone";

/// The latest that the first module may be, and with it the whole, in seconds.
const LATER_MAX: f64 = 1.0;

/// What is asked of a side.
#[derive(Clone, Copy)]
enum Wanted {
    First,
    All,
}

/// What it takes to run go against a side.
struct Field<'a> {
    plan: &'a Plan,
    graph: Graph,
    good: FakeUpstream,
    dead_first: String,
}

/// Measures the row. Each run has a server and a store of its own: nothing is known of either upstream.
pub(crate) fn measure(plan: &Plan) -> Row {
    let silent = silent_upstream();
    let graph = Graph::generate(GraphSpec { modules: MODULES, depth: 4, ..GraphSpec::default() });
    let good = FakeUpstream::builder().modules(graph.modules()).start();
    let dead_first = format!("http://{silent}|{}", good.url());
    let field = Field { plan, graph, good, dead_first };
    let mut measures = Vec::new();
    for (wanted, name) in
        [(Wanted::First, "the first module"), (Wanted::All, "go mod download of 40 modules")]
    {
        let mut whole = Measure::new(name, "s", false, None::<Goal>);
        let mut later =
            Measure::new(format!("{name}, later than without"), "s", false, Goal::value(LATER_MAX));
        // Who does not finish once will not the next time, and it takes all the patience there is to see it.
        let _ = (0..plan.rounds).all(|_| field.round(wanted, &mut whole, &mut later));
        field.others(wanted, &mut whole);
        measures.extend([whole, later]);
    }
    Row { name: "P8", settings: settings(), measures }
}

/// A port that accepts, and then nothing. The thread ends with the program.
pub(super) fn silent_upstream() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        let _held: Vec<TcpStream> = listener.incoming().flatten().collect();
    });
    address
}

impl Field<'_> {
    /// One run with the dead upstream and one without. Whether both finished.
    fn round(&self, wanted: Wanted, whole: &mut Measure, later: &mut Measure) -> bool {
        let [dead, good] = [self.dead_first.clone(), self.good.url()]
            .map(|upstream| self.through(upstream, wanted, |setup| setup.modkeep(&self.plan.modkeep)));
        whole.add(DEAD_FIRST, dead);
        whole.add(GOOD_ALONE, good);
        later.add("modkeep", dead.zip(good).map(|(dead, good)| dead - good));
        if dead.is_none() {
            whole.say(DEAD_FIRST, self.unfinished());
        }
        dead.is_some() && good.is_some()
    }

    /// Once, because they take all the time there is.
    fn others(&self, wanted: Wanted, whole: &mut Measure) {
        let (go, dead) = (&self.plan.go, &self.dead_first);
        let through_goproxy =
            |program| self.through(dead.clone(), wanted, |setup| setup.goproxy(program, go));
        let through_athens = |program| self.through(dead.clone(), wanted, |setup| setup.athens(program, go));
        let alone = (!self.plan.without_go).then(|| self.seconds(dead, wanted));
        let plain = ("go alone, dead upstream first", alone);
        let goproxy = ("goproxy, dead upstream first", self.plan.goproxy.as_deref().map(through_goproxy));
        let athens = ("Athens, dead upstream first", self.plan.athens.as_deref().map(through_athens));
        for (name, seconds) in [plain, goproxy, athens] {
            let Some(seconds) = seconds else { continue };
            whole.add(name, seconds);
            if seconds.is_none() {
                whole.say(name, self.unfinished());
            }
        }
    }

    fn through(&self, upstream: String, wanted: Wanted, start: impl Fn(&Setup) -> Server) -> Option<f64> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir(&path).expect("a folder");
            path
        };
        let setup = Setup { place: Place::Free, data: made("data"), scratch: made("scratch"), upstream };
        let server = start(&setup);
        self.seconds(&format!("http://{}", server.address), wanted)
    }

    /// The seconds of one go with an empty module cache; `None` when it did not end in time or failed.
    fn seconds(&self, proxy: &str, wanted: Wanted) -> Option<f64> {
        let home = GoHome::fresh();
        let project = home.project("main");
        self.graph.write_project(&project);
        let run = GoRun::in_home(&home).proxy(proxy).deadline(self.patience());
        let first = self.first();
        let run = match wanted {
            Wanted::First => run.args(["mod", "download", first.as_str()]),
            Wanted::All => run.dir(Path::new(&project)).args(["mod", "download"]),
        };
        let output = run.run_in_time()?;
        output.status.success().then_some(output.elapsed.as_secs_f64())
    }

    fn patience(&self) -> Duration {
        PATIENCE[usize::from(self.plan.quick)]
    }

    fn unfinished(&self) -> String {
        format!("not done after {} s", self.patience().as_secs())
    }

    fn first(&self) -> String {
        let selected = self.graph.selected();
        let first = selected.first().expect("a graph has modules");
        format!("{}@{}", first.path(), first.version())
    }
}

fn settings() -> Vec<String> {
    vec![
        "the upstreams are `DEAD|GOOD`; a server and a store of its own for each run".to_owned(),
        "other sides than modkeep have one run, and so has who does not finish".to_owned(),
    ]
}
