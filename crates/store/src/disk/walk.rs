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
        tokio::task::spawn_blocking(move || Walk { root, found }.run());
        stream::unfold(entries, |mut entries| async { entries.recv().await.map(|entry| (entry, entries)) })
    })
    .flatten()
    .boxed()
}

/// The reader has gone.
struct Unwanted;

struct Walk {
    root: Arc<Path>,
    found: mpsc::Sender<Found>,
}

impl Walk {
    fn run(&self) {
        // Folders still to be read: at most those beside the path to the present one, never the whole tree.
        let mut ahead = vec![PathBuf::new()];
        while let Some(folder) = ahead.pop() {
            if self.read(&folder, &mut ahead).is_err() {
                return;
            }
        }
    }

    fn read(&self, below_root: &Path, ahead: &mut Vec<PathBuf>) -> Result<(), Unwanted> {
        let folder = self.root.join(below_root);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => return self.tell(Err(StoreError::io("read", &folder)(error))),
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !name.starts_with('.') => ahead.push(below_root.join(name)),
                Ok(kind) if kind.is_file() => self.visit(below_root, &name)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn visit(&self, below_root: &Path, name: &str) -> Result<(), Unwanted> {
        let Some(ask) = question(below_root, name) else { return Ok(()) };
        let path = self.root.join(below_root).join(name);
        match describe(ask, &path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            described => self.tell(described.map_err(StoreError::io("look at", &path))),
        }
    }

    fn tell(&self, found: Found) -> Result<(), Unwanted> {
        self.found.blocking_send(found).map_err(|_| Unwanted)
    }
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
    let sidecar = fs::read(sidecar_of(path)).ok().and_then(|bytes| Sidecar::decode(&bytes).ok());
    let kept_at = sidecar.as_ref().map_or_else(|| about.modified(), |sidecar| Ok(sidecar.kept_at))?;
    Ok(Entry { ask, size: about.len(), origin: sidecar.and_then(|sidecar| sidecar.origin), kept_at })
}
