//! The hashes of the tree, as RFC 6962 defines them (protocol.md G4).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::go_base64;

/// Before what is hashed, so that no record passes for an inner node.
const RECORD: [u8; 1] = [0];
const NODE: [u8; 1] = [1];

/// A SHA-256 of a record or of a node of the tree. Prints and parses as standard base64, 44 characters.
///
/// ```
/// use gomod::tlog::Hash;
/// let text = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
/// assert_eq!(text.parse::<Hash>()?, Hash::EMPTY_TREE);
/// assert_eq!(Hash::EMPTY_TREE.to_string(), text);
/// assert_ne!(Hash::record(b""), Hash::EMPTY_TREE);
/// # Ok::<(), gomod::tlog::HashError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// A text that is no hash of a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no tree hash, which is 44 characters of base64")]
pub struct HashError(pub String);

impl Hash {
    /// The root of a tree without records: the SHA-256 of nothing.
    pub const EMPTY_TREE: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
        0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// The hash of a record: of a leaf.
    pub fn record(record: &[u8]) -> Self {
        Self(Sha256::new().chain_update(RECORD).chain_update(record).finalize().into())
    }

    /// The hash of a node with these two below it.
    pub fn node(left: &Self, right: &Self) -> Self {
        Self(Sha256::new().chain_update(NODE).chain_update(left.0).chain_update(right.0).finalize().into())
    }

    /// Takes the 32 bytes of the hash.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Hash {
    type Err = HashError;
    fn from_str(s: &str) -> Result<Self, HashError> {
        go_base64::decode_32(s).map(Self).ok_or_else(|| HashError(s.to_owned()))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_root_of_nothing_is_the_sha256_of_nothing() {
        assert_eq!(Hash::EMPTY_TREE.as_bytes().as_slice(), Sha256::digest([]).as_slice());
    }

    #[test]
    fn records_and_nodes_are_hashed_behind_a_byte_of_their_own() {
        // The leaf hash of an empty entry, as RFC 6962 gives it.
        let empty = "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=";
        assert_eq!(Hash::record(b"").to_string(), empty);
        let [left, right] = [Hash::record(b"a"), Hash::record(b"b")];
        let both = [left.as_bytes().as_slice(), right.as_bytes()].concat();
        assert_eq!(
            Hash::node(&left, &right).as_bytes()[..],
            Sha256::digest([&[1], both.as_slice()].concat())[..]
        );
        assert_ne!(Hash::node(&left, &right), Hash::record(&both));
        assert_ne!(Hash::node(&left, &right), Hash::node(&right, &left));
    }

    #[test]
    fn other_texts_are_no_hashes() {
        let good = Hash::EMPTY_TREE.to_string();
        for bad in ["", "h1:", &good[1..], &format!("{good}="), &good.replace('=', ""), &format!(" {good}")] {
            assert_eq!(bad.parse::<Hash>(), Err(HashError(bad.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn text_and_back(bytes in any::<[u8; 32]>()) {
            let text = Hash::from_bytes(bytes).to_string();
            prop_assert_eq!(text.len(), 44);
            prop_assert_eq!(text.parse(), Ok(Hash::from_bytes(bytes)));
        }
    }
}
