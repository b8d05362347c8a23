//! Which error variants of ours the inputs reached.
//!
//! The variants to be reached are read from the source of each error enum, so that a new one cannot be forgotten. A
//! variant is named by what its `Debug` form begins with, which is its name in the source.

use std::collections::BTreeMap;
use std::fmt::Debug;

use gomod::version::VersionFlaw;
use gomod::{ModuleError, PathError, VersionError};

/// An error enum, or an error struct, which counts as its only variant, and the text of the file that defines it.
pub(crate) struct Enum {
    name: &'static str,
    source: &'static str,
}

/// What the comparison with x/mod has to reach.
pub(crate) const X_MOD: &[Enum] = &[
    Enum { name: "PathFlaw", source: include_str!("../../src/path/error.rs") },
    Enum { name: "VersionFlaw", source: include_str!("../../src/version/error.rs") },
    Enum { name: "ModuleError", source: include_str!("../../src/module.rs") },
    Enum { name: "ZipError", source: include_str!("../../src/zip/error.rs") },
    Enum { name: "Collision", source: include_str!("../../src/zip/collision.rs") },
    Enum { name: "SelectError", source: include_str!("../../src/zip/select/error.rs") },
    Enum { name: "H1Error", source: include_str!("../../src/dirhash/h1.rs") },
    Enum { name: "HashError", source: include_str!("../../src/dirhash/files.rs") },
    Enum { name: "KeyError", source: include_str!("../../src/gosumdb/key.rs") },
    Enum { name: "NoteError", source: include_str!("../../src/note/open.rs") },
    Enum { name: "SignerKeyError", source: include_str!("../../src/note/signer.rs") },
    Enum { name: "SignError", source: include_str!("../../src/note/signer.rs") },
    Enum { name: "TreeHeadError", source: include_str!("../../src/tlog/head.rs") },
    Enum { name: "TilePathError", source: include_str!("../../src/tlog/path.rs") },
    Enum { name: "LookupError", source: include_str!("../../src/gosumdb/records.rs") },
    Enum { name: "RecordsError", source: include_str!("../../src/gosumdb/records.rs") },
    Enum { name: "RepositoryError", source: include_str!("../../src/repository/error.rs") },
    Enum { name: "GoVcsError", source: include_str!("../../src/repository/govcs.rs") },
    Enum { name: "MatchError", source: include_str!("../../src/repository/imports.rs") },
    Enum { name: "TagError", source: include_str!("../../src/repository/imports/check.rs") },
    Enum { name: "Problem", source: include_str!("../../src/modfile/error.rs") },
];

/// What the comparison with the go command has to reach.
pub(crate) const GO_COMMAND: &[Enum] = &[
    Enum { name: "ListFlaw", source: include_str!("../../src/goproxy/list.rs") },
    Enum { name: "UrlFlaw", source: include_str!("../../src/goproxy/url.rs") },
    Enum { name: "GoSumFlaw", source: include_str!("../../src/gosum/parse.rs") },
    Enum { name: "SumDbError", source: include_str!("../../src/gosumdb/setting.rs") },
];

/// How often each variant was reached, by `Enum::Variant`.
#[derive(Default)]
pub(crate) struct Hits(BTreeMap<String, usize>);

impl Hits {
    pub(crate) fn note(&mut self, name: &'static str, error: &impl Debug) {
        *self.0.entry(format!("{name}::{}", variant(error))).or_default() += 1;
    }

    pub(crate) fn path(&mut self, error: &PathError) {
        self.note("PathFlaw", &error.flaw);
    }

    pub(crate) fn version(&mut self, error: &VersionError) {
        self.note("VersionFlaw", &error.flaw);
        if let VersionFlaw::Disallowed(flaw) = &error.flaw {
            self.note("PathFlaw", flaw);
        }
    }

    pub(crate) fn module(&mut self, error: &ModuleError) {
        self.note("ModuleError", error);
        match error {
            ModuleError::Path(error) => self.path(error),
            ModuleError::Version { error, .. } => self.version(error),
        }
    }

    /// Every variant of these enums with its count, as the source has them.
    pub(crate) fn all(&self, enums: &'static [Enum]) -> Vec<(String, usize)> {
        let names = enums.iter().flat_map(|of| {
            let variants = variants(of);
            assert!(!variants.is_empty(), "no enum {} where it is looked for", of.name);
            variants.into_iter().map(move |variant| format!("{}::{variant}", of.name))
        });
        names.map(|name| (name.clone(), self.0.get(&name).copied().unwrap_or_default())).collect()
    }
}

/// The name of the variant of an error.
pub(crate) fn variant<T: Debug>(error: &T) -> String {
    format!("{error:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// The names of the variants: the words that rustfmt leaves alone at the first indentation of the enum.
fn variants(of: &Enum) -> Vec<&'static str> {
    if of.source.contains(&format!("pub struct {}(", of.name)) {
        return vec![of.name];
    }
    let start = of.source.find(&format!("pub enum {} {{\n", of.name)).unwrap_or(of.source.len());
    let body = of.source[start..].lines().skip(1).take_while(|line| *line != "}");
    let words =
        body.filter_map(|line| line.strip_prefix("    ").filter(|word| word.starts_with(char::is_uppercase)));
    words.map(|word| word.split(['(', '{', ',', ' ']).next().unwrap_or(word)).collect()
}
