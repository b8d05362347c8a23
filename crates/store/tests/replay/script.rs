//! What the recorded writer does, and what each of its contents is: shared by the writer and the judge.

use bytes::Bytes;
use gomod::{H1, ModuleVersion};
use source::conformance::asks_about;
use source::{Ask, Subject};
use testkit::Module;
use testkit::module::noise;

/// How many write at once, each into a module of its own.
pub(crate) const WRITERS: usize = 2;

/// One thing that is done to the store. A content is known by its number and its question.
pub(crate) enum Step {
    /// Puts content number so and so.
    Put(Ask, usize),
    /// Forgets what is kept.
    Remove(Ask),
    /// Sees hash number so and so, the first of this question.
    Witness(Hashed, u8),
    /// Accepts hash number so and so.
    Accept(Hashed, u8),
}

/// A hash that is remembered.
pub(crate) type Hashed = (ModuleVersion, Subject);

/// How a hash is called between the writer and the judge.
pub(crate) fn name_of((module, subject): &Hashed) -> String {
    format!("h1-of:{}", subject.ask(module).address())
}

/// The hash `number`.
pub(crate) fn h1(number: u8) -> H1 {
    H1::from_bytes([number; 32])
}

/// The two lives of the data folder: between them the store is closed in peace and opened again.
pub(crate) fn lives(writer: usize) -> [Vec<Step>; 2] {
    let [_, latest, info, go_mod, zip] = asks_about(&module(writer), "v1.1.0");
    let [_, _, later_info, later_mod, later_zip] = asks_about(&module(writer), "v1.2.0");
    let branch =
        Ask::Info(info.module().expect("it is about a module").clone(), "main".parse().expect("a revision"));
    let put = |ask: &Ask, number| Step::Put(ask.clone(), number);
    let hashed = |version, subject| -> Hashed {
        (ModuleVersion::parse(&module(writer), version).expect("a module"), subject)
    };
    let (zip_hash, mod_hash) = (hashed("v1.1.0", Subject::Zip), hashed("v1.1.0", Subject::GoMod));
    let first = vec![
        Step::Witness(zip_hash.clone(), 1),
        put(&go_mod, 1),
        put(&latest, 2),
        Step::Witness(mod_hash.clone(), 2),
        Step::Accept(zip_hash, 3),
        put(&zip, 3),
        put(&info, 4),
        put(&latest, 5),
        // The same once more: only its sidecar is new.
        put(&latest, 5),
        put(&branch, 6),
        put(&zip, 8),
        put(&later_mod, 9),
    ];
    let second = vec![
        Step::Witness(hashed("v1.2.0", Subject::Zip), 4),
        Step::Accept(mod_hash, 5),
        put(&later_zip, 11),
        put(&branch, 12),
        put(&later_info, 13),
        Step::Remove(info.clone()),
        Step::Remove(zip.clone()),
        put(&zip, 15),
        put(&info, 16),
        put(&go_mod, 17),
        Step::Remove(latest.clone()),
        put(&later_zip, 20),
    ];
    [first, second]
}

/// Every question that anything is ever put for.
pub(crate) fn questions() -> Vec<Ask> {
    let asked = |step| match step {
        Step::Put(ask, _) | Step::Remove(ask) => Some(ask),
        Step::Witness(..) | Step::Accept(..) => None,
    };
    let mut asks: Vec<Ask> = steps().filter_map(asked).collect();
    asks.sort_by_key(Ask::address);
    asks.dedup();
    asks
}

/// Every hash that is ever remembered.
pub(crate) fn hashes() -> Vec<Hashed> {
    let hashed = |step| match step {
        Step::Witness(hashed, _) | Step::Accept(hashed, _) => Some(hashed),
        Step::Put(..) | Step::Remove(_) => None,
    };
    let mut sums: Vec<Hashed> = steps().filter_map(hashed).collect();
    sums.sort();
    sums.dedup();
    sums
}

fn steps() -> impl Iterator<Item = Step> {
    (0..WRITERS).flat_map(|writer| lives(writer).into_iter().flatten())
}

/// The module of a writer.
pub(crate) fn module(writer: usize) -> String {
    format!("example.com/Writer{writer}")
}

/// The content `number` of a question. All are of the right form, because the store looks at a file that has lost its sidecar;
/// zips and go.mod files with an odd number are too large to be spooled in memory. These go.mod files are written in pieces, and
/// the first alone is one too, so that a torn one can be found.
pub(crate) fn content(ask: &Ask, number: usize) -> Bytes {
    match ask {
        Ask::Zip(at) => {
            let go_mod = format!("module {}\n", at.path());
            let size = if number.is_multiple_of(2) { 200 } else { 70_000 };
            let module = Module::new(at.path().to_string(), at.version().to_string()).file("go.mod", go_mod);
            module.file("noise", noise(size)).file("n", number.to_string()).zip()
        }
        Ask::Mod(at) => {
            let more = "x".repeat(if number.is_multiple_of(2) { 3000 } else { 130_000 });
            format!("module {}\n// {number} {more}\n", at.path()).into()
        }
        ask => {
            let version = ask.version().map_or("v1.1.0".to_owned(), |at| at.version().to_string());
            format!(r#"{{"Version":"{version}","Number":{number}}}"#).into()
        }
    }
}
