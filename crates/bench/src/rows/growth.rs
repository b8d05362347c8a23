//! growth: what changes as more is stored and more clients come. What should stay flat is seen to.

use std::fs;
use std::io;
use std::process::Stdio;
use std::time::Instant;

use tempfile::TempDir;
use testkit::{FakeUpstream, Module};

use super::p10::first_answer;
use crate::client::{Load, Tally};
use crate::cpus::Cpus;
use crate::grown;
use crate::peers::{Place, Setup};
use crate::plan::Plan;
use crate::proc::{mebibytes, memory};
use crate::report::{Measure, Row};
use crate::server::Server;
use crate::trees;

/// How many versions are stored.
const SIZES: [usize; 2] = [1_000, 100_000];

/// One size more, for who has the time.
const MILLION: usize = 1_000_000;

/// How many are stored when time is short.
const QUICK: [usize; 2] = [1_000, 10_000];

/// How many clients come, each with a connection of its own.
const CLIENTS: [usize; 4] = [1, 10, 100, 1_000];

/// How many clients come while the store grows: as many as keep one core busy.
const CONNECTIONS: usize = 64;

/// How many versions are asked for in turn, spread over all that is stored: as many in the smallest store as in the largest, or the
/// curve would be that of the questions.
const ASKED: usize = 1_000;

const STORED: &str = "stored versions";

/// The mark of a server that ended in peace, in its data folder.
const IN_PEACE: &str = ".closed";

/// What modkeep says at the end of its walk over the folder after a crash.
const WALKED: &str = "in order again after a crash";

/// The curves over what is stored.
struct Curves {
    rate: Measure,
    read: Measure,
    beside: Measure,
    walk: Measure,
    first: Measure,
    idle: Measure,
    busy: Measure,
    gc: Measure,
    verify: Measure,
}

/// Measures the row: each size has a store of its own, and all rounds there.
pub(crate) fn measure(plan: &Plan) -> Row {
    let cpus = Cpus::choose();
    cpus.hold_client();
    let sizes = if plan.quick { QUICK } else { SIZES };
    let sizes: Vec<usize> = sizes.into_iter().chain(plan.million.then_some(MILLION)).collect();
    let mut curves = Curves::new();
    let mut clients = Measure::curve("hits of .mod, by clients", "1/s", true, "clients");
    for size in &sizes {
        let field = Field::new(plan, cpus, *size);
        for _ in 0..plan.rounds {
            curves.add(&field);
        }
        if *size == sizes[1] {
            field.crowds(&mut clients);
        }
    }
    let Curves { rate, read, beside, walk, first, idle, busy, gc, verify } = curves;
    let measures = vec![rate, read, clients, first, idle, busy, beside, walk, gc, verify];
    Row { name: "growth", settings: settings(plan, cpus, sizes[1]), measures }
}

impl Curves {
    fn new() -> Self {
        let less = |name: &str, unit| Measure::curve(name, unit, false, STORED);
        let hits = |name: &str| Measure::curve(name, "1/s", true, STORED);
        Self {
            rate: hits("hits of .mod, by what is stored"),
            read: hits("hits of .mod, each read from its file"),
            beside: hits("hits of .mod, beside the walk after a crash"),
            walk: less("the walk after a crash, nobody asking", "s"),
            first: less("first answer after the start", "ms"),
            idle: less("memory after the first answer (RssAnon)", "MiB"),
            busy: less("memory after hits all over the store (RssAnon)", "MiB"),
            gc: less("store gc, looking", "s"),
            verify: less("store verify", "s"),
        }
    }

    fn add(&mut self, field: &Field<'_>) {
        let Field { size, .. } = *field;
        self.first.add_at(size, Some(first_answer(&|| field.serve(Place::Free), &field.module)));
        self.after_peace(field);
        self.after_crash(field);
        self.gc.add_at(size, field.chore(&["gc", "--older-than", "90d"]));
        self.verify.add_at(size, field.chore(&["verify"]));
    }

    fn after_peace(&mut self, field: &Field<'_>) {
        let server = field.serve(Place::Held(field.cpus));
        field.load(&server, 1).once(field.plan.turn());
        self.idle.add_at(field.size, Some(mebibytes(memory(server.pid()).anonymous)));
        self.rate.add_at(field.size, rate(field.plan, &field.load(&server, CONNECTIONS)));
        self.busy.add_at(field.size, Some(mebibytes(memory(server.pid()).anonymous)));
        server.stop();
        let server = field.serve_with(Place::Held(field.cpus), &["--gosumdb", "off", "--memory", "0"]);
        self.read.add_at(field.size, rate(field.plan, &field.load(&server, CONNECTIONS)));
        server.stop();
    }

