//! The newest head of a tree that is proven to go on from all those before it.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use gomod::gosumdb::VerifierKey;
use gomod::note::Note;
use gomod::tlog::TreeHead;

use super::flaw::Flaw;
use super::shelf::Shelf;

/// The file of the newest head, which is its address too.
const LATEST: &str = "latest";

/// Its second copy, should the first be damaged: without either, the next head would be believed on its signature alone.
const LATEST_COPY: &str = ".latest";

/// Where the newest head is kept.
pub(super) const COPIES: [&str; 2] = [LATEST, LATEST_COPY];

/// A tree head, with the signed note that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignedHead {
    pub(super) head: TreeHead,
    pub(super) note: Arc<str>,
}

impl SignedHead {
    /// Reads a note that `key` has signed (protocol.md G2, G3).
    pub(super) fn open(message: &[u8], key: &VerifierKey) -> Result<Self, Flaw> {
        let note = Note::open(message, std::slice::from_ref(key)).map_err(Flaw::Signature)?;
        let head = TreeHead::parse(note.text()).map_err(Flaw::Head)?;
        // A message that opens as a note is text.
        let note = String::from_utf8_lossy(message).into();
        Ok(Self { head, note })
    }

    pub(super) fn bytes(&self) -> Bytes {
        Bytes::copy_from_slice(self.note.as_bytes())
    }
}

/// What a shelf has of the newest head.
#[derive(Debug, Default)]
pub(super) struct KeptHeads {
    /// Of the copies the newer that is good.
    pub(super) newest: Option<SignedHead>,
    /// The copies that are not, by address.
    pub(super) flaws: Vec<(&'static str, Flaw)>,
}

impl KeptHeads {
    pub(super) async fn read(shelf: &dyn Shelf, key: &VerifierKey) -> io::Result<Self> {
        let mut kept = Self::default();
        for address in COPIES {
            let opened = match shelf.read(address).await {
                Ok(None) => continue,
                Ok(Some(note)) => SignedHead::open(&note, key),
                Err(error) => Err(Flaw::Unreadable(error)),
            };
            match opened {
                Ok(head) if kept.is_newer(&head) => kept.newest = Some(head),
                Ok(_) => {}
                Err(flaw) => kept.flaws.push((address, flaw)),
            }
        }
        Ok(kept)
    }

    fn is_newer(&self, head: &SignedHead) -> bool {
        self.newest.as_ref().is_none_or(|newest| newest.head.size < head.head.size)
    }
}

/// The newest head, which only ever moves on.
#[derive(Debug, Default)]
pub(super) struct Newest(RwLock<Option<Arc<SignedHead>>>);

impl Newest {
    pub(super) fn get(&self) -> Option<Arc<SignedHead>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes a head that is proven to go on from the one that was there. An older one changes nothing (protocol.md G27).
    pub(super) fn advance(&self, head: Arc<SignedHead>) {
        let mut newest = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref().is_none_or(|known| known.head.size <= head.head.size) {
            *newest = Some(head);
        }
    }
}
