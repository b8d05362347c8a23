//! Every difference from Go that is meant, with its reason. Nothing else may differ, and each must occur.
//!
//! Two more stand where they are made: characters that the Go in use is too old to know (`characters`), and lists whose
//! order x/mod leaves open (`functions::names`, `module_list`).

use std::collections::BTreeMap;

use gomod::ModuleVersion;
use gomod::dirhash::hash_zip;
use gomod::goproxy::{ListFlaw, UrlFlaw};
use gomod::gosum::{GoSumError, GoSumFlaw};
use gomod::zip::{self, ZipError};
use serde_json::Value;

use crate::grammar::zips;
use crate::hits::variant;
use crate::question::{Answer, Question};

/// Zips that we refuse though x/mod takes them, by the error that we give, and why.
const STRICTER_ZIPS: &[(&str, &str)] = &[
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

/// This one is meant only where the generator changed bytes at random: a zip that was written as it should be is whole.
const MALFORMED: &str = "Malformed";

/// Errors that no comparison can reach, and why.
const OUT_OF_REACH: &[(&str, &str)] = &[
    ("ZipError::Io", "the zips lie in memory, which cannot fail"),
    ("ZipError::ZipTooLarge", "half a gigabyte for one input; a unit test has it"),
    ("ZipError::DirectoryTooLarge", "64 megabytes for one input; a unit test has it"),
];

/// Counts the differences that are meant, by reason.
#[derive(Default)]
pub(crate) struct Intended(BTreeMap<String, usize>);

impl Intended {
    /// Whether this difference is meant. If so it is counted.
    pub(crate) fn is(&mut self, question: &Question, theirs: &Answer, ours: &Answer) -> bool {
        let reasons = if question.function == "zip" { stricter_zip(question, theirs, ours) } else { None };
        let meant = reasons.is_some();
        reasons.into_iter().flatten().for_each(|reason| *self.0.entry(reason).or_default() += 1);
        meant
    }

    /// Every reason with its count.
    pub(crate) fn all(&self) -> Vec<(String, usize)> {
        let count =
            |&(name, _): &(&str, &str)| (name.to_owned(), self.0.get(name).copied().unwrap_or_default());
        STRICTER_ZIPS.iter().map(count).collect()
    }
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
    let listed = |reason: &String| {
        STRICTER_ZIPS.iter().any(|(name, _)| name == reason) && (damaged || reason != MALFORMED)
    };
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

/// GOPROXY lists that we refuse though go takes them.
pub(crate) fn is_stricter_list(flaw: &ListFlaw) -> bool {
    match flaw {
        // go finds out only when it makes a request, which then fails.
        ListFlaw::Item { flaw, .. } => matches!(flaw, UrlFlaw::NoHost),
        ListFlaw::Empty => false,
    }
}

/// go.sum files that we refuse though go takes them, or at an earlier line than it does: go keeps lines that are no text,
/// but no module has such a name.
pub(crate) fn is_stricter_sum(theirs: Option<usize>, ours: &GoSumError) -> bool {
    ours.flaw == GoSumFlaw::NotUtf8 && theirs.is_none_or(|line| line >= ours.line)
}

/// Whether an error variant need not be reached; then it must not be.
pub(crate) fn is_out_of_reach(variant: &str) -> bool {
    OUT_OF_REACH.iter().any(|(name, _)| *name == variant)
}
