//! Module, import and file paths, their escaped form, and patterns over them.

use super::sometimes_damaged;
use crate::dice::Dice;

const HOSTS: [&str; 14] = [
    "example.com",
    "github.com",
    "gopkg.in",
    "gopkg.in",
    "golang.org",
    "a.b",
    "x-y.z9",
    "1.2",
    "localhost",
    "Example.com",
    "-a.b",
    ".b",
    "a_b.c",
    "a~b.c",
];

const WORDS: [&str; 22] = [
    "tools", "go-kit", "Azure", "sdk_v2", "a", "b.c", "v2beta", "x~y", ".github", "v", "con", "aux.go",
    "nul1", "COM1", "lpt0", "a~1", "a~1.b", "a..b", "c++", "end.", "-x", "z0",
];

const SUFFIXES: [&str; 22] = [
    "",
    "",
    "",
    "",
    "",
    "/v2",
    "/v3",
    "/v10",
    "/v0",
    "/v1",
    "/v01",
    "/v2.0",
    "/v.2",
    "/v",
    "/v20190101",
    ".v1",
    ".v2",
    ".v0",
    ".v1-unstable",
    ".v0-unstable",
    ".v01",
    "/v2-unstable",
];

/// A module path, mostly a good one.
pub(crate) fn module_path(dice: &mut Dice) -> String {
    let mut path = dice.pick(&HOSTS).to_owned();
    for _ in 0..dice.below(4) {
        path.push('/');
        path.push_str(&element(dice));
    }
    path.push_str(dice.pick(&SUFFIXES));
    path
}

/// A module path of which half are damaged.
pub(crate) fn any_module_path(dice: &mut Dice) -> String {
    let path = module_path(dice);
    sometimes_damaged(dice, 50, path)
}

/// A path that is good wherever a module path may stand.
pub(crate) fn good_module_path(dice: &mut Dice) -> String {
    let host = dice.pick(&["example.com", "github.com", "a.b", "golang.org"]);
    let word = dice.pick(&["tools", "go-kit", "Azure", "x_y"]);
    format!("{host}/{word}{}", dice.pick(&["", "", "", "/v2", "/v3"]))
}

fn element(dice: &mut Dice) -> String {
    if dice.chance(30) { dice.pick(&WORDS).to_owned() } else { dice.text("abcxyzABC019-_.~", 1, 6) }
}

/// An import path: may also lack a host and hold plus signs.
pub(crate) fn import_path(dice: &mut Dice) -> String {
    let path = if dice.chance(50) { module_path(dice) } else { dice.text("ab/+.-~1", 1, 9) };
    sometimes_damaged(dice, 40, path)
}

/// The path of a file, with the letters and signs that only files may have.
pub(crate) fn file_path(dice: &mut Dice) -> String {
    let mut elements = Vec::new();
    for _ in 0..dice.between(1, 3) {
        let mut name = if dice.chance(40) {
            dice.pick(&WORDS).to_owned()
        } else {
            dice.text("abZ09 !#$%&(),;=@[]^_{}~.-", 1, 6)
        };
        name.push_str(dice.pick(&[
            "",
            "",
            "",
            ".go",
            "é",
            "\u{4e2d}\u{6587}",
            "\u{2c6}",
            "\u{2160}",
            "\u{e000}",
        ]));
        elements.push(name);
    }
    sometimes_damaged(dice, 30, elements.join("/"))
}

/// The `!` form of a path, with some letters that it should not have.
pub(crate) fn escaped_path(dice: &mut Dice) -> String {
    let path = escaped(&module_path(dice));
    sometimes_damaged(dice, 40, path)
}

pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if c.is_ascii_uppercase() {
            escaped.push('!');
        }
        escaped.push(c.to_ascii_lowercase());
    }
    escaped
}

/// A list of patterns such as GOPRIVATE holds, and a path to try it on.
pub(crate) fn patterns_and_path(dice: &mut Dice) -> [String; 2] {
    let path = module_path(dice);
    let globs: Vec<_> = (0..dice.between(1, 3)).map(|_| pattern_near(dice, &path)).collect();
    [globs.join(","), path]
}

/// A pattern that was made from the path, so that it has a chance to match.
pub(crate) fn pattern_near(dice: &mut Dice, path: &str) -> String {
    let elements = dice.between(1, path.split('/').count());
    let prefix: Vec<_> = path.split('/').take(elements).collect();
    let mut pattern = String::new();
    for c in prefix.join("/").chars() {
        match dice.below(24) {
            0 => pattern.push('*'),
            1 => pattern.push('?'),
            2 => {
                pattern.push_str(dice.pick(&[
                    "[a-z]",
                    "[^/]",
                    "[^a]",
                    "[\\]a-c-z]",
                    "[a-]",
                    "[!a]",
                    "[z-a]",
                ]));
            }
            3 => pattern.extend(['\\', c]),
            4 => pattern.extend([c, '*']),
            _ => pattern.push(c),
        }
    }
    pattern.push_str(dice.pick(&["", "", "", "/", "//", "/*"]));
    sometimes_damaged(dice, 20, pattern)
}
