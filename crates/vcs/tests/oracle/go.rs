//! The real go as it answers with `GOPROXY=direct`.
//!
//! What go says of a hash depends on what it fetched before, so no process is asked about a repository twice: round N takes
//! the Nth question of each. But repositories of which no answer depends on another have one process each. Two run at a time.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde::Deserialize;
use testkit::GoRun;
use testkit::go::Downloaded;

use crate::answer::{Answer, Found, Kind};
use crate::shop::{Ask, HOST, OTHER_HOST, Question, Shop};

/// How many processes of go run at a time.
const AT_A_TIME: usize = 2;

/// The place of a question: the repository's and its own.
pub(crate) type Place = (usize, usize);

/// Asks everything. The answers come in no order.
pub(crate) fn ask_all(shop: &Shop) -> Vec<(Place, Answer)> {
    let config = &Config::write(shop);
    let jobs = jobs(shop);
    let (next, answers) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let of_job = ask_job(job, config);
                    answers.lock().expect("no asker stopped").extend(of_job);
                }
            });
        }
    });
    answers.into_inner().expect("no asker stopped")
}

/// What one process is asked.
type GoJob<'a> = Vec<(Place, &'a Ask)>;

fn jobs(shop: &Shop) -> Vec<GoJob<'_>> {
    let mut rounds: Vec<GoJob<'_>> = Vec::new();
    let mut alone = Vec::new();
    for (number, stall) in shop.stalls.iter().enumerate() {
        let asks = stall.asks.iter().enumerate().map(|(at, ask)| ((number, at), ask));
        if stall.is_independent {
            alone.push(asks.collect());
            continue;
        }
        rounds.resize_with(rounds.len().max(stall.asks.len()), Vec::new);
        for (round, ask) in rounds.iter_mut().zip(asks) {
            round.push(ask);
        }
    }
    alone.extend(rounds);
    alone
}

/// How the programs of go find the repositories, which have other addresses to go.
struct Config {
    git: PathBuf,
    path: OsString,
}

impl Config {
    fn write(shop: &Shop) -> Self {
        let (git, bin) = (shop.folder().join("gitconfig"), shop.folder().join("bin"));
        write_git_config(&git, &shop.root());
        fs::create_dir(&bin).expect("a folder");
        let path = std::env::var_os("PATH").expect("a path");
        for program in ["hg", "svn"] {
            write_program(&bin, program, &path, &shop.others());
        }
        let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path)));
        Self { git, path: path.expect("no colons") }
    }
}

fn write_git_config(file: &Path, root: &Path) {
    let root = root.display();
    let text = format!(
        "[url \"file://{root}/\"]\n\tinsteadOf = https://{HOST}\n[safe]\n\tdirectory = *\n[protocol \"file\"]\n\tallow = always\n"
    );
    fs::write(file, text).expect("a file");
}

/// Programs other than git know no `insteadOf`: ours runs the real one with other addresses. `hg pull` takes its own from a file.
fn write_program(bin: &Path, program: &str, path: &OsStr, root: &Path) {
    let mut places = std::env::split_paths(path).map(|folder| folder.join(program));
    let real = places.find(|place| place.is_file()).expect("it is installed");
    let script = format!(
        "#!/bin/sh\ncase $1 in pull) set -- \"$@\" \"$(sed -n 's/^default = //p' .hg/hgrc)\";; esac\n\
         for arg; do\n shift\n case $arg in https://{OTHER_HOST}*) arg=file://{}/${{arg#https://{OTHER_HOST}}};; esac\n \
         set -- \"$@\" \"$arg\"\ndone\nexec {} \"$@\"\n",
        root.display(),
        real.display()
    );
    let place = bin.join(program);
    fs::write(&place, script).expect("a file");
    fs::set_permissions(place, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

fn ask_job(job: &GoJob<'_>, config: &Config) -> Vec<(Place, Answer)> {
    let (lists, versions): (GoJob<'_>, GoJob<'_>) =
        job.iter().partition(|(_, ask)| ask.question == Question::List);
    [ask_lists(&lists, config), ask_versions(&versions, config)].concat()
}

fn run(config: &Config) -> GoRun {
    let run =
        GoRun::new().proxy("direct").env("GIT_CONFIG_GLOBAL", &config.git).env("GIT_CONFIG_NOSYSTEM", "1");
    run.env("PATH", &config.path).env("GOVCS", "*:all").env("GIT_ALLOW_PROTOCOL", "file:https")
}

fn ask_lists(asks: &[(Place, &Ask)], config: &Config) -> Vec<(Place, Answer)> {
    if asks.is_empty() {
        return Vec::new();
    }
    let paths = asks.iter().map(|(_, ask)| ask.module.clone());
    let output = run(config).args(["list", "-m", "-e", "-json", "-versions", "-retracted"]).args(paths).run();
    let listed: Vec<Listed> = output.json();
    assert_eq!(listed.len(), asks.len(), "one answer each: {output}");
    asks.iter().zip(listed).map(|((place, _), listed)| (*place, listed.into())).collect()
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Listed {
    versions: Vec<String>,
    error: Option<ListError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListError {
    err: String,
}

impl From<Listed> for Answer {
    fn from(listed: Listed) -> Self {
        match listed.error {
            Some(error) => Self::Refused(Kind::of(&error.err)),
            None => Self::Listed(listed.versions),
        }
    }
}

fn ask_versions(asks: &[(Place, &Ask)], config: &Config) -> Vec<(Place, Answer)> {
    if asks.is_empty() {
        return Vec::new();
    }
    let queries: Vec<String> = asks.iter().map(|(_, ask)| query(ask)).collect();
    let queries: Vec<&str> = queries.iter().map(String::as_str).collect();
    let got = run(config).download_json(&queries);
    assert_eq!(got.len(), asks.len(), "one answer each: {queries:#?}");
    asks.iter().zip(got.iter()).map(|((place, _), got)| (*place, found(got))).collect()
}

fn query(ask: &Ask) -> String {
    match &ask.question {
        Question::Version(version) => format!("{}@{version}", ask.module),
        Question::List => unreachable!("lists are asked for in another way"),
    }
}

fn found(got: &Downloaded) -> Answer {
    if got.go_mod.is_empty() {
        return Answer::Refused(Kind::of(&got.error));
    }
    let read = |file: &str| fs::read(file).expect("a file that go names");
    // With a sum there is a zip, and what went wrong is the client's: it could not use the extracted files.
    let zip = if got.sum.is_empty() { Err(Kind::of(&got.error)) } else { Ok(got.sum.clone()) };
    Answer::Found(Box::new(Found {
        version: got.version.clone(),
        info: String::from_utf8_lossy(&read(&got.info)).into_owned(),
        origin: got.origin.clone().unwrap_or_default(),
        go_mod: read(&got.go_mod),
        zip,
    }))
}
