//! Versions, pseudo-versions and revisions.

use super::sometimes_damaged;
use crate::dice::Dice;

const NUMBERS: [&str; 12] =
    ["0", "0", "1", "1", "2", "3", "9", "10", "99", "01", "00", "18446744073709551616000000001"];

const IDENTIFIERS: [&str; 16] =
    ["0", "1", "9", "10", "01", "00", "alpha", "beta", "rc1", "RC1", "x-y", "-", "0a", "a0", "pre", ""];

const REVISIONS: [&str; 8] = [
    "abcdefabcdef",
    "000000000000",
    "0123456789ab",
    "abc",
    "ABCDEF",
    "abcdefabcdefabcdef",
    "a-b",
    "000000000123",
];

/// A version, mostly a good one, of any of the three lengths.
pub(crate) fn version(dice: &mut Dice) -> String {
    if dice.chance(20) {
        return pseudo_version(dice);
    }
    let length = if dice.chance(70) { 3 } else { dice.between(1, 2) };
    let numbers: Vec<_> = (0..length).map(|_| number(dice)).collect();
    let mut version = format!("v{}", numbers.join("."));
    if (length == 3 && dice.chance(40)) || dice.chance(3) {
        version.push('-');
        version.push_str(&identifiers(dice));
    }
    version.push_str(&build(dice));
    version
}

/// A version of which a third are damaged.
pub(crate) fn any_version(dice: &mut Dice) -> String {
    let version = version(dice);
    sometimes_damaged(dice, 35, version)
}

fn number(dice: &mut Dice) -> String {
    let choices = if dice.chance(10) { NUMBERS.len() } else { 9 };
    dice.pick(&NUMBERS[..choices]).to_owned()
}

fn identifiers(dice: &mut Dice) -> String {
    let some: Vec<_> = (0..dice.between(1, 3)).map(|_| dice.pick(&IDENTIFIERS)).collect();
    some.join(".")
}

fn build(dice: &mut Dice) -> String {
    match dice.below(10) {
        0 | 1 => "+incompatible".to_owned(),
        2 => format!("+{}", identifiers(dice)),
        _ => String::new(),
    }
}

/// Two versions that are often near each other.
pub(crate) fn pair(dice: &mut Dice) -> [String; 2] {
    let first = any_version(dice);
    let second = if dice.chance(50) { sometimes_damaged(dice, 80, first.clone()) } else { version(dice) };
    [first, second]
}

pub(crate) fn list(dice: &mut Dice) -> Vec<String> {
    let length = dice.between(2, 12);
    let mut list: Vec<_> = (0..length).map(|_| any_version(dice)).collect();
    list.push(sometimes_damaged(dice, 50, list[0].clone()));
    list
}

/// A pseudo-version of one of the three forms, with times and revisions that are not always possible.
pub(crate) fn pseudo_version(dice: &mut Dice) -> String {
    let (major, minor, patch) = (number(dice), number(dice), number(dice));
    let (time, rev) = (time(dice), dice.pick(&REVISIONS));
    let base = match dice.below(4) {
        0 | 1 => format!("v{major}.0.0-"),
        2 => format!("v{major}.{minor}.{patch}-0."),
        _ => format!("v{major}.{minor}.{patch}-{}.0.", identifiers(dice)),
    };
    format!("{base}{time}-{rev}{}", build(dice))
}

pub(crate) fn any_pseudo_version(dice: &mut Dice) -> String {
    let version = pseudo_version(dice);
    sometimes_damaged(dice, 30, version)
}

/// Fourteen digits, mostly a real time.
fn time(dice: &mut Dice) -> String {
    let odd = [
        "00010101000000",
        "20240229235959",
        "20230229000000",
        "20241301000000",
        "20240100000000",
        "20240431000000",
        "20240101240000",
        "20240101006000",
        "20240101000060",
        "00000101000000",
        "2024010100000",
        "202401010000000",
        "19000229000000",
        "20000229000000",
        "99991231235959",
    ];
    if dice.chance(35) { dice.pick(&odd).to_owned() } else { real_time(dice) }
}

/// Fourteen digits of a time that exists.
fn real_time(dice: &mut Dice) -> String {
    let (year, month, day) = (dice.between(1, 9999), dice.between(1, 12), dice.between(1, 28));
    let (hour, minute, second) = (dice.below(24), dice.below(60), dice.below(60));
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

/// What a pseudo-version is made from: major, older version or nothing, time, revision. All are as they should be, since
/// x/mod joins them without a look.
pub(crate) fn pseudo_parts(dice: &mut Dice) -> [String; 4] {
    let major = dice.pick(&["", "v0", "v1", "v2", "v10"]).to_owned();
    let older = if dice.chance(40) { String::new() } else { canonical(dice) };
    let rev = dice.text("0123456789abcdef", 12, 12);
    [major, older, real_time(dice), rev]
}

/// A good canonical version.
pub(crate) fn canonical(dice: &mut Dice) -> String {
    let numbers: Vec<_> = (0..3).map(|_| dice.pick(&["0", "1", "2", "9", "10", "99", "1999"])).collect();
    let pre = dice.pick(&["", "", "", "-pre", "-rc.1", "-0", "-x-y.0"]);
    let build = dice.pick(&["", "", "", "+incompatible"]);
    format!("v{}{pre}{build}", numbers.join("."))
}

/// What a user may put after `@`: a version, a branch, a hash.
pub(crate) fn revision(dice: &mut Dice) -> String {
    let names =
        ["main", "release/x", "Feature-1", "con", "a.", "v1", "..", "abcdef123456", "größe", "a b", "x!y"];
    let revision = if dice.chance(50) { version(dice) } else { dice.pick(&names).to_owned() };
    sometimes_damaged(dice, 30, revision)
}

/// The `!` form of a revision.
pub(crate) fn escaped_revision(dice: &mut Dice) -> String {
    let revision = super::paths::escaped(&version(dice));
    sometimes_damaged(dice, 40, revision)
}
