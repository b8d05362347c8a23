//! What the writer that is killed puts, and what the judge of the crash tests expects to find.

use bytes::Bytes;
use source::conformance::asks_about;
use source::{Ask, Kind};

/// How many put at once, each into a module of its own.
pub(crate) const WRITERS: usize = 4;

/// The artifact number `number` of a writer: a header that says so, and a size and filling that follow from it. The zips are
/// none, so that one without a sidecar is not taken in; of the go.mod files, which are of some size too, torn ones are.
pub(crate) fn content(ask: &Ask, number: usize) -> Bytes {
    let step = match ask.kind() {
        Kind::Zip => 40_000,
        Kind::Mod => 1000,
        _ => 0,
    };
    let size = 60 + number.wrapping_mul(7919) % 17 * step;
    let mut content = format!("{number} {ask}\n").into_bytes();
    content.extend((0..size).map(|i| (i.wrapping_mul(number + 3) >> 3).to_le_bytes()[0]));
    content.into()
}

/// What a writer puts, in turn: the three files of one version after another, with a branch and `@latest` in between.
pub(crate) fn questions(writer: usize, number: usize) -> [Ask; 5] {
    let module = format!("example.com/Writer{writer}");
    let [_, latest, info, go_mod, zip] = asks_about(&module, &format!("v1.{number}.0"));
    let branch = Ask::Info(latest.module().clone(), "main".parse().unwrap());
    [go_mod, branch, zip, latest, info]
}
