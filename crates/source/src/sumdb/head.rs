//! The newest head of a tree that is proven to go on from all those before it.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use gomod::gosumdb::VerifierKey;
use gomod::note::Note;
use gomod::tlog::TreeHead;

use super::flaw::Flaw;

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
