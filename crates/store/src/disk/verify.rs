//! Reading an artifact to its end and comparing all that its sidecar says, for whoever wants to know now. Changes nothing and
//! needs no lock.

use std::fs::File;
use std::io;
use std::path::Path;

use gomod::zip::ZipError;
use gomod::{H1, dirhash};
use source::Ask;
use source::form::FormError;

use super::damage::is_same_file;
use super::fingerprint::Fingerprint;
use super::layout::{Layout, sidecar_of};
use super::publish::is_absent;
use super::read::open_regular;
use super::sidecar::{Sidecar, Unreadable};
use super::stranger::{Content, look_into};
use crate::StoreError;

/// How often an artifact is looked at again that was replaced meanwhile: a second time mostly does.
const LOOKS: usize = 5;

/// What a kept artifact turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// What it was when it was put: size, SHA-256, block checksums and content hash. With the content hash of a zip or go.mod,
    /// computed just now.
    Whole(Option<H1>),
    /// No sidecar that this release can read speaks for it; a zip is at least a good one. With the same hash.
    Unvouched(Option<H1>),
    /// Not what it was, and why.
    Damaged(String),
    /// Not there any more.
    Gone,
}

/// Reads the artifact of a question in the data folder `root`, and says of each piece that it reads how many bytes it has.
/// A process may be using the folder. Blocks.
///
/// # Errors
/// The file cannot be read.
pub fn verify(root: &Path, ask: &Ask, read: &mut dyn FnMut(u64)) -> Result<Verdict, StoreError> {
    let path = Layout::new(root).artifact(ask);
    look(ask, &path, read).map_err(StoreError::io("read", &path))
}

/// The content hash of the zip or go.mod that is kept for a question, computed now, whatever speaks for it; `None` when it has none,
/// or is not there. Blocks.
///
/// # Errors
/// The file cannot be read.
pub fn hash_of(root: &Path, ask: &Ask) -> Result<Option<H1>, StoreError> {
    let path = Layout::new(root).artifact(ask);
    let hash = || match open_regular(&path)? {
        Some(file) => Ok(h1_of(ask, &file)?.and_then(Result::ok)),
        None => Ok(None),
    };
    hash().map_err(StoreError::io("read", &path))
}

fn look(ask: &Ask, path: &Path, read: &mut dyn FnMut(u64)) -> io::Result<Verdict> {
    let mut verdict = Verdict::Gone;
    for _ in 0..LOOKS {
        let Some(file) = open_regular(path)? else { return Ok(Verdict::Gone) };
        verdict = compare(ask, &file, &sidecar_of(path), read)?;
        // The sidecar may have been that of a file that was put in its place.
        if !matches!(verdict, Verdict::Damaged(_)) || is_same_file(&file, path) {
            break;
        }
    }
    Ok(verdict)
}

fn compare(ask: &Ask, file: &File, sidecar: &Path, read: &mut dyn FnMut(u64)) -> io::Result<Verdict> {
    match Sidecar::read(sidecar) {
        Ok((Ok(sidecar), _)) => whole(ask, file, &sidecar, read),
        Ok((Err(Unreadable::Damaged), _)) => {
            Ok(Verdict::Damaged("its sidecar is damaged, nothing vouches for it".to_owned()))
        }
        Ok((Err(Unreadable::Foreign), _)) => unvouched(ask, file),
        Err(error) if is_absent(&error) => unvouched(ask, file),
        Err(error) => Err(error),
    }
}

fn unvouched(ask: &Ask, file: &File) -> io::Result<Verdict> {
    match look_into(ask, file) {
        Ok(h1) => Ok(Verdict::Unvouched(h1)),
        Err(FormError::Io(error)) => Err(error),
        Err(flaw) => Ok(Verdict::Damaged(flaw.to_string())),
    }
}

fn whole(ask: &Ask, file: &File, sidecar: &Sidecar, read: &mut dyn FnMut(u64)) -> io::Result<Verdict> {
    if let Some(flaw) = flaw(file, sidecar, read)? {
        return Ok(Verdict::Damaged(flaw));
    }
    Ok(match (h1_of(ask, file)?, sidecar.h1) {
        (Some(Err(flaw)), _) => Verdict::Damaged(flaw),
        (Some(Ok(found)), Some(expected)) if found != expected => {
            Verdict::Damaged(format!("its content hash is {found}, expected {expected}"))
        }
        (found, _) => Verdict::Whole(found.and_then(Result::ok)),
    })
}

fn flaw(file: &File, sidecar: &Sidecar, read: &mut dyn FnMut(u64)) -> io::Result<Option<String>> {
    let (expected, size) = (&sidecar.fingerprint, file.metadata()?.len());
    if size != expected.size {
        return Ok(Some(format!("it has {size} bytes, expected {}", expected.size)));
    }
    let found = Fingerprint::of_file_telling(file, read)?;
    if found != *expected {
        let block = found.blocks.iter().zip(&expected.blocks).position(|(found, expected)| found != expected);
        let what = block.map_or("its SHA-256".to_owned(), |block| format!("block {block}"));
        return Ok(Some(format!("{what} is not what it was")));
    }
    Ok(None)
}

/// The content hash of a zip or go.mod, or why it has none.
fn h1_of(ask: &Ask, file: &File) -> io::Result<Option<Result<H1, String>>> {
    let size = file.metadata()?.len();
    Ok(match ask {
        Ask::Zip(_) => match dirhash::hash_zip(Content(file), size) {
            Err(ZipError::Io(error)) => return Err(error),
            hashed => Some(hashed.map_err(|flaw| flaw.to_string())),
        },
        Ask::Mod(_) => {
            let mut content = vec![0; usize::try_from(size).map_err(io::Error::other)?];
            std::os::unix::fs::FileExt::read_exact_at(file, &mut content, 0)?;
            Some(Ok(dirhash::hash_go_mod(&content)))
        }
        _ => None,
    })
}
