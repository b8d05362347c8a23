//! Histories, tags, layouts and questions drawn from a seed.

use fastrand::Rng;
use testkit::repo::{History, Object, Tree};

use crate::shop::{Shop, Stall};

/// How many repositories are drawn.
const REPOSITORIES: usize = 16;

/// How many commits each has.
const COMMITS: usize = 9;

/// How many questions each is asked about commits and tags.
const ASKS: usize = 7;

/// Parts of a repository in which a module may lie.
const FOLDERS: [&str; 4] = ["", "sub/", "v2/", "sub/v3/"];

const TAGS: &[&str] = &[
    "v0.1.0",
    "v0.2.0-pre",
    "v1.0.0",
    "v1.0.1",
    "v1.1.0-rc.1",
    "v1.1.0",
    "v1.1.0+meta",
    "v2.0.0",
    "v2.1.0-beta",
    "v2.1.0",
    "v3.0.0",
    "sub/v0.1.0",
    "sub/v1.0.0",
    "sub/v1.1.0-pre",
    "sub/v1.2.0+meta",
    "sub/v3.0.0",
    "sub/v3.1.0",
    "v1.2",
    "release",
    "v1.0.2-0.20240101000000-0123456789ab",
];

const MODULES: [&str; 5] = ["", "/v2", "/v3", "/sub", "/sub/v3"];

const BEFORE: [&str; 8] =
    ["v0.0.0-", "v0.1.1-0.", "v1.0.1-0.", "v1.1.1-0.", "v2.0.0-", "v2.0.1-0.", "v3.0.1-0.", "v1.1.0-rc.1.0."];

pub(crate) fn add(shop: &mut Shop, seed: u64) {
    for number in 0..REPOSITORIES {
        let mut rng = Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
        let name = format!("random{number}");
        let (stall, commits) = shop.stall(&name, |history| grow(history, &name, &mut rng));
        question(stall, &commits, &mut rng);
    }
}

fn grow(history: &mut History, name: &str, rng: &mut Rng) -> Vec<Object> {
    let mut commits: Vec<Object> = Vec::new();
    for number in 0..COMMITS {
        let parents = parents(&commits, rng);
        commits.push(history.commit(&parents, &tree(name, rng).file("number", number.to_string())));
    }
    for tag in rng.choose_multiple(TAGS.iter(), 9) {
        let commit = commits[rng.usize(..commits.len())];
        if rng.u8(..4) == 0 {
            history.annotated(tag, commit);
        } else {
            history.tag(tag, commit);
        }
    }
    history.branch("main", commits[COMMITS - 1]);
    history.branch("other", commits[rng.usize(..COMMITS)]);
    commits
}

/// Mostly the last commit, sometimes an older one, sometimes two.
fn parents(commits: &[Object], rng: &mut Rng) -> Vec<Object> {
    let Some(last) = commits.last() else { return Vec::new() };
    let other = commits[rng.usize(..commits.len())];
    match rng.u8(..6) {
        0 => vec![other],
        1 if other != *last => vec![*last, other],
        _ => vec![*last],
    }
}

fn tree(name: &str, rng: &mut Rng) -> Tree {
    let mut tree = Tree::new().file("a.go", "package a\n").file("sub/a.go", "package a\n");
    for folder in FOLDERS {
        if rng.u8(..3) != 0 {
            tree = tree.file(format!("{folder}go.mod"), go_mod(name, folder, rng));
        }
    }
    tree
}

/// Mostly the path that belongs there, sometimes another major; sometimes a retraction.
fn go_mod(name: &str, folder: &str, rng: &mut Rng) -> String {
    let right = format!("github.com/ex/{name}/{folder}");
    let right = right.trim_end_matches('/');
    let path = match rng.u8(..8) {
        0 => format!("github.com/ex/{name}/v2"),
        1 => format!("github.com/ex/{name}"),
        _ => right.to_owned(),
    };
    let retract = ["", "", "", "retract v1.1.0\n", "retract [v1.0.0, v1.0.9]\n"][rng.usize(..5)];
    format!("module {path}\n\ngo 1.20\n{retract}")
}

fn question(stall: &mut Stall, commits: &[Object], rng: &mut Rng) {
    for module in rng.choose_multiple(MODULES.iter(), 2) {
        stall.list(module).ask(module, &["latest", "main"]);
    }
    for _ in 0..ASKS {
        let module = MODULES[rng.usize(..MODULES.len())];
        let commit = commits[rng.usize(..commits.len())];
        match rng.u8(..6) {
            0 | 1 => stall.pseudo(module, BEFORE[rng.usize(..BEFORE.len())], commit),
            2 => stall.ask(module, &["other"]),
            3 => {
                let hash = stall.hash(commit);
                stall.ask(module, &[&hash[..[12, 40][rng.usize(..2)]]])
            }
            _ => {
                let tag = TAGS[rng.usize(..TAGS.len())];
                stall.ask(module, &[tag.strip_prefix("sub/").unwrap_or(tag)])
            }
        };
    }
}
