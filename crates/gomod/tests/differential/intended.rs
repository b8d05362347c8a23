//! Every difference from Go that is meant, with its reason. Nothing else may differ, and each must occur.
//!
//! Two more stand where they are made: characters that the Go in use is too old to know (`characters`), and lists whose
//! order x/mod leaves open (`functions::names`, `module_list`).

use std::collections::BTreeMap;

use gomod::ModuleVersion;
use gomod::dirhash::hash_zip;
use gomod::glob::PATTERN_BYTES_MAX;
use gomod::goproxy::{ListFlaw, UrlFlaw};
use gomod::gosum::{GoSumError, GoSumFlaw};
use gomod::gosumdb::{Lookup, LookupError, SumDbError};
use gomod::tlog::{TilePath, TilePathError};
use gomod::zip::{self, ZipError};
use serde_json::{Value, json};

use crate::functions::create;
use crate::grammar::{trees, zips};
use crate::hits::variant;
use crate::question::{Answer, Question};

/// Where we refuse what x/mod takes, and why: zips by the error that we give, and one limit.
pub(crate) const X_MOD: &[(&str, &str)] = &[
    ("TilePathError::Height", "every database has tiles of height 8; go's client asks for no other"),
    ("TilePathError::OutOfRange", "x/mod takes levels and places that no tree of 64 bits of records has"),
    ("LookupError::Id", "x/mod takes a sign and leading zeros, which no database writes"),
    (
        LISTED_TWICE,
        "no repository lists a path twice; x/mod loses the second when the first is a link, without a word",
    ),
    (LONG_PATTERN, "matching a pattern without a limit costs the product of two lengths"),
    (
        XML_NAME,
        "go gives up at names with letters that XML's fourth edition does not have; its tables are long",
    ),
    ("Overlap", "many entries on the same bytes make a zip bomb; no honest writer does it"),
    ("Encrypted", "Go reads the ciphertext as if it were content"),
    ("Method", "x/mod sees it only when it unpacks; we say so before a zip is kept"),
    ("NotUtf8", "no module can hold such a name; x/mod hashes it all the same when the zip is not checked"),
    ("DirectoryContent", "x/mod sees it only when it unpacks"),
    ("Directory", "Go finds its way through a zip with something before it, or with a wrong end record"),
    (
        MALFORMED,
        "Go forgives a directory that runs into its end record or does not lie where that says; no writer makes one",
    ),
];

/// A page with a name that XML's fourth edition does not allow, but its fifth.
const XML_NAME: &str = "XmlName";

/// This one is meant only where the generator changed bytes at random: a zip that was written as it should be is whole.
const MALFORMED: &str = "Malformed";

/// A path that is listed twice, first not as a regular file.
const LISTED_TWICE: &str = "ListedTwice";

/// A pattern over its limit.
const LONG_PATTERN: &str = "LongPattern";

/// Where we refuse what the go command takes, by the error that we give, and why.
pub(crate) const GO_COMMAND: &[(&str, &str)] = &[
    ("UrlFlaw::NoHost", "go finds out only when it makes a request, which then fails"),
    ("GoSumFlaw::NotUtf8", "go keeps lines that are no text, but no module has such a name"),
    (
        "SumDbError::Url",
        "go takes any text for the URL and finds out when it makes a request, which then fails",
    ),
];

/// Errors that no comparison can reach, and why.
const OUT_OF_REACH: &[(&str, &str)] = &[
    ("ZipError::Io", "the zips lie in memory, which cannot fail"),
    ("ZipError::ZipTooLarge", "half a gigabyte for one input; a unit test has it"),
    ("ZipError::DirectoryTooLarge", "64 megabytes for one input; a unit test has it"),
    (
        "RecordsError::TooMany",
        "x/mod has no function for a whole data tile, so it has no limit; a unit test has it",
    ),
    ("RepositoryError::Reserved", "go has these two not in its table but in its code; a unit test has them"),
    ("Problem::TooManyLines", "50,000 lines for one input; a unit test has it"),
];

/// Counts the differences that are meant, by reason.
#[derive(Default)]
pub(crate) struct Intended(BTreeMap<String, usize>);

impl Intended {
    /// Whether this difference is meant. If so it is counted.
    pub(crate) fn is(&mut self, question: &Question, theirs: &Answer, ours: &Answer) -> bool {
        let reasons = match question.function {
            "zip" => stricter_zip(question, theirs, ours),
            "create" => stricter_selection(question, theirs),
            "glob" => stricter_pattern(question, ours),
            "tile_path" => stricter_tile_path(question, ours),
            "lookup" => stricter_lookup(question, theirs),
            "go_imports" => wider_names(question, theirs),
            _ => None,
        };
        let meant = reasons.is_some();
        for reason in reasons.into_iter().flatten() {
            self.note(reason);
        }
        meant
    }

    /// Counts a difference from the go command if it is meant.
    pub(crate) fn is_meant(&mut self, reason: Option<&'static str>) -> bool {
        let meant = reason.filter(|reason| GO_COMMAND.iter().any(|(name, _)| name == reason));
        if let Some(reason) = meant {
            self.note(reason.to_owned());
        }
        meant.is_some()
    }

    fn note(&mut self, reason: String) {
        *self.0.entry(reason).or_default() += 1;
    }

    /// Every reason of a table with its count.
    pub(crate) fn all(&self, table: &[(&str, &str)]) -> Vec<(String, usize)> {
        let count =
            |&(name, _): &(&str, &str)| (name.to_owned(), self.0.get(name).copied().unwrap_or_default());
        table.iter().map(count).collect()
    }
}

