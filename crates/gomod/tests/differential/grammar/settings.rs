//! GOPROXY lists, GOSUMDB values and go.sum files.

use super::{keys, paths, sometimes_damaged, versions};
use crate::dice::Dice;

const PLACES: [&str; 40] = [
    "file:/none",
    "FILE:///none",
    "HTTPS://proxy.test",
    "https://user@proxy.test",
    "https://u:p@x@proxy.test",
    "https://proxy.test?q#f",
    "https://proxy.test",
    "https://proxy.test/go",
    "http://proxy.test:8080/x",
    "proxy.test",
    "proxy.test/go",
    "localhost:1",
    "file:///none",
    "file:///none/at/all",
    "direct",
    "off",
    "https://user:secret@proxy.test",
    "https://[::1]:1/x",
    "https://[fe80::1%25en0]/",
    "foo",
    "Direct",
    "/none",
    "./none",
    "C:/none",
    "ftp://proxy.test",
    "ssh:x",
    "https://",
    "https:",
    "https:/proxy.test",
    "file://host/none",
    "file:///none?x",
    "file:///none#x",
    "file:none",
    "https://proxy.test:port",
    "https://[::1",
    "https://a b/",
    "https://proxy.test/a b",
    "https://proxy.test/%zz",
    "https://proxy.test/%2f",
    "://x",
];

const SEPARATORS: [&str; 6] = [",", "|", ",", "|", ", ", " ,, |"];

/// A list that is never empty, since an empty variable is as good as none, and holds no NUL, which no variable can.
pub(crate) fn proxy_list(dice: &mut Dice) -> String {
    let mut list = String::from(dice.pick(&["", "", "", " ", ","]));
    for _ in 0..dice.between(0, 3) {
        let place = dice.pick(&PLACES).to_owned();
        list.push_str(&sometimes_damaged(dice, 15, place));
        list.push_str(dice.pick(&SEPARATORS));
    }
    let list = list.replace('\0', "");
    if list.is_empty() { "|".to_owned() } else { list }
}

const DATABASES: [&str; 8] = [
    "",
    "off",
    "off",
    "sum.golang.org",
    "sum.golang.google.cn",
    "sum.example.org",
    "OFF",
    "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
];

/// Names that have a good key and give no address, or an odd one.
const DATABASE_NAMES: [&str; 8] =
    ["localhost/db", "db.test", "db.test/", "db.test?q", "db.test#f", "u@db.test", "db.test/%2f", ":x"];

const SPACES: [&str; 5] = [" ", "\t", "\u{a0}", "  ", "\n"];

/// A value that is never empty, since an empty variable is as good as none.
pub(crate) fn sum_db(dice: &mut Dice) -> String {
    let key = match dice.below(3) {
        0 => keys::good_key(dice.pick(&DATABASE_NAMES)),
        1 => keys::verifier_key(dice),
        _ => dice.pick(&DATABASES).to_owned(),
    };
    let mut value = sometimes_damaged(dice, 10, key);
    if dice.chance(30) {
        value.push_str(dice.pick(&SPACES));
        let place = dice.pick(&PLACES).to_owned();
        value.push_str(&sometimes_damaged(dice, 15, place));
    }
    if dice.chance(15) {
        value.insert_str(0, dice.pick(&SPACES));
    }
    if dice.chance(15) {
        value.push_str(dice.pick(&SPACES));
    }
    let value = value.replace('\0', "");
    if value.is_empty() { " ".to_owned() } else { value }
}

/// A go.sum with good lines, odd lines and odd spaces.
pub(crate) fn go_sum(dice: &mut Dice) -> Vec<u8> {
    let mut file = Vec::new();
    for _ in 0..dice.below(6) {
        file.extend(sum_line(dice));
        file.extend_from_slice(dice.pick(&["\n", "\n", "\n", "\r\n", "\n\n", " \t\n", ""]).as_bytes());
    }
    file
}

fn sum_line(dice: &mut Dice) -> Vec<u8> {
    let space = dice.pick(&[" ", " ", "  ", "\t", "\u{a0}", "\u{2003}", "\u{b}", "\u{200b}"]);
    let path = paths::good_module_path(dice);
    let version = versions::canonical(dice) + dice.pick(&["", "/go.mod"]);
    let hash =
        dice.pick(&["h1:x=", "h2:y", "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=", "h1:x= more", ""]);
    let mut line = format!("{path}{space}{version}{space}{hash}").into_bytes();
    if dice.chance(8) {
        line.push(0xff);
    }
    line
}
