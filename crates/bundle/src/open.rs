//! Opens a bundle: the signature first, then the manifest, then that the rest is laid out as it says. Contents are looked at when
//! they are used.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gomod::gosumdb::VerifierKey;
use gomod::note::Note;
use source::Origin;

use crate::layout::{self, BLOCK, ManifestAt, TAIL, to_usize};
use crate::manifest::{BYTES_MAX, FileEntry, Id, Manifest};
use crate::section::Section;
use crate::writer::seconds;
use crate::{BundleError, check, paths};

/// A bundle whose manifest a trusted key has signed, and in which nothing lies that is not in the manifest.
#[derive(Debug)]
pub struct Bundle {
    file: Arc<File>,
    origin: Origin,
    id: Id,
    manifest: Manifest,
    signers: Vec<String>,
    places: Vec<Place>,
}

/// Where the content of a file begins, and whether it was found to be the right one.
#[derive(Debug)]
struct Place {
    begin: u64,
    checked: AtomicBool,
}

impl Bundle {
    /// Opens the bundle at `path`, which one of `keys` must have signed. Blocks for as long as reading one block for each file takes.
    ///
    /// # Errors
    /// See [`BundleError`]. An unreadable, foreign or damaged bundle is never opened in part.
    pub fn open(path: &Path, keys: &[VerifierKey]) -> Result<Self, BundleError> {
        if !path.metadata()?.is_file() {
            return Err(BundleError::NotABundle);
        }
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let at = find_manifest(&file, length)?;
        let note = read_manifest(&file, at)?;
        let note = Note::open(&note, keys)?;
        let (manifest, id) = Manifest::parse(note.text())?;
        let signers =
            note.verified().iter().map(|signed| format!("{}+{:08x}", signed.name, signed.hash)).collect();
        let places = walk(&file, &manifest, at, length)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let origin = Origin::new(format!("bundle {name}"));
        Ok(Self { file: Arc::new(file), origin, id, manifest, signers, places })
    }

    /// What it is called.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// What it says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The trusted keys that have signed it, as name and hash.
    pub fn signers(&self) -> &[String] {
        &self.signers
    }

    /// The display name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The number of bytes of all its files.
    pub fn size(&self) -> u64 {
        self.manifest.size()
    }

    pub(crate) fn entry(&self, number: usize) -> Option<&FileEntry> {
        self.manifest.files.get(number)
    }

    /// The content of a file, which is known to be the one that was signed. The first time it is read to its end for that. Blocks.
    pub(crate) fn content(&self, number: usize) -> Result<Section, BundleError> {
        let (entry, place) =
            self.entry(number).zip(self.places.get(number)).ok_or(BundleError::NotABundle)?;
        let section = Section {
            file: self.file.clone(),
            begin: place.begin,
            size: entry.size,
            origin: self.origin.clone(),
        };
        if !place.checked.load(Ordering::Acquire) {
            check::content(entry, &section)?;
            place.checked.store(true, Ordering::Release);
        }
        Ok(section)
    }
}

/// Where the manifest is, by the end of the file.
fn find_manifest(file: &File, length: u64) -> Result<ManifestAt, BundleError> {
    let mut tail = vec![0; to_usize(TAIL)?];
    let at = match length.checked_sub(TAIL) {
        Some(begin) => file.read_exact_at(&mut tail, begin).map(|()| layout::read_tail(&tail))?,
        None => None,
    };
    let fits = |at: &ManifestAt| {
        at.size <= BYTES_MAX && at.header.checked_add(at.size).is_some_and(|end| end < length)
    };
    match at.filter(fits) {
        Some(at) => Ok(at),
        None if begins_as_bundle(file) => Err(BundleError::Cut),
        None => Err(BundleError::NotABundle),
    }
}

/// Every bundle begins with its README: what does so and ends otherwise was cut.
fn begins_as_bundle(file: &File) -> bool {
    let mut begin = [0; paths::README.len() + 1];
    let read = file.read_exact_at(&mut begin, 0);
    read.is_ok() && begin.strip_prefix(paths::README.as_bytes()) == Some(&[0])
}

fn read_manifest(file: &File, at: ManifestAt) -> io::Result<Vec<u8>> {
    let mut note = vec![0; to_usize(at.size)?];
    file.read_exact_at(&mut note, at.header + BLOCK)?;
    Ok(note)
}

/// Compares all that is no content with what the manifest makes of it, and gives where the contents are.
fn walk(file: &File, manifest: &Manifest, at: ManifestAt, length: u64) -> Result<Vec<Place>, BundleError> {
    let mtime = seconds(manifest.about.created);
    let mut walk = Walk { file, mtime, position: 0, length };
    let (mut places, mut taken) = (Vec::new(), HashSet::new());
    for entry in &manifest.files {
        if paths::meaning(&entry.path).is_none() || !taken.insert(entry.path.as_str()) {
            return Err(BundleError::Layout(entry.path.clone()));
        }
        let begin = walk.pass(&entry.path, entry.size)?;
        places.push(Place { begin, checked: AtomicBool::new(false) });
    }
    if walk.position != at.header {
        return Err(BundleError::Layout(paths::MANIFEST.to_owned()));
    }
    walk.pass(paths::MANIFEST, at.size)?;
    walk.end(&layout::tail(at, mtime)?)?;
    Ok(places)
}

/// The way through a bundle.
struct Walk<'a> {
    file: &'a File,
    mtime: u64,
    position: u64,
    length: u64,
}

impl Walk<'_> {
    /// Goes past one file, and gives where its content begins.
    fn pass(&mut self, path: &str, size: u64) -> Result<u64, BundleError> {
        let wrong = || BundleError::Layout(path.to_owned());
        self.expect(&layout::header(path, size, self.mtime)?, path)?;
        let begin = self.position;
        let end = begin.checked_add(size).filter(|end| *end <= self.length).ok_or_else(wrong)?;
        self.position = end;
        self.expect(&vec![0; to_usize(layout::padding(size))?], path)?;
        Ok(begin)
    }

    /// The last bytes of the file are these.
    fn end(mut self, tail: &[u8]) -> Result<(), BundleError> {
        self.expect(tail, paths::MANIFEST_AT)?;
        if self.position == self.length { Ok(()) } else { Err(BundleError::Cut) }
    }

    fn expect(&mut self, bytes: &[u8], path: &str) -> Result<(), BundleError> {
        let mut found = vec![0; bytes.len()];
        match self.file.read_exact_at(&mut found, self.position) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(BundleError::Cut),
            read => read?,
        }
        if found != bytes {
            return Err(BundleError::Layout(path.to_owned()));
        }
        self.position += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
