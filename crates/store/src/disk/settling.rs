//! What is put in order after a start, beside the first answers: how much a dead process left, or how much is kept, must not
//! keep a client waiting.
//!
//! Until it is done nothing wrong is served. A sidecar without its artifact is nothing. Drafts lie where nobody looks. The list that a client is given is made from the names that
//! are there, and a list file that is old or torn is for readers of the bare folder. Folders that a dead process made are
//! fsynced anew by each put into them ([`Folder::make_folder`]) until one call has made all of them durable.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};

use super::folder::Folder;
use super::layout::{VERSIONS, artifact_of, module_of};
use super::opening::sync_file_system;
use super::publish::remove_if_there;

/// The thread that settles a folder. Dropping it stops the work, and waits until it has stopped.
#[derive(Debug)]
pub(super) struct Settling {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    /// Set at the end: whether all was done.
    all_done: OnceLock<bool>,
}

impl Settling {
    /// Begins. `after_crash` when the last user of the folder did not go in peace.
    pub(super) fn begin(folder: Arc<Folder>, after_crash: bool) -> Self {
        let shared = Arc::<Shared>::default();
        let work = {
            let shared = shared.clone();
            move || {
                let all_done = shared.settle(&folder, after_crash);
                shared.all_done.get_or_init(|| all_done);
            }
        };
        let thread = thread::Builder::new().name("settling".to_owned()).spawn(work);
        if let Err(error) = &thread {
            tracing::warn!(%error, "cannot put the data folder in order; the next start tries again");
            shared.all_done.get_or_init(|| false);
        }
        Self { shared, thread: thread.ok() }
    }

    /// Waits for the end; whether all was done.
    pub(super) fn wait(&self) -> bool {
        *self.shared.all_done.wait()
    }

    /// Stops; whether all was done by then.
    pub(super) fn stop(&mut self) -> bool {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            return false;
        }
        self.wait()
    }
}

impl Shared {
    fn settle(&self, folder: &Folder, after_crash: bool) -> bool {
        if let Err(error) = sweep(&folder.layout.swept()) {
            tracing::warn!(%error, "cannot delete what a dead process left");
        }
        if !after_crash {
            return true;
        }
        if let Err(error) = sync_file_system(folder.layout.root()) {
            tracing::warn!(%error, "cannot make durable what a dead process left");
            return false;
        }
        folder.is_durable();
        self.tidy_modules(folder)
    }

    /// Puts every module in order.
    fn tidy_modules(&self, folder: &Folder) -> bool {
        let mut ahead = vec![PathBuf::new()];
        while let Some(below_root) = ahead.pop() {
            let Ok(entries) = fs::read_dir(folder.layout.root().join(&below_root)) else { continue };
            for entry in entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
                if self.stop.load(Ordering::Relaxed) {
                    return false;
                }
                match entry.file_name().to_str() {
                    Some(VERSIONS) => tidy_module(folder, &below_root),
                    Some(name) if !name.starts_with('.') => ahead.push(below_root.join(name)),
                    _ => {}
                }
            }
        }
        true
    }
}

/// Removes what a put or a removal that was cut short left of a module, and writes its list.
fn tidy_module(folder: &Folder, below_root: &Path) {
    let Some(module) = below_root.to_str().and_then(module_of) else { return };
    let versions = folder.layout.versions(&module);
    let _changing = folder.locks.write(&module);
    for folder in [Some(&*versions), versions.parent()].into_iter().flatten() {
        if let Err(error) = remove_orphans(folder) {
            tracing::warn!(folder = %folder.display(), %error, "cannot remove what an interrupted removal left");
        }
    }
    folder.refresh_list(&module, &[]);
    folder.prune(&versions);
}

/// Removes the sidecars of artifacts that are not there.
fn remove_orphans(folder: &Path) -> io::Result<()> {
    let paths: io::Result<BTreeSet<PathBuf>> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
    let paths = paths?;
    let is_alone = |path: &&PathBuf| artifact_of(path).is_some_and(|artifact| !paths.contains(&artifact));
    paths.iter().filter(is_alone).try_for_each(|sidecar| remove_if_there(sidecar).map(drop))
}

fn sweep(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
