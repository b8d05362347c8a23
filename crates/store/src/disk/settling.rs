//! What is put in order after a start, beside the first answers: how much a dead process left, or how much is kept, must not
//! keep a client waiting.
//!
//! So the thread takes the processor when nobody else wants it, and locks a module only where something is out of order: a lock
//! held by a thread that hardly runs would hold up the clients after all.
//!
//! Until it is done nothing wrong is served. A sidecar without its artifact is nothing. Drafts lie where nobody looks. The list that a client is given is made from the names that
//! are there, and a list file that is old or torn is for readers of the bare folder. Folders that a dead process made are
//! fsynced anew by each put into them ([`Folder::make_folder`]) until one call has made all of them durable.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use gomod::ModulePath;
use source::Ask;

use super::folder::Folder;
use super::layout::{VERSIONS, module_of, sidecar_of};
use super::list::Kept;
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
                give_way();
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
        let (begun, all_done) = (Instant::now(), self.tidy_modules(folder));
        if all_done {
            let seconds = begun.elapsed().as_secs_f64();
            tracing::info!(seconds, "the data folder is in order again after a crash");
        }
        all_done
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

/// Looks at a module, and puts it in order where it is not.
fn tidy_module(folder: &Folder, below_root: &Path) {
    let Some(module) = below_root.to_str().and_then(module_of) else { return };
    // Somebody who is just changing the module makes it look out of order, which costs a second look and no more.
    if !is_in_order(folder, &module).unwrap_or(false) {
        put_in_order(folder, &module);
    }
}

fn is_in_order(folder: &Folder, module: &ModulePath) -> io::Result<bool> {
    let kept = folder.kept_of(module, &[])?;
    Ok(orphans(folder, module, &kept).is_empty() && folder.is_listed(module, &kept))
}

/// Removes what a put or a removal that was cut short left of a module, and writes its list.
fn put_in_order(folder: &Folder, module: &ModulePath) {
    let _changing = folder.locks.write(module);
    if let Err(error) = remove_orphans(folder, module) {
        tracing::warn!(%module, %error, "cannot remove what an interrupted removal left");
    }
    folder.refresh_list(module, &[]);
    folder.prune(&folder.layout.versions(module));
}

fn remove_orphans(folder: &Folder, module: &ModulePath) -> io::Result<()> {
    let kept = folder.kept_of(module, &[])?;
    orphans(folder, module, &kept).iter().try_for_each(|sidecar| remove_if_there(sidecar).map(drop))
}

/// The sidecars of artifacts that are not there.
fn orphans(folder: &Folder, module: &ModulePath, kept: &Kept) -> Vec<PathBuf> {
    let versions = folder.layout.versions(module);
    let latest = sidecar_of(&folder.layout.artifact(&Ask::Latest(module.clone())));
    let of_latest = (!kept.has_latest() && latest.is_file()).then_some(latest);
    kept.orphans().map(|name| versions.join(name)).chain(of_latest).collect()
}

/// Has this thread run when no other wants the processor.
fn give_way() {
    // On Linux alone a nice value belongs to one thread.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 19) {
        tracing::debug!(%error, "the data folder is put in order at the usual priority");
    }
}

fn sweep(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::super::layout::Layout;
    use super::*;

    /// It runs when nobody else wants the processor: a lock that it holds keeps clients waiting for longer than anybody's.
    #[test]
    fn the_walk_after_a_crash_locks_no_module_that_is_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let module = ModulePath::parse("example.com/m").unwrap();
        let versions = folder.path().join("example.com/m/@v");
        fs::create_dir_all(&versions).unwrap();
        for (name, text) in
            [("v1.0.0.info", ""), ("v1.0.0.mod", ""), ("v1.0.0.zip", ""), ("list", "v1.0.0\n")]
        {
            fs::write(versions.join(name), text).unwrap();
        }
        let layout = Layout::new(folder.path());
        let walked = Arc::new(Folder::new(layout, true));
        let (ended, has_ended) = channel();
        let write = walked.locks.write(&module);
        let mut settling = Settling::begin(walked.clone(), true);
        std::thread::scope(|scope| {
            scope.spawn(|| ended.send(settling.wait()).unwrap());
            let in_time = has_ended.recv_timeout(Duration::from_secs(20));
            drop(write);
            assert_eq!(in_time, Ok(true), "it waits for a lock");
        });
        assert!(settling.stop());
    }
}
