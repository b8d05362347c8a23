//! Paths of repositories, fields of go-import tags, and values of GOVCS.

use super::sometimes_damaged;
use crate::dice::Dice;

const BEGINNINGS: [&str; 16] = [
    "github.com",
    "bitbucket.org",
    "hub.jazz.net/git",
    "hub.jazz.net",
    "git.apache.org",
    "git.openstack.org",
    "chiselapp.com",
    "chiselapp.com/user",
    "a.test",
    "a.test:80",
    "a.test:",
    "a-b.c-d.test",
    "test",
    ".test",
    "test.",
    "A.test",
];

const ELEMENTS: [&str; 22] = [
    "a",
    "a",
    "b1",
    "user",
    "repository",
    "A_b",
    "a.git",
    "b.hg",
    "c.svn",
    "d.fossil",
    ".git",
    "~a",
    "~a.git",
    "~.git",
    "a.b.git",
    "git",
    "a.git.hg",
    "v2",
    "a+b",
    "a~b",
    "",
    "..",
];

pub(crate) fn path(dice: &mut Dice) -> String {
    let mut path = dice.pick(&BEGINNINGS).to_owned();
    for _ in 0..dice.between(0, 5) {
        path.push('/');
        path.push_str(dice.pick(&ELEMENTS));
    }
    let path = sometimes_damaged(dice, 10, path);
    // go answers for these two without its table, and for Bazaar only until Go 1.26.
    let is_apart = path.starts_with("example.net") || path == "rsc.io" || path.contains(".bzr");
    if is_apart { "a.test/b".to_owned() } else { path }
}

const PREFIXES: [&str; 6] = ["a.test", "a.test/b", "a.test/b/c", "a.test/bc", "b.test", ""];

pub(crate) fn path_and_tags(dice: &mut Dice) -> Vec<String> {
    let mut args = vec![dice.pick(&["a.test/b", "a.test/b/c/d", "a.test", "b.test/x"]).to_owned()];
    let tags = dice.between(0, 3);
    let mods = dice.between(0, tags);
    for at in 0..tags {
        let vcs = if at < mods { "mod" } else { dice.pick(&["git", "hg"]) };
        args.extend([dice.pick(&PREFIXES), vcs, "https://b.test", ""].map(str::to_owned));
    }
    args
}

const URLS: [&str; 14] = [
    "https://b.test",
    "https://b.test/x",
    "ssh://git@b.test/x",
    "git+ssh://b.test",
    "svn+ssh://b.test",
    "FILE:///x",
    "file:///x",
    "b.test/x",
    "git@b.test:x",
    "-config://",
    "http#://",
    "1http://b.test",
    "",
    "://b.test",
];

pub(crate) fn fields(dice: &mut Dice) -> [String; 3] {
    let vcs = dice.pick(&["git", "hg", "svn", "fossil", "mod", "git", "Git", "cvs", ""]);
    let subdir = dice.pick(&["", "", "a", "a/b", "a..b", "/a", "-a", "a/-b"]);
    [vcs, dice.pick(&URLS), subdir].map(str::to_owned)
}

pub(crate) fn govcs(dice: &mut Dice) -> [String; 3] {
    let entries: Vec<_> = (0..dice.between(0, 4)).map(|_| entry(dice)).collect();
    let comma = dice.pick(&[",", ",", " , ", ",,"]);
    let value = sometimes_damaged(dice, 10, entries.join(comma));
    let root = dice.pick(&["a.test/b", "a.test", "b.test/x/y"]).to_owned();
    [value, root, dice.pick(&["private", "public"]).to_owned()]
}

fn entry(dice: &mut Dice) -> String {
    let pattern =
        dice.pick(&["private", "public", "a.test", "*.test/x", "*", "a.test/b", "./a", "..", "", "[", "a b"]);
    let list = dice.pick(&["git", "hg|git", "all", "off", " svn | git ", "git||hg", "", "none", "fossil"]);
    format!("{pattern}{}{list}", dice.pick(&[":", ":", ":", " : ", ""]))
}
