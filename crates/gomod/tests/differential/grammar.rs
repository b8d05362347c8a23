//! Inputs that follow Go's grammars, nearly follow them, or break them on purpose.
//!
//! Random bytes would be rejected at the first character and test nothing. So each generator builds a good input from
//! parts, sometimes with a bad part among them, and then often damages the result in a few places.

pub(crate) mod go_mod;
pub(crate) mod keys;
pub(crate) mod logs;
pub(crate) mod lookups;
pub(crate) mod notes;
pub(crate) mod pages;
pub(crate) mod paths;
pub(crate) mod repositories;
pub(crate) mod settings;
pub(crate) mod trees;
pub(crate) mod versions;
pub(crate) mod zips;

use crate::dice::Dice;

/// Pieces that some rule somewhere treats in a special way.
const SPICES: [&str; 62] = [
    " ",
    "\t",
    "!",
    "!a",
    "~",
    "~1",
    "~12",
    ".",
    "..",
    "...",
    "/",
    "//",
    "-",
    "+",
    "@",
    "\\",
    "\"",
    "`",
    "'",
    "é",
    "ſ",
    "\u{212a}",
    "\u{301}",
    "\u{a0}",
    "\u{feff}",
    "\u{1f600}",
    "\u{663}",
    "\0",
    "\n",
    "\r",
    "A",
    "Z",
    "con",
    "NUL.txt",
    "com1",
    "lpt9.x",
    "v2",
    "/v1",
    "/v2",
    ".v1",
    "-unstable",
    "%",
    ":",
    "*",
    "?",
    "[",
    "]",
    "[^a-c]",
    "0",
    "01",
    "1",
    "=>",
    ",",
    "(",
    ")",
    "/*",
    "\u{4e2d}",
    "+incompatible",
    "-0.",
    "=",
    "\u{2028}",
    "\u{85}",
];

/// Damages a text in one to three places.
pub(crate) fn damage(dice: &mut Dice, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..dice.between(1, 3) {
        damage_once(dice, &mut chars);
    }
    chars.into_iter().collect()
}

fn damage_once(dice: &mut Dice, chars: &mut Vec<char>) {
    let at = dice.below(chars.len() + 1);
    let end = (at + dice.between(1, 3)).min(chars.len());
    match dice.below(7) {
        0 => drop(chars.drain(at..end)),
        1 => {
            let copy: Vec<_> = chars[at..end].to_vec();
            drop(chars.splice(at..at, copy));
        }
        2 if end - at > 1 => chars.swap(at, end - 1),
        3 if at < end => chars[at] = other_case(chars[at]),
        4 => chars.truncate(at),
        5 => drop(chars.splice(at..end, dice.pick(&SPICES).chars())),
        _ => drop(chars.splice(at..at, dice.pick(&SPICES).chars())),
    }
}

fn other_case(c: char) -> char {
    if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }
}

/// Changes one byte at random in `percent` of the contents, which may then be no text.
pub(crate) fn sometimes_changed(dice: &mut Dice, percent: usize, mut bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.is_empty() && dice.chance(percent) {
        let at = dice.below(bytes.len());
        bytes[at] = dice.byte();
    }
    bytes
}

/// Damages `percent` of the texts.
pub(crate) fn sometimes_damaged(dice: &mut Dice, percent: usize, text: String) -> String {
    if dice.chance(percent) { damage(dice, &text) } else { text }
}