    /// The first of the two servers may be stopped in the middle of its walk; the second ends it, so that the next has peace.
    fn after_crash(&mut self, field: &Field<'_>) {
        field.forget_the_peace();
        let server = field.serve(Place::Held(field.cpus));
        self.beside.add_at(field.size, rate(field.plan, &field.load(&server, CONNECTIONS)));
        server.stop();
        field.forget_the_peace();
        let begin = Instant::now();
        let server = field.serve(Place::Held(field.cpus));
        let walked = server.says(WALKED);
        self.walk.add_at(field.size, walked.then(|| begin.elapsed().as_secs_f64()));
        server.stop();
    }
}

/// A store of some size.
struct Field<'a> {
    plan: &'a Plan,
    cpus: Cpus,
    size: usize,
    module: Module,
    setup: Setup,
    _upstream: FakeUpstream,
    _folder: TempDir,
}

impl<'a> Field<'a> {
    fn new(plan: &'a Plan, cpus: Cpus, size: usize) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let module = grown::module();
        let upstream = FakeUpstream::builder().module(module.clone()).start();
        let (data, scratch) = (folder.path().join("data"), folder.path().join("scratch"));
        fs::create_dir(&scratch).expect("a folder");
        let setup = Setup { place: Place::Free, data, scratch, upstream: upstream.url() };
        grown::fill(plan, &setup, &module, size);
        // What was written is on the disk before anything is measured.
        rustix::fs::sync();
        Self { plan, cpus, size, module, setup, _upstream: upstream, _folder: folder }
    }

    /// Makes the folder look as after a crash.
    fn forget_the_peace(&self) {
        let removed = fs::remove_file(self.setup.data.join(IN_PEACE));
        let is_gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        assert!(removed.as_ref().err().is_none_or(is_gone), "the data folder cannot be changed: {removed:?}");
    }

    fn serve(&self, place: Place) -> Server {
        self.serve_with(place, &["--gosumdb", "off"])
    }

    fn serve_with(&self, place: Place, flags: &[&str]) -> Server {
        Setup { place, ..self.setup.clone() }.modkeep_with(&self.plan.modkeep, flags)
    }

    /// Questions for versions from all over the store.
    fn load(&self, server: &Server, connections: usize) -> Load {
        let paths = (0..ASKED).map(|nth| grown::mod_path(nth * (self.size / ASKED)));
        Load { address: server.address, paths: paths.collect(), connections }
    }

    /// Hits a second with few and with many clients.
    fn crowds(&self, clients: &mut Measure) {
        let server = self.serve(Place::Held(self.cpus));
        for round in 0..self.plan.rounds {
            for turn in 0..CLIENTS.len() {
                let count = CLIENTS[(turn + round) % CLIENTS.len()];
                clients.add_at(count, rate(self.plan, &self.load(&server, count)));
            }
        }
        server.stop();
    }

    /// Seconds of a command of `modkeep store` over the whole store; `None` where it fails.
    fn chore(&self, args: &[&str]) -> Option<f64> {
        let mut command = self.setup.command(&self.plan.modkeep);
        command.arg("store").args(args).arg("--data").arg(&self.setup.data);
        let begin = Instant::now();
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        let took = begin.elapsed().as_secs_f64();
        status.is_ok_and(|status| status.success()).then_some(took)
    }
}

/// Hits a second in `plan`'s turn, after a tenth of it to warm up.
#[expect(clippy::cast_precision_loss, reason = "counts of one run are far below 2^52")]
fn rate(plan: &Plan, load: &Load) -> Option<f64> {
    load.run(plan.turn() / 10);
    let Tally { answers, failures, seconds, .. } = load.run(plan.turn());
    (answers > 0 && failures == 0).then(|| answers as f64 / seconds)
}

fn settings(plan: &Plan, cpus: Cpus, crowded: usize) -> Vec<String> {
    vec![
        format!("hits: {}", cpus.told()),
        format!(
            "{CONNECTIONS} keep-alive connections, {} s each turn, {ASKED} versions from all over the store asked in turn",
            plan.turn().as_secs_f64()
        ),
        "read from its file: `--memory 0`".to_owned(),
        "after a crash: the server walks the whole folder, on the processor that answers, and ended in peace in all other measures".to_owned(),
        format!("by clients: each with a connection of its own, {crowded} stored versions"),
        trees::told_of_the_disk("data folders are"),
        format!("{} versions to a module, small ones, hard links to the files of one; what the system knows of the folders is in memory", grown::VERSIONS),
        "gc: `store gc --older-than 90d`, which looks at everything and finds nothing; verify: `store verify`, which reads and hashes everything, as the scrub does"
            .to_owned(),
    ]
}
