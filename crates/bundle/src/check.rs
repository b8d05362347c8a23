//! Whether a file is the one that was signed: its SHA-256, its form, and for a `.mod` or `.zip` its content hash.

use sha2::{Digest, Sha256};
use source::form;

use crate::BundleError;
use crate::manifest::{FileEntry, hex};
use crate::paths::{self, Meaning};
use crate::section::Section;

/// Reads the file to its end. Blocks.
pub(crate) fn content(entry: &FileEntry, section: &Section) -> Result<(), BundleError> {
    let wrong = |flaw: String| BundleError::Content { path: entry.path.clone(), flaw };
    let mut hash = Sha256::new();
    section.each_piece(|piece| hash.update(piece))?;
    let found = hex(&hash.finalize().into());
    if found != entry.sha256 {
        return Err(wrong(format!("its SHA-256 is {found}")));
    }
    let Some(Meaning::Answer(ask)) = paths::meaning(&entry.path) else { return Ok(()) };
    let h1 = form::check(&ask, section, section.size).map_err(|error| wrong(error.to_string()))?;
    let h1 = h1.map(|h1| h1.to_string());
    if h1 == entry.h1 {
        return Ok(());
    }
    let shown = |h1: Option<&String>| h1.map_or("none", String::as_str).to_owned();
    Err(wrong(format!(
        "its content hash is {} and was to be {}",
        shown(h1.as_ref()),
        shown(entry.h1.as_ref())
    )))
}
