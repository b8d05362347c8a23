//! What the engine keeps on its shelf, and finds there again: the newest head, and records.

use bytes::Bytes;
use gomod::ModuleVersion;
use gomod::gosumdb::Lookup;

use super::engine::{Engine, Proven};
use super::head::SignedHead;
use crate::{Ctx, Failure, FailureKind, Origin, SumDbPath};

/// The file of the newest head, which is its address too.
const LATEST: &str = "latest";

/// Its second copy, should the first be damaged: without either, the next head would be believed on its signature alone.
const LATEST_COPY: &str = ".latest";

/// The file by which readers of the bare folder see that it answers for the database (protocol.md G11).
const SUPPORTED: &str = "supported";

impl Engine {
    /// The head on the shelf: of its two copies the newer that is good.
    pub(super) async fn kept_head(&self) -> std::io::Result<Option<SignedHead>> {
        let (mut kept, mut refused) = (None::<SignedHead>, None);
        for address in [LATEST, LATEST_COPY] {
            let Some(note) = self.shelf.read(address).await? else { continue };
            match SignedHead::open(&note, &self.key) {
                Ok(head) if kept.as_ref().is_none_or(|kept| kept.head.size < head.head.size) => {
                    kept = Some(head);
                }
                Ok(_) => {}
                Err(flaw) => refused = Some(flaw),
            }
        }
        match (kept, refused) {
            (None, Some(flaw)) => Err(std::io::Error::new(std::io::ErrorKind::InvalidData, flaw.to_string())),
            (kept, _) => Ok(kept),
        }
    }

    /// A head counts as soon as it is proven; a disk that cannot keep it must not stop builds. After a crash it may then be that an
    /// older one is served.
    pub(super) async fn keep_head(&self, head: &SignedHead) {
        let supported = self.head().is_none().then(|| (SUPPORTED, Bytes::new()));
        let copies = [LATEST, LATEST_COPY].map(|address| (address, head.bytes()));
        for (address, content) in copies.into_iter().chain(supported) {
            if let Err(error) = self.shelf.write(address, content).await {
                tracing::error!(database = %self.name, %error, "cannot keep the head of the checksum database");
            }
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
            None => self.merge(lookup.note, &kept, ctx).await?,
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
