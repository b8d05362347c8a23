//! The build cache in a bundle: out of a GOCACHE, and into one that is for this alone.
//!
//! It never goes into the user's own: what is compiled is believed by go without being verified, and a bundle is not to say what
//! other builds of the user are made of.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use source::{Body, Origin};

use crate::section::Section;
use crate::{BundleError, Chain, Content, paths};

impl Content {
    /// A whole file. What is appended to it later does not count. Blocks.
    pub fn file(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let origin = Origin::new(path.display().to_string());
        let section = Section { file: Arc::new(file), begin: 0, size, origin };
        Ok(Self { body: Body::replay(Arc::new(section)), h1: None })
    }
}

/// The files of a GOCACHE that a bundle can have, with their paths in it, sorted; what go keeps there besides (logs, tests' results,
/// fuzzing) is left out. Blocks.
///
/// # Errors
/// The folder cannot be read. One that is not there has no files.
pub fn files(gocache: &Path) -> io::Result<Vec<(String, std::path::PathBuf)>> {
    let mut found = Vec::new();
    for folder in entries(gocache)? {
        for file in entries(&folder)? {
            let name = [&folder, &file]
                .map(|path| path.file_name().and_then(|name| name.to_str()).unwrap_or_default());
            let name = name.join("/");
            if paths::is_cached(&name) && file.is_file() {
                found.push((format!("{}{name}", paths::BUILD_CACHE), file));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// What is in a folder; nothing where there is none.
fn entries(folder: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    match folder.read_dir() {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        entries => entries?.map(|entry| Ok(entry?.path())).collect(),
    }
}

/// Writes the build cache of a chain into a new folder, to be used as GOCACHE by builds that use the bundle; gives the number of files,
/// 0 when there is no build cache in it. Each file is checked before it is written. Blocks.
///
/// # Errors
/// The folder is there already; a file is not the one that was signed. The folder may be there in part then, and is not to be used.
pub fn unpack(chain: &Chain, into: &Path) -> Result<usize, BundleError> {
    let mut count = 0;
    fs::create_dir(into)?;
    for found in chain.build_cache() {
        let Some(entry) = found.bundle.entry(found.number) else { continue };
        let Some(name) = entry.path.strip_prefix(paths::BUILD_CACHE) else { continue };
        let path = into.join(name);
        fs::create_dir_all(path.parent().unwrap_or(into))?;
        let mut file = File::options().write(true).create_new(true).open(&path)?;
        let mut written = Ok(());
        found.content()?.each_piece(|piece| {
            if written.is_ok() {
                written = file.write_all(piece);
            }
        })?;
        written?;
        count += 1;
    }
    Ok(count)
}
