//! A zip on its way in, shown to those who wait for it.
//!
//! An answer counts when it is whole and was looked at. For a large zip on a slow line that takes minutes, in which a client
//! gets no byte, and what stands between it and us cuts connections that are silent for so long. So whoever takes a zip in
//! shows the file that grows ([`Exhibit`]), and whoever has waited long enough may send from it ([`Growing`]) before it
//! counts: all but its last block, without which a zip is none: its directory stands there.

use std::fs::File;
use std::io;
use std::sync::Arc;

use tokio::sync::watch;

use crate::{Answer, Ask, Ctx, Kind, Origin, Trail};

/// How many bytes at the end of a body are held back until it counts: enough that what a client has without them is no zip,
/// whatever it makes of a connection that breaks.
const HELD_BACK: u64 = 256 << 10;

/// Where the body that is coming in for one question is shown. Clones are the same place.
#[derive(Debug, Clone, Default)]
pub struct Arrivals(watch::Sender<Option<Growing>>);

impl Arrivals {
    /// Waits until a body is shown whose place has announced another size than the `known` one, and gives that, in bytes.
    pub(crate) async fn announced(&self, known: Option<u64>) -> u64 {
        let mut shown = self.0.subscribe();
        loop {
            let size = shown.borrow_and_update().as_ref().map(|growing| growing.size);
            if let Some(size) = size.filter(|size| Some(*size) != known) {
                return size;
            }
            // It never fails, because `self` can show something yet.
            let _ = shown.changed().await;
        }
    }

    /// Waits until there is something to send early: of the body shown last, if its place has not given up by then.
    pub(crate) async fn something_to_send(&self) -> Growing {
        let mut shown = self.0.subscribe();
        loop {
            let growing = shown.borrow_and_update().clone();
            tokio::select! {
                Some(growing) = can_be_sent(growing) => return growing,
                // It never fails, because `self` can show something yet.
                _ = shown.changed() => {}
            }
        }
    }
}

/// The body, once something of it can be sent; never, when that cannot come about.
async fn can_be_sent(growing: Option<Growing>) -> Option<Growing> {
    let mut growing = growing?;
    (growing.is_alive() && growing.more_than(0).await).then_some(growing)
}

/// A file that grows while a body is written into it.
#[derive(Debug, Clone)]
pub(crate) struct Growing {
    pub(crate) file: Arc<File>,
    /// What the place announced.
    pub(crate) size: u64,
    pub(crate) origin: Origin,
    pub(crate) trail: Trail,
    grown: watch::Receiver<Grown>,
}

/// How far a file has grown.
#[derive(Debug, Clone, Copy, Default)]
struct Grown {
    bytes: u64,
    /// Of the content, once it is whole.
    sha256: Option<[u8; 32]>,
}

impl Growing {
    /// How many bytes may be sent by now.
    pub(crate) fn sendable(&self) -> u64 {
        self.end_of_early().min(self.grown.borrow().bytes)
    }

    /// How many bytes may ever be sent before the body counts.
    pub(crate) fn end_of_early(&self) -> u64 {
        self.size.saturating_sub(HELD_BACK)
    }

    /// Waits until more than `sent` bytes may be sent; `false` when that does not come about.
    pub(crate) async fn more_than(&mut self, sent: u64) -> bool {
        let end = self.end_of_early();
        sent < end && self.grown.wait_for(|grown| grown.bytes.min(end) > sent).await.is_ok()
    }

    /// The SHA-256 of the content, once it is whole.
    pub(crate) fn sha256(&self) -> Option<[u8; 32]> {
        self.grown.borrow().sha256
    }

    /// Whether it is whole, or still written to.
    fn is_alive(&self) -> bool {
        self.sha256().is_some() || self.grown.has_changed().is_ok()
    }
}

/// What is known of a body that may be shown, before it comes.
#[derive(Debug)]
pub(crate) struct Exhibit {
    arrivals: Arrivals,
    size: u64,
    origin: Origin,
    trail: Trail,
}

impl Exhibit {
    /// `None` where nobody looks, or where there is nothing to be sent early: only of zips whose place said how large they are
    /// is it known which block is the last one.
    pub(crate) fn of(ask: &Ask, ctx: &Ctx, answer: &Answer) -> Option<Self> {
        let arrivals = ctx.arrivals.clone().filter(|_| ask.kind() == Kind::Zip)?;
        let size = answer.body.size().filter(|size| *size > HELD_BACK)?;
        Some(Self { arrivals, size, origin: answer.origin.clone(), trail: answer.trail.clone() })
    }

    /// Shows the file that is begun with the first bytes.
    ///
    /// # Errors
    /// Those of a second handle of the file.
    pub(crate) fn show(self, file: &File, bytes: u64) -> io::Result<Shown> {
        let Self { arrivals, size, origin, trail } = self;
        let (sender, grown) = watch::channel(Grown { bytes, sha256: None });
        let file = Arc::new(file.try_clone()?);
        arrivals.0.send_replace(Some(Growing { file, size, origin, trail, grown }));
        Ok(Shown(sender))
    }
}

/// A file on show. Dropped before it is whole, it grows no more.
#[derive(Debug)]
pub(crate) struct Shown(watch::Sender<Grown>);

impl Shown {
    /// The file has so many bytes.
    pub(crate) fn has(&self, bytes: u64) {
        self.0.send_modify(|grown| grown.bytes = bytes);
    }

    /// The file is whole.
    pub(crate) fn is_whole(&self, sha256: [u8; 32]) {
        self.0.send_modify(|grown| grown.sha256 = Some(sha256));
    }
}
