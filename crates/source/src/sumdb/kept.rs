//! What the engine keeps on its shelf, and finds there again: the newest head, and records.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use gomod::ModuleVersion;
use gomod::gosumdb::Lookup;

use super::engine::{Engine, Proven};
use super::head::{COPIES, KeptHeads, SignedHead};
use crate::{Ctx, Failure, FailureKind, Origin, SumDbPath};

/// The file by which readers of the bare folder see that it answers for the database (protocol.md G11).
const SUPPORTED: &str = "supported";

impl Engine {
    /// The head on the shelf: of its two copies the newer that is good.
    pub(super) async fn kept_head(&self) -> std::io::Result<Option<SignedHead>> {
        let KeptHeads { newest, flaws } = KeptHeads::read(&*self.shelf, &self.key).await?;
        match (newest, flaws.first()) {
            (None, Some((_, flaw))) => {
                Err(std::io::Error::new(std::io::ErrorKind::InvalidData, flaw.to_string()))
            }
            (newest, _) => Ok(newest),
        }
    }

    /// A head counts as soon as it is proven; a disk that cannot keep it must not stop builds. After a crash it may then be that an
    /// older one is served. It is kept with the next head that comes, be that an older one.
    pub(super) async fn keep_head(&self, head: &SignedHead) {
        let copies = COPIES.map(|address| (address, head.bytes()));
        let mut all = true;
        for (address, content) in copies.into_iter().chain([(SUPPORTED, Bytes::new())]) {
            if let Err(error) = self.shelf.write(address, content).await {
                all = false;
                tracing::error!(database = %self.name, %error, "cannot keep the head of the checksum database");
            }
        }
        self.head_is_kept.store(all, Ordering::Relaxed);
    }

    /// Keeps the newest head, where that could not be done when it came.
    pub(super) async fn keep_head_at_last(&self, newest: &SignedHead) {
        if !self.head_is_kept.load(Ordering::Relaxed) {
            self.keep_head(newest).await;
        }
    }

    /// The record on the shelf, proven anew against the newest head; `None` when there is none that can be.
    pub(super) async fn kept(&self, module: &ModuleVersion, ctx: &Ctx) -> Result<Option<Proven>, Failure> {
        let address = SumDbPath::Lookup(module.clone()).address();
        let read = self.shelf.read(&address).await.inspect_err(|error| {
            tracing::warn!(database = %self.name, address, %error, "cannot read a record");
        });
        let Ok(Some(body)) = read else { return Ok(None) };
        let Ok(lookup) = Lookup::parse(&body) else { return Ok(None) };
        let kept = Origin::new("kept");
        // Where the newest head was lost, the one that came with the record has to do.
        let head = match self.head() {
            Some(head) => head,
            None => match self.merge(lookup.note, &kept, ctx).await {
                Ok(head) => head,
                Err(_) => return Ok(None),
            },
        };
        match self.prove(module, &lookup, head, &kept, ctx).await {
            Ok(proven) => Ok(Some(proven)),
            Err(failure) if failure.kind() == FailureKind::Mismatch => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Keeps a proven record, with the head that it is proven against (protocol.md G21).
    pub(super) async fn keep(&self, module: &ModuleVersion, proven: &Proven) {
        let address = SumDbPath::Lookup(module.clone()).address();
        let body = proven.body().into();
        if let Err(error) = self.shelf.write(&address, body).await {
            tracing::warn!(database = %self.name, address, %error, "cannot keep a record");
        }
    }
}
