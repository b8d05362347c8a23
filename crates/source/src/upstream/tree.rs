//! A `file://` upstream: the GOPROXY layout on disk (protocol.md B10).

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::time::{Instant, timeout_at};

use crate::blocks::off_worker;
use crate::plain_file::PlainFile;
use crate::{Answer, Ask, Attempt, Body, Ctx, Failure, FailureKind, Origin, Trail};

/// A tree of files below a root.
#[derive(Clone)]
pub(super) struct Tree {
    root: Arc<Path>,
    is_database: bool,
}

impl Tree {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root: root.into(), is_database: false }
    }

    /// The tree is that of a checksum database.
    pub(super) fn of_database(&mut self) {
        self.is_database = true;
    }

    fn file(&self, ask: &Ask) -> PathBuf {
        match ask {
            Ask::SumDb(ask) if self.is_database => self.root.join(ask.path.address()),
            _ => self.root.join(ask.address()),
        }
    }

    pub(super) async fn ask(&self, origin: &Origin, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let begun = Instant::now();
        let file = self.file(ask);
        let opened = timeout_at(ctx.deadline, PlainFile::open(file, origin.clone())).await;
        let opened = opened
            .unwrap_or_else(|_| Err(io::Error::new(ErrorKind::TimedOut, "the disk did not answer in time")));
        let attempt =
            Attempt { origin: origin.clone(), failed: None, note: "".into(), took: begun.elapsed() };
        match opened {
            Ok(file) => Ok(Answer::live(Body::replay(Arc::new(file)), origin.clone(), Trail::of(attempt))),
            Err(error) => Err(self.failure(origin, ask, &error, begun).await),
        }
    }
}

impl Tree {
    /// A file that is missing below a root that is missing too says nothing: the disk may not be mounted.
    async fn failure(&self, origin: &Origin, ask: &Ask, error: &io::Error, begun: Instant) -> Failure {
        let kind = kind_of(error);
        let root = self.root.clone();
        if kind == FailureKind::NotFound && !off_worker(move || Ok(root.is_dir())).await.unwrap_or(false) {
            let message = format!("the folder {} is not there", self.root.display());
            return Failure::unavailable(origin, message, begun.elapsed());
        }
        Failure::new(kind, origin, format!("{ask}: {error}"), begun.elapsed())
    }
}

/// A missing file is go's 404, a forbidden one its 403, all else is "could not find out". A component that is a file
/// where a folder should be, or a name too long for the disk, cannot exist either.
fn kind_of(error: &io::Error) -> FailureKind {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename => FailureKind::NotFound,
        ErrorKind::PermissionDenied => FailureKind::Refused,
        _ => FailureKind::Unavailable,
    }
}
