//! P5: modules straight from a repository, beside the go command with `GOPROXY=direct`.
//!
//! The repository is as large as those of grown projects. It is served by git's own program behind https, once as near as it
//! can be, and once through a relay that has the delay and the bandwidth of a line between continents.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testkit::module::noise;
use testkit::repo::{GitHttps, GitRepo, History, Tree};
use testkit::{GoHome, GoRun, Relay, RelaySpec};

use crate::client::get;
use crate::peers::{Place, Setup};
use crate::plan::Plan;
use crate::proc::mebibytes;
use crate::report::{Goal, Measure, Row};
use crate::server::Server;
use crate::watch::Watch;

const MODULE: &str = "github.com/bench/grown";

/// Commits in the repository, and when time is short.
const COMMITS: [usize; 2] = [2000, 200];

/// Files of the module, and bytes of each: 10 MB, which do not compress.
const FILES: usize = 400;
const FILE_BYTES: usize = 25_000;

/// Files that a commit writes anew: 2,000 times as much makes a repository of 106 MB.
const FILES_A_COMMIT: usize = 2;

/// How many commits there are from one version to the next.
const COMMITS_A_VERSION: usize = 20;

/// How many clients come at once, each for a version of its own.
const CLIENTS: usize = 50;

const GO: &str = "go alone (GOPROXY=direct)";
const OURS: &str = "modkeep";
const FILE: &str = "file://";

/// What lies between the repository and who asks, with the goals for the first and for the next version.
struct Distance {
    name: &'static str,
    spec: RelaySpec,
    goals: [f64; 2],
}

const DISTANCES: [Distance; 2] = [
    Distance { name: "no network in between", spec: RelaySpec::NONE, goals: [0.6, 0.35] },
    Distance { name: "25 ms each way, 100 Mbit/s", spec: RelaySpec::ISSUE, goals: [0.6, 0.2] },
];

/// How long after the first version the next one is asked for: an upgrade is not asked for in the same breath.
const LATER: Duration = Duration::from_secs(3);

/// What a version that was built before may cost, as a multiple of reading its files.
const HIT_MAX: f64 = 1.05;

/// Measures the row. Each round has a server, a store and caches of its own.
pub(crate) fn measure(plan: &Plan) -> Row {
    let forge = Forge::start(COMMITS[usize::from(plan.quick)]);
    let measures = DISTANCES.iter().flat_map(|distance| at_distance(plan, &forge, distance));
    let measures = measures.chain(crowd(plan, &forge));
    Row { name: "P5", settings: settings(plan), measures: measures.collect() }
}

/// Clients that each ask for another version at the same moment, of a server that has nothing.
fn crowd(plan: &Plan, forge: &Forge) -> [Measure; 3] {
    let what = |what: &str| format!("{CLIENTS} clients on {CLIENTS} versions at once: {what}");
    let mut done = Measure::new(what("all have theirs"), "s", false, None::<Goal>);
    let mut memory = Measure::new(what("memory of the server and its programs"), "MiB", false, None::<Goal>);
    let mut packs = Measure::new(what("packs fetched"), "", false, None::<Goal>);
    for _ in 0..plan.rounds {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = forge.modkeep(plan, folder.path(), forge.address());
        let (before, begun) = (forge.https.upload_packs(), Instant::now());
        let watch = Watch::begin(server.pid());
        let clients = (0..CLIENTS).map(|version| {
            let (address, path) =
                (server.address, format!("/{MODULE}/@v/{}.zip", tag(version % forge.versions)));
            thread::spawn(move || get(address, &path).is_ok_and(|got| got.status == 200))
        });
        let clients: Vec<_> = clients.collect();
        let all = clients.into_iter().fold(true, |all, client| all & client.join().unwrap_or_default());
        done.add(OURS, all.then(|| begun.elapsed().as_secs_f64()));
        memory.add(OURS, Some(mebibytes(watch.end().anonymous)));
        packs.add(OURS, u32::try_from(forge.https.upload_packs() - before).ok().map(f64::from));
    }
    [done, memory, packs]
}

fn at_distance(plan: &Plan, forge: &Forge, distance: &Distance) -> [Measure; 3] {
    let measure = |what: &str, goal| Measure::new(format!("{what}, {}", distance.name), "s", false, goal);
    let mut first = measure("the first version", Goal::times(distance.goals[0], GO));
    let mut next = measure("the next version", Goal::times(distance.goals[1], GO));
    let mut again = measure("a version built before", Goal::times(HIT_MAX, FILE));
    for round in 0..plan.rounds {
        let relay = Relay::start(forge.address(), distance.spec);
        let sides: [fn(&Plan, &Forge, &Relay) -> Seconds; 2] = [through_modkeep, by_go_alone];
        let count = if plan.without_go { 1 } else { sides.len() };
        for at in (0..count).map(|turn| (turn + round) % count) {
            let seconds = sides[at](plan, forge, &relay);
            let name = [OURS, GO][at];
            first.add(name, Some(seconds.first));
            next.add(name, Some(seconds.next));
            if let Some([hit, file]) = seconds.again {
                again.add(OURS, Some(hit));
                again.add(FILE, Some(file));
            }
        }
    }
    [first, next, again]
}

/// What one side needed.
struct Seconds {
    first: f64,
    next: f64,
    /// The next version once more: from the server, and from its folder.
    again: Option<[f64; 2]>,
}

