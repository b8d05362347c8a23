//! One copy of a fingerprint for all who read the same artifact.
//!
//! The checksums of a large zip take as much memory as the block that is being sent. A thousand readers of one zip need them
//! once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::fingerprint::Fingerprint;

/// How many fingerprints are remembered before those without a reader are looked for and forgotten.
const SWEEP_AT: usize = 1024;

/// The fingerprints that somebody holds, by what they are of.
#[derive(Debug, Default)]
pub(super) struct Sharing(Mutex<HashMap<[u8; 32], Weak<Fingerprint>>>);

impl Sharing {
    /// The copy that others hold, if it is the same; else this one, for others to share.
    pub(super) fn share(&self, fingerprint: Fingerprint) -> Arc<Fingerprint> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = held.get(&fingerprint.sha256).and_then(Weak::upgrade);
        if let Some(known) = known.filter(|known| **known == fingerprint) {
            return known;
        }
        if held.len() >= SWEEP_AT {
            held.retain(|_, fingerprint| fingerprint.strong_count() > 0);
        }
        let fingerprint = Arc::new(fingerprint);
        held.insert(fingerprint.sha256, Arc::downgrade(&fingerprint));
        fingerprint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_the_same_shares_and_nobody_gets_anything_else() {
        let sharing = Sharing::default();
        let of = |content: &[u8]| Fingerprint::of_bytes(content);
        let one = sharing.share(of(b"a"));
        assert!(Arc::ptr_eq(&one, &sharing.share(of(b"a"))));
        assert!(!Arc::ptr_eq(&one, &sharing.share(of(b"b"))));
        // A sidecar with the same hash and other checksums is damaged, and must not lend its checksums or borrow good ones.
        let odd = Fingerprint { blocks: vec![7], ..of(b"a") };
        assert_eq!(*sharing.share(odd.clone()), odd);
    }

    #[test]
    fn what_nobody_reads_is_forgotten() {
        let sharing = Sharing::default();
        for number in 0..SWEEP_AT * 3 {
            sharing.share(Fingerprint::of_bytes(&number.to_le_bytes()));
        }
        assert!(sharing.0.lock().unwrap().len() <= SWEEP_AT);
    }
}
