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

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        let digits = text.bytes().map(|digit| u8::try_from(char::from(digit).to_digit(16).unwrap()).unwrap());
        let digits: Vec<u8> = digits.collect();
        let bytes: Vec<u8> = digits.as_chunks().0.iter().map(|[high, low]| high << 4 | low).collect();
        bytes.try_into().unwrap()
    }

    /// Test 2 of RFC 8032, section 7.1: key, message, signature.
    fn rfc_8032() -> (VerifierKey, [u8; 1], [u8; 64]) {
        let key = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let signature = hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        (VerifierKey::from_parts("a", key), [0x72], signature)
    }

    #[test]
    fn signatures_are_judged() {
        let (key, message, signature) = rfc_8032();
        assert!(key.verify(&message, &signature));
        assert!(!key.verify(b"s", &signature));
        for byte in 0..64 {
            let mut other = signature;
            other[byte] ^= 1;
            assert!(!key.verify(&message, &other), "{byte}");
        }
        for length in [0, 32, 63] {
            assert!(!key.verify(&message, &signature[..length]));
        }
        assert!(!key.verify(&message, &[signature.as_slice(), &[0]].concat()));
    }

    /// The same scalar with the order of the group added solves the equation as well, and would be a second signature.
    #[test]
    fn the_scalar_of_a_signature_is_below_the_order_of_the_group() {
        let order: [u8; 32] = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let (key, message, mut signature) = rfc_8032();
        let mut carry = 0;
        for (byte, add) in signature[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        assert_eq!(carry, 0);
        assert!(!key.verify(&message, &signature));
    }

    /// With the neutral element as key, the base point and the scalar 1 are a signature of anything. Go takes it.
    #[test]
    fn keys_of_small_order_are_judged_as_go_does() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0x66; 64];
        signature[0] = 0x58;
        signature[32..].copy_from_slice(&neutral);
        assert!(VerifierKey::from_parts("a", neutral).verify(b"anything", &signature));
        let mut no_point = neutral;
        no_point[0] = 2;
        assert!(!VerifierKey::from_parts("a", no_point).verify(b"anything", &signature));
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