/// go with the module cache that it filled itself: it has cloned when it comes to the next version.
fn by_go_alone(_: &Plan, forge: &Forge, relay: &Relay) -> Seconds {
    let home = GoHome::fresh();
    let settings = forge.git_settings(home.path(), relay.address());
    let download = |version| {
        let run =
            GoRun::in_home(&home).proxy("direct").env("GOVCS", "*:all").env("GIT_ALLOW_PROTOCOL", "https");
        let run = run.env("GIT_CONFIG_GLOBAL", &settings);
        seconds(run, version)
    };
    let first = download(0);
    thread::sleep(LATER);
    Seconds { first, next: download(1), again: None }
}

/// A client that has nothing each time, and a server that has cloned when it comes to the next version.
fn through_modkeep(plan: &Plan, forge: &Forge, relay: &Relay) -> Seconds {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = forge.modkeep(plan, folder.path(), relay.address());
    let http = format!("http://{}", server.address);
    let file = format!("file://{}", folder.path().join("data").display());
    let download = |proxy: &str, version| seconds(GoRun::in_home(&GoHome::fresh()).proxy(proxy), version);
    let first = download(&http, 0);
    thread::sleep(LATER);
    let next = download(&http, 1);
    Seconds { first, next, again: Some([download(&http, 1), download(&file, 1)]) }
}

fn seconds(run: GoRun, version: usize) -> f64 {
    let query = format!("{MODULE}@{}", tag(version));
    run.args(["mod", "download", &query]).run().success().elapsed.as_secs_f64()
}

/// The repository and its server.
struct Forge {
    https: GitHttps,
    /// How many tags it has.
    versions: usize,
    _repo: GitRepo,
    _folder: TempDir,
}

impl Forge {
    fn start(commits: usize) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let repo = GitRepo::create_at(folder.path().join("grown.git"), |history| grow(history, commits));
        // As a host keeps what is often fetched.
        repo.git(&["repack", "-adbq"]);
        let https = GitHttps::start();
        https.serve("/grown", &repo);
        let versions = commits.div_ceil(COMMITS_A_VERSION);
        Self { https, versions, _repo: repo, _folder: folder }
    }

    fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.https.port()))
    }

    /// The address of the repository through the relay at `via`.
    fn url(&self, via: SocketAddr) -> String {
        self.https.url("/grown").replace(&format!(":{}", self.https.port()), &format!(":{}", via.port()))
    }

    /// Settings of git under which go finds the module here.
    fn git_settings(&self, folder: &Path, via: SocketAddr) -> PathBuf {
        let authority = self.https.ca_file();
        let text = format!(
            "[http]\n\tproxy =\n\tsslCAInfo = {}\n[url \"{}\"]\n\tinsteadOf = https://{MODULE}\n",
            authority.display(),
            self.url(via)
        );
        written(&folder.join("gitconfig"), &text)
    }

    /// A modkeep that asks nobody but this repository.
    fn modkeep(&self, plan: &Plan, folder: &Path, via: SocketAddr) -> Server {
        let scratch = folder.join("scratch");
        let settings = format!(
            "ca-file = \"{}\"\nrepository-cache = \"{}\"\n[[repository]]\nprefix = \"{MODULE}\"\nurl = \"{}\"\n",
            self.https.ca_file().display(),
            folder.join("repositories").display(),
            self.url(via)
        );
        written(&scratch.join(".config/modkeep/modkeep.toml"), &settings);
        let setup =
            Setup { place: Place::Free, data: folder.join("data"), scratch, upstream: "direct".to_owned() };
        setup.modkeep(&plan.modkeep)
    }
}

/// Commits that each write some of the files anew, and a tag every so often.
fn grow(history: &mut History, commits: usize) {
    let noise = noise(FILE_BYTES * (FILES + commits * FILES_A_COMMIT));
    let content = |nth: usize| noise[nth * FILE_BYTES..][..FILE_BYTES].to_vec();
    let all = (0..FILES).fold(manifest(), |tree, file| tree.file(name(file), content(file)));
    let mut tip = history.commit(&[], &all);
    history.tag(&tag(0), tip);
    for at in 1..commits {
        let written = (0..FILES_A_COMMIT).map(|nth| at * FILES_A_COMMIT + nth);
        let tree = written
            .fold(Tree::new(), |tree, n| tree.file(name(n % FILES), content(FILES + n - FILES_A_COMMIT)));
        tip = history.change(&[tip], &tree);
        if at % COMMITS_A_VERSION == 0 {
            history.tag(&tag(at / COMMITS_A_VERSION), tip);
        }
    }
    history.branch("main", tip);
}

fn manifest() -> Tree {
    Tree::new().file("go.mod", format!("module {MODULE}\n\ngo 1.21\n")).file("grown.go", "package grown\n")
}

fn name(file: usize) -> String {
    format!("data/{:02}/{file:03}.bin", file % 20)
}

fn tag(version: usize) -> String {
    format!("v1.{version}.0")
}

fn written(path: &Path, text: &str) -> PathBuf {
    fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
    path.to_owned()
}

fn settings(plan: &Plan) -> Vec<String> {
    vec![
        format!(
            "a repository of {} commits, {FILES} files of {FILE_BYTES} bytes that do not compress, {FILES_A_COMMIT} of them new in each commit",
            COMMITS[usize::from(plan.quick)]
        ),
        "git's own http-backend behind https; GOSUMDB off on all sides".to_owned(),
        format!("the next version is asked for {} s after the first; modkeep fetches and makes it meanwhile", LATER.as_secs()),
        "modkeep: an empty store and no clone before the first version, and a client with an empty module cache each time"
            .to_owned(),
    ]
}
