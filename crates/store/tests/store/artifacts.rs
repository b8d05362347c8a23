//! What the writer that is killed puts, and what the judge of the crash tests expects to find.

use bytes::Bytes;
use source::conformance::asks_about;
use source::{Ask, Kind};

/// How many put at once, each into a module of its own.
pub(crate) const WRITERS: usize = 4;

/// The artifact number `number` of a writer: it says in its first 200 bytes which one it is ([`number_of`]), and its size and
/// filling follow from that.
///
/// A file that a crash left without a sidecar is looked at before it is taken in, so that what is put again and again, and
/// for a moment has none, is of the right form. The zips are not, and are never put twice; of the go.mod files, which are of
/// some size too, torn ones would be taken in.
pub(crate) fn content(ask: &Ask, number: usize) -> Bytes {
    let mark = format!("number {number} of {ask}");
    match ask.kind() {
        Kind::Zip => format!("{mark}\n{}", filling(number, 40_000)),
        Kind::Mod => format!("module {}\n// {mark}\n// {}\n", ask.module().unwrap(), filling(number, 1000)),
        _ => {
            let version = ask.version().map_or(format!("v1.{number}.0"), |at| at.version().to_string());
            format!(r#"{{"Version":"{version}","Mark":"{mark}","Filling":"{}"}}"#, filling(number, 0))
        }
    }
    .into()
}

/// Which artifact a content says it is.
#[allow(dead_code, reason = "the writer only makes them")]
pub(crate) fn number_of(content: &[u8]) -> Option<usize> {
    let head = String::from_utf8_lossy(&content[..content.len().min(200)]);
    head.split_once("number ")?.1.split(' ').next()?.parse().ok()
}

fn filling(number: usize, step: usize) -> String {
    let letter = |i: usize| char::from(b'a' + (i.wrapping_mul(number + 3) >> 3).to_le_bytes()[0] % 26);
    (0..60 + number.wrapping_mul(7919) % 17 * step).map(letter).collect()
}

/// What a writer puts, in turn: the three files of one version after another, with a branch and `@latest` in between.
pub(crate) fn questions(writer: usize, number: usize) -> [Ask; 5] {
    let module = format!("example.com/Writer{writer}");
    let [_, latest, info, go_mod, zip] = asks_about(&module, &format!("v1.{number}.0"));
    let branch = Ask::Info(latest.module().unwrap().clone(), "main".parse().unwrap());
    [go_mod, branch, zip, latest, info]
}