/// Only where x/mod takes what is listed as well without the second of the two.
fn stricter_selection(question: &Question, theirs: &Answer) -> Option<Vec<String>> {
    let texts = question.args.texts();
    let (files, _) = texts.as_chunks::<3>();
    let is_repeated = |index: usize| {
        files[..index].iter().any(|[kind, path, _]| *path == files[index][1] && *kind != trees::FILE)
    };
    let once: Vec<_> =
        (0..files.len()).filter(|&index| !is_repeated(index)).map(|index| files[index]).collect();
    let names: Vec<_> = create::chosen(&once).ok()?.iter().map(|[_, path, _]| *path).collect();
    let meant = once.len() < files.len() && theirs.as_ref().ok()?[0] == json!(names);
    meant.then(|| vec![LISTED_TWICE.to_owned()])
}

fn stricter_pattern(question: &Question, ours: &Answer) -> Option<Vec<String>> {
    let meant = ours.is_err() && question.args.bytes(0).len() > PATTERN_BYTES_MAX;
    meant.then(|| vec![LONG_PATTERN.to_owned()])
}

fn stricter_tile_path(question: &Question, ours: &Answer) -> Option<Vec<String>> {
    let error = TilePath::parse(question.args.text(0)).err().filter(|_| ours.is_err())?;
    let meant = !matches!(error, TilePathError::Malformed(_));
    meant.then(|| vec![format!("TilePathError::{}", variant(&error))])
}

/// Only letters may be the reason: with others that neither edition allows, we must agree.
fn wider_names(question: &Question, theirs: &Answer) -> Option<Vec<String>> {
    let page = String::from_utf8(question.args.bytes(0).to_vec()).ok()?;
    let in_both = |c: char| c.is_ascii() || c.is_whitespace() || "éüö".contains(c);
    let page: String = page.chars().map(|c| if in_both(c) { c } else { '×' }).collect();
    (crate::functions::repository::go_imports(page.as_bytes()) == *theirs).then(|| vec![XML_NAME.to_owned()])
}

/// Only the spelling of the number may be the reason: x/mod must agree once that is as it should be.
fn stricter_lookup(question: &Question, theirs: &Answer) -> Option<Vec<String>> {
    let number = theirs.as_ref().ok()?.get(0)?.as_str()?;
    let first_line = question.args.bytes(0).split(|&byte| byte == b'\n').next()?;
    let respelled = first_line != number.as_bytes() || number.starts_with('-');
    let is_id = Lookup::parse(question.args.bytes(0)) == Err(LookupError::Id);
    (is_id && respelled).then(|| vec!["LookupError::Id".to_owned()])
}

/// The reasons for all parts in which the answers differ; None when a part differs without one.
fn stricter_zip(question: &Question, theirs: &Answer, ours: &Answer) -> Option<Vec<String>> {
    let [(theirs_checked, theirs_h1), (ours_checked, ours_h1)] = [theirs, ours].map(parts);
    let mut reasons = Vec::new();
    if theirs_checked != ours_checked {
        reasons.push(check_error(question).filter(|_| theirs_checked)?);
    }
    if theirs_h1 != ours_h1 {
        reasons.push(hash_error(question).filter(|_| ours_h1.is_null())?);
    }
    let damaged = question.args.bytes(3) == zips::DAMAGED;
    let listed =
        |reason: &String| X_MOD.iter().any(|(name, _)| name == reason) && (damaged || reason != MALFORMED);
    reasons.iter().all(listed).then_some(reasons)
}

/// Whether the directory passed, and the hash or null.
fn parts(answer: &Answer) -> (bool, &Value) {
    match answer {
        Ok(h1) => (true, h1),
        Err(detail) => (detail["checked"] == Value::Bool(true), &detail["h1"]),
    }
}

fn check_error(question: &Question) -> Option<String> {
    let module = ModuleVersion::parse(question.args.text(0), question.args.text(1)).ok()?;
    let zip = question.args.bytes(2);
    zip::check(&module, zip, zip.len().try_into().ok()?).err().as_ref().map(variant::<ZipError>)
}

fn hash_error(question: &Question) -> Option<String> {
    let zip = question.args.bytes(2);
    hash_zip(zip, zip.len().try_into().ok()?).err().as_ref().map(variant::<ZipError>)
}

/// Why we may refuse a GOPROXY list that go takes.
pub(crate) fn stricter_list(flaw: &ListFlaw) -> Option<&'static str> {
    match flaw {
        ListFlaw::Item { flaw: UrlFlaw::NoHost, .. } => Some("UrlFlaw::NoHost"),
        _ => None,
    }
}

/// Why we may refuse a go.sum that go takes, or refuse it at an earlier line than go does.
pub(crate) fn stricter_sum(theirs: Option<usize>, ours: &GoSumError) -> Option<&'static str> {
    let earlier = theirs.is_none_or(|line| line >= ours.line);
    (earlier && ours.flaw == GoSumFlaw::NotUtf8).then_some("GoSumFlaw::NotUtf8")
}

/// Why we may refuse a GOSUMDB that go takes.
pub(crate) fn stricter_sum_db(error: &SumDbError) -> Option<&'static str> {
    matches!(error, SumDbError::Url(_)).then_some("SumDbError::Url")
}

/// Whether an error variant need not be reached; then it must not be.
pub(crate) fn is_out_of_reach(variant: &str) -> bool {
    OUT_OF_REACH.iter().any(|(name, _)| *name == variant)
}
