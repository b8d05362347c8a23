//! Everything that lies in a data folder, found by walking it. Nothing is opened but sidecars.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use gomod::ModulePath;
use source::{Ask, Kind};
use tokio::sync::mpsc;

use super::layout::{VERSIONS, ask_of, module_of, sidecar_of};
use super::shelf::DATABASES;
use super::sidecar::Sidecar;
use crate::{Entry, StoreError};

/// How far the walk runs ahead of its reader, in entries.
const AHEAD_MAX: usize = 64;

type Found = Result<Entry, StoreError>;

/// The entries of the data folder `root`. Needs no lock and disturbs nobody: a process may be using the folder.
///
/// What has no question that it answers is not ours and is left out. A folder that cannot be read is an error among
/// the entries, and the walk goes on. A file that goes while the walk is under way may or may not be among them.
pub fn entries_of(root: &Path) -> BoxStream<'static, Result<Entry, StoreError>> {
    let root: Arc<Path> = root.into();
    stream::once(async move {
        let (found, entries) = mpsc::channel(AHEAD_MAX);
        tokio::task::spawn_blocking(move || tell_all(&root, &found));
        stream::unfold(entries, |mut entries| async { entries.recv().await.map(|entry| (entry, entries)) })
    })
    .flatten()
    .boxed()
}

/// Sends the entries until all are told or the reader has gone.
fn tell_all(root: &Path, found: &mpsc::Sender<Found>) {
    for folder in Folders::new(root) {
        let entries = match folder {
            Ok(asks) => asks.into_iter().filter_map(|ask| entry(root, ask)).collect(),
            Err(error) => vec![Err(error)],
        };
        for entry in entries {
            if found.blocking_send(entry).is_err() {
                return;
            }
        }
    }
}

fn entry(root: &Path, ask: Ask) -> Option<Found> {
    let path = root.join(ask.address());
    match describe(ask, &path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        described => Some(described.map_err(StoreError::io("look at", &path))),
    }
}

/// The folders that hold artifacts, each as the questions that its files answer.
pub(super) struct Folders<'a> {
    root: &'a Path,
    /// Folders still to be read: at most those beside the path to the present one, never the whole tree.
    ahead: Vec<PathBuf>,
}

impl<'a> Folders<'a> {
    pub(super) fn new(root: &'a Path) -> Self {
        Self { root, ahead: vec![PathBuf::new()] }
    }

    /// Reads the next folder, noting those in it.
    fn read(&mut self, below_root: &Path) -> Result<Vec<Ask>, StoreError> {
        let folder = self.root.join(below_root);
        let entries = fs::read_dir(&folder).map_err(StoreError::io("read", &folder))?;
        let mut asks = Vec::new();
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && is_ours(below_root, &name) => {
                    self.ahead.push(below_root.join(name));
                }
                Ok(kind) if kind.is_file() => asks.extend(question(below_root, &name)),
                _ => {}
            }
        }
        Ok(asks)
    }
}

impl Iterator for Folders<'_> {
    type Item = Result<Vec<Ask>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let folder = self.ahead.pop()?;
            let asks = self.read(&folder);
            // One that went while the walk was under way held nothing; but somebody named the root.
            let is_gone = |error: &StoreError| matches!(error, StoreError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound);
            match asks {
                Ok(asks) if asks.is_empty() => {}
                Err(error) if is_gone(&error) && folder != Path::new("") => {}
                asks => return Some(asks),
            }
        }
    }
}

/// Whether there can be modules below the folder `name`.
fn is_ours(below_root: &Path, name: &str) -> bool {
    !name.starts_with('.') && (below_root != Path::new("") || name != DATABASES)
}

/// The questions of which an answer of this module is kept.
pub(super) fn asks_of(root: &Path, module: &ModulePath) -> Result<Vec<Ask>, StoreError> {
    let mut folders = Folders { root, ahead: Vec::new() };
    let folder = PathBuf::from(module.escaped().as_str());
    let mut asks = Vec::new();
    for below_root in [folder.join(VERSIONS), folder] {
        match folders.read(&below_root) {
            Err(StoreError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            found => asks.extend(found?),
        }
    }
    Ok(asks)
}

/// The question that a file answers, from where it lies.
fn question(below_root: &Path, name: &str) -> Option<Ask> {
    let folder = below_root.to_str()?;
    if name == Kind::Latest.suffix() {
        return module_of(folder).map(Ask::Latest);
    }
    let module: ModulePath = module_of(folder.strip_suffix(VERSIONS)?.strip_suffix('/')?)?;
    ask_of(&module, name)
}

fn describe(ask: Ask, path: &Path) -> io::Result<Entry> {
    let about = fs::symlink_metadata(path)?;
    let changed_at = about.modified()?;
    let beside = Sidecar::read(&sidecar_of(path)).ok();
    let (sidecar, used_at) = beside.map_or((None, changed_at), |(read, used_at)| (read.ok(), used_at));
    let kept_at = sidecar.as_ref().map_or(changed_at, |sidecar| sidecar.kept_at);
    Ok(Entry { ask, size: about.len(), origin: sidecar.and_then(|sidecar| sidecar.origin), kept_at, used_at })
}
