//! The public key of a checksum database, `name+hash+base64` (protocol.md G1).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::go_base64;

/// The byte that says Ed25519, the only algorithm in use.
pub(crate) const ED25519: u8 = 1;
const PUBLIC_KEY_BYTES: usize = 32;
const HASH_DIGITS: usize = 8;

/// An Ed25519 key with the name of the database that signs with it.
///
/// The hash in the text binds the two together, so a key that was pasted behind another name is refused.
///
/// ```
/// use gomod::gosumdb::VerifierKey;
/// let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
/// let key = VerifierKey::parse(text)?;
/// assert_eq!((key.name(), key.hash()), ("sum.golang.org", 0x033de0ae));
/// assert_eq!(key.to_string(), text);
/// assert!(VerifierKey::parse(&text.replace("sum.golang.org", "sum.example.org")).is_err());
/// # Ok::<(), gomod::gosumdb::KeyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: String,
    hash: u32,
    public_key: [u8; PUBLIC_KEY_BYTES],
}

/// Why a text is no verifier key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The three parts are not there, or one is malformed.
    #[error("malformed verifier key; it has the form name+hash+base64, with eight hex digits as hash")]
    Malformed,
    /// The hash belongs to another name or key.
    #[error(
        "the hash of the verifier key should be {expected:08x}, not {found:08x}: name, hash or key was changed"
    )]
    Hash {
        /// What name and key give.
        expected: u32,
        /// What the text says.
        found: u32,
    },
    /// A signature algorithm that is not Ed25519, or a key of the wrong length.
    #[error("the verifier key is not an Ed25519 key; its algorithm byte is {0}")]
    Algorithm(u8),
}

impl VerifierKey {
    /// Takes a key whose hash is right.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, hash, bytes) = parts(text).ok_or(KeyError::Malformed)?;
        let expected = key_hash(name, &bytes);
        if hash != expected {
            return Err(KeyError::Hash { expected, found: hash });
        }
        let (&algorithm, key) = bytes.split_first().ok_or(KeyError::Malformed)?;
        let public_key = key.try_into().ok().filter(|_| algorithm == ED25519);
        let public_key = public_key.ok_or(KeyError::Algorithm(algorithm))?;
        Ok(Self { name: name.to_owned(), hash, public_key })
    }

    /// The name of the database, which may hold a path (protocol.md G8).
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number that its signature lines carry.
    pub fn hash(&self) -> u32 {
        self.hash
    }

    /// The Ed25519 public key.
    pub fn public_key(&self) -> &[u8; 32] {
        &self.public_key
    }

    /// Whether these 64 bytes are a signature of the message by this key.
    ///
    /// The judgement is Go's: the equation without the cofactor, and a scalar that must be below the order of the group. It
    /// is false, not an error, for a signature of another length and for a key that is no point of the curve.
    ///
    /// ```
    /// use gomod::gosumdb::VerifierKey;
    /// let key = VerifierKey::parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")?;
    /// assert!(!key.verify(b"go.sum database tree\n", &[0; 64]));
    /// # Ok::<(), gomod::gosumdb::KeyError>(())
    /// ```
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = VerifyingKey::from_bytes(&self.public_key);
        let signature = Signature::from_slice(signature);
        // Not `verify_strict`: it refuses keys of small order and other forms of R, which Go takes.
        matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(message, &signature).is_ok())
    }

    /// The key of a name that is known to be good.
    pub(crate) fn from_parts(name: &str, public_key: [u8; PUBLIC_KEY_BYTES]) -> Self {
        let hash = key_hash(name, &[&[ED25519], public_key.as_slice()].concat());
        Self { name: name.to_owned(), hash, public_key }
    }
}

fn parts(text: &str) -> Option<(&str, u32, Vec<u8>)> {
    let (name, rest) = text.split_once('+')?;
    let (hash, key) = rest.split_once('+')?;
    let hash = parse_hash(hash).filter(|_| is_name(name))?;
    Some((name, hash, go_base64::decode(key)?))
}

/// The hash of a key, which is written in eight hex digits of either case.
pub(crate) fn parse_hash(text: &str) -> Option<u32> {
    let is_hex = text.len() == HASH_DIGITS && text.bytes().all(|b| b.is_ascii_hexdigit());
    u32::from_str_radix(text, 16).ok().filter(|_| is_hex)
}

/// Whether a key may have this name: something without space or plus sign, which would end it (protocol.md G1).
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '+' || c.is_whitespace())
}

/// The first four bytes of SHA-256 over name, newline and key.
fn key_hash(name: &str, key: &[u8]) -> u32 {
    let digest = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(key).finalize();
    digest.iter().take(4).fold(0, |hash, &byte| hash << 8 | u32::from(byte))
}

impl FromStr for VerifierKey {
    type Err = KeyError;
    fn from_str(s: &str) -> Result<Self, KeyError> {
        Self::parse(s)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![ED25519];
        bytes.extend(self.public_key);
        write!(f, "{}+{:08x}+{}", self.name, self.hash, STANDARD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(name: &str, bytes: &[u8]) -> String {
        format!("{name}+{:08x}+{}", key_hash(name, bytes), STANDARD.encode(bytes))
    }

    #[test]
    fn keys_that_are_none() {
        let good = text("db.example", &[[1; 1].as_slice(), &[7; 32]].concat());
        assert!(VerifierKey::parse(&good).is_ok());
        for bad in
            ["", "db.example", "db.example+12345678", "db.example+1234567+AQ==", "db.example+12345678+!"]
        {
            assert_eq!(VerifierKey::parse(bad), Err(KeyError::Malformed), "{bad}");
        }
        assert_eq!(VerifierKey::parse(&text("", &[1; 33])), Err(KeyError::Malformed));
        assert_eq!(VerifierKey::parse(&text("a b", &[1; 33])), Err(KeyError::Malformed));
        assert_eq!(VerifierKey::parse(&text("a", &[])), Err(KeyError::Malformed));
        assert_eq!(VerifierKey::parse(&text("a", &[2; 33])), Err(KeyError::Algorithm(2)));
        assert_eq!(VerifierKey::parse(&text("a", &[1; 32])), Err(KeyError::Algorithm(1)));
    }

    proptest! {
        #[test]
        fn keys_print_as_they_were_read(name in "[a-z./]{1,12}", key in any::<[u8; 32]>()) {
            let text = text(&name, &[[1; 1].as_slice(), &key].concat());
            let parsed = VerifierKey::parse(&text).unwrap();
            prop_assert_eq!(parsed.public_key(), &key);
            prop_assert_eq!(parsed.to_string(), text);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[a+=\\PC]{0,60}") {
            let _ = VerifierKey::parse(&text).is_ok();
        }
    }
}
