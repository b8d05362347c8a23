//! The manifest of a snapshot: a signed note that says which list of files belongs to which modules.
//!
//! ```text
//! modkeep vendor snapshot v1
//! module example.com/app
//! files 812
//! sha256 0f3c…
//!
//! — name base64
//! ```
//!
//! `sha256` is the hash of `.checksums`, which names every file with its hash, modules.txt among them. So a signature over four lines
//! vouches for all of it. The module lines bind it to a project: a snapshot of another one is refused, whoever signed it.

use std::collections::BTreeSet;

use gomod::gosumdb::VerifierKey;
use gomod::note::{Note, SignError, SignerKey};

use super::digest::Digest;
use super::error::VendorError;
use super::list::List;

/// The first line. Another form gets another number.
const TITLE: &str = "modkeep vendor snapshot v1";

/// The longest manifest that is read: one line for each module of a workspace, and the signatures.
pub(super) const MANIFEST_BYTES_MAX: u64 = 1 << 20;

/// What was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The main modules, sorted; at least one.
    pub(super) modules: Vec<String>,
    /// How many files there are; at least one.
    pub(super) files: usize,
    /// The hash of `.checksums`.
    pub(super) list: Digest,
}

impl Manifest {
    /// What is to be signed for this list.
    pub(super) fn of(modules: Vec<String>, list: &List) -> Self {
        Self { modules, files: list.files().len(), list: Digest::of(&list.to_text()) }
    }

    /// The signed note.
    pub(super) fn sign(&self, key: &SignerKey) -> Result<String, SignError> {
        key.sign(&self.to_text())
    }

    /// Takes a note that a trusted key has signed.
    pub(super) fn open(note: &[u8], trusted: &[VerifierKey]) -> Result<Self, VendorError> {
        let note = Note::open(note, trusted).map_err(VendorError::Unsigned)?;
        Self::parse(note.text()).ok_or(VendorError::Manifest)
    }

    fn to_text(&self) -> String {
        let mut lines = vec![TITLE.to_owned()];
        lines.extend(self.modules.iter().map(|path| format!("module {path}")));
        lines.extend([format!("files {}", self.files), format!("sha256 {}\n", self.list)]);
        lines.join("\n")
    }

    /// Reads exactly what [`Manifest::to_text`] writes.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().skip(1).peekable();
        let mut modules = Vec::new();
        while let Some(path) = lines.peek().and_then(|line| line.strip_prefix("module ")) {
            modules.push(path.to_owned());
            lines.next();
        }
        let files = lines.next()?.strip_prefix("files ")?.parse().ok()?;
        let list = Digest::parse(lines.next()?.strip_prefix("sha256 ")?.as_bytes())?;
        let manifest = Self { modules, files, list };
        let is_something = files > 0 && !manifest.modules.is_empty();
        (is_something && manifest.to_text() == text).then_some(manifest)
    }

    /// Refuses a snapshot of other modules than these.
    pub(super) fn check_modules(&self, wanted: &[String]) -> Result<(), VendorError> {
        if self.modules.iter().collect::<BTreeSet<_>>() == wanted.iter().collect() {
            return Ok(());
        }
        Err(VendorError::Foreign { found: self.modules.join(", "), wanted: wanted.join(", ") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gomod::note::NoteError;

    fn key(seed: u8) -> SignerKey {
        SignerKey::from_seed("t.example", [seed; 32]).unwrap()
    }

    fn manifest() -> Manifest {
        Manifest {
            modules: vec!["example.com/a".into(), "example.com/b".into()],
            files: 3,
            list: Digest::of(b"x"),
        }
    }

    #[test]
    fn what_a_trusted_key_signed_is_read() {
        let note = manifest().sign(&key(1)).unwrap();
        assert_eq!(Manifest::open(note.as_bytes(), &[key(1).verifier()]).unwrap(), manifest());
        for trusted in [vec![], vec![key(2).verifier()]] {
            let error = Manifest::open(note.as_bytes(), &trusted).unwrap_err();
            assert!(matches!(error, VendorError::Unsigned(NoteError::Unknown(_))), "{error}");
        }
    }

    #[test]
    fn only_the_one_spelling_is_understood() {
        let good = manifest().to_text();
        assert_eq!(Manifest::parse(&good), Some(manifest()));
        for bad in [
            good.replace("v1", "v2"),
            good.replace("files 3", "files 0"),
            good.replace("files 3", "files 03"),
            good.replace("module example.com/a\nmodule example.com/b\n", ""),
            format!("{good}more\n"),
            String::new(),
        ] {
            assert_eq!(Manifest::parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_snapshot_is_for_its_modules_alone() {
        let paths = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
        assert!(manifest().check_modules(&paths(&["example.com/b", "example.com/a"])).is_ok());
        for other in [&["example.com/a"][..], &[], &["example.com/a", "example.com/b", "example.com/c"]] {
            assert!(matches!(manifest().check_modules(&paths(other)), Err(VendorError::Foreign { .. })));
        }
    }
}
