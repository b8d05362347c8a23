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

use super::folder::Folder;
use super::opening::sync_file_system;
use super::order::{Contents, tidy_module};

/// The thread that settles a folder. Who drops the folder stops it first ([`Settling::stop`]).
#[derive(Debug)]
pub(super) struct Settling {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// How the last user left a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// There was none.
    Bare,
    /// In order, and durably so.
    InPeace,
    /// In the middle of something, perhaps.
    Crashed,
}

#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    /// Set at the end: whether all was done.
    all_done: OnceLock<bool>,
}

impl Settling {
    /// Begins to put in order what the last user has left.
    pub(super) fn begin(folder: Arc<Folder>, left: Left) -> Self {
        let shared = Arc::<Shared>::default();
        let work = {
            let shared = shared.clone();
            move || {
                give_way();
                let all_done = shared.settle(&folder, left);
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

    /// For whoever wants to wait for the end.
    pub(super) fn watched(&self) -> Watched {
        Watched(self.shared.clone())
    }

    /// Stops; whether all was done by then.
    pub(super) fn stop(&mut self) -> bool {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            return false;
        }
        self.watched().wait()
    }
}

/// The end of the work, to be waited for.
#[derive(Debug)]
pub(super) struct Watched(Arc<Shared>);

impl Watched {
    /// Waits for the end; whether all was done.
    pub(super) fn wait(&self) -> bool {
        *self.0.all_done.wait()
    }
}

impl Shared {
    fn settle(&self, folder: &Folder, left: Left) -> bool {
        if let Err(error) = sweep(&folder.layout.swept()) {
            tracing::warn!(%error, "cannot delete what a dead process left");
        }
        if left == Left::InPeace {
            return true;
        }
        if let Err(error) = sync_file_system(folder.layout.root()) {
            tracing::warn!(%error, "cannot make durable what a dead process left");
            return false;
        }
        folder.note_durable();
        let (begun, all_done) = (Instant::now(), self.tidy_modules(folder) && folder.has_all_lists());
        let seconds = begun.elapsed().as_secs_f64();
        match (left, all_done) {
            (_, false) => {
                tracing::warn!(seconds, "not all of the data folder is in order; the next start goes on");
            }
            (Left::Crashed, true) => {
                tracing::info!(seconds, "the data folder is in order again after a crash");
            }
            (_, true) => {}
        }
        all_done
    }

    /// Puts every module in order; whether all could be.
    fn tidy_modules(&self, folder: &Folder) -> bool {
        let (mut all_done, mut ahead) = (true, vec![PathBuf::new()]);
        while let Some(below_root) = ahead.pop() {
            if self.stop.load(Ordering::Relaxed) {
                return false;
            }
            let place = folder.layout.root().join(&below_root);
            match Contents::of(&place) {
                Ok(found) => {
                    all_done &= !found.is_module || tidy_module(folder, &below_root);
                    ahead.extend(found.folders.iter().map(|name| below_root.join(name)));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::warn!(folder = %place.display(), %error, "cannot see whether a folder is in order");
                    all_done = false;
                }
            }
        }
        all_done
    }
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

    use gomod::ModulePath;

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
        let walked = Arc::new(Folder::new(layout));
        let (ended, has_ended) = channel();
        let write = walked.locks.write(&module);
        let mut settling = Settling::begin(walked.clone(), Left::Crashed);
        std::thread::scope(|scope| {
            scope.spawn(|| ended.send(settling.watched().wait()).unwrap());
            let in_time = has_ended.recv_timeout(Duration::from_secs(20));
            drop(write);
            assert_eq!(in_time, Ok(true), "it waits for a lock");
        });
        assert!(settling.stop());
    }
}
