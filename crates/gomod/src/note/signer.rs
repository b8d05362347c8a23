//! The secret key of a checksum database, and signing with it (protocol.md G1, G2).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};

use super::open::DASH;
use crate::go_base64;
use crate::gosumdb::{ED25519, VerifierKey, is_name, parse_hash};

/// What every secret key begins with, so that people and scanners see what it is.
const PREFIX: &str = "PRIVATE+KEY+";

/// A secret Ed25519 key with the name of the database that signs with it. It is wiped from memory when dropped, and its
/// `Debug` form does not show it.
///
/// ```
/// use gomod::note::{Note, SignerKey};
/// let key = SignerKey::from_seed("sum.example.org", [7; 32])?;
/// let note = key.sign("something\n")?;
/// assert_eq!(Note::open(note.as_bytes(), &[key.verifier()])?.text(), "something\n");
/// assert!(!format!("{key:?}").contains(&key.to_secret_string()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SignerKey {
    key: SigningKey,
    verifier: VerifierKey,
}

/// Why a text is no signer key. No message repeats what was given: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerKeyError {
    /// The parts are not there, or one is malformed.
    #[error(
        "malformed signer key; it has the form PRIVATE+KEY+name+hash+base64, with eight hex digits as hash"
    )]
    Malformed,
    /// The name is empty, or holds space or a plus sign.
    #[error("the name in the signer key is empty, or holds space or a plus sign")]
    Name,
    /// A signature algorithm that is not Ed25519, or a key of the wrong length.
    #[error("the signer key is not an Ed25519 key; its algorithm byte is {0}")]
    Algorithm(u8),
    /// The hash belongs to another name or key.
    #[error(
        "the hash of the signer key should be {expected:08x}, not {found:08x}: name, hash or key was changed"
    )]
    Hash {
        /// What name and key give.
        expected: u32,
        /// What the text says.
        found: u32,
    },
}

/// Why a text cannot be signed: nobody could open the note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The last line has no end.
    #[error("a text that is to be signed must end in a newline")]
    NoNewline,
    /// It holds a character that no note may hold.
    #[error("a text that is to be signed must not hold the control character {0:?}")]
    Control(char),
}

impl SignerKey {
    /// Takes the text of a key whose hash is right.
    pub fn parse(text: &str) -> Result<Self, SignerKeyError> {
        let rest = text.strip_prefix(PREFIX).ok_or(SignerKeyError::Malformed)?;
        let (name, rest) = rest.split_once('+').ok_or(SignerKeyError::Malformed)?;
        let (hash, key) = rest.split_once('+').ok_or(SignerKeyError::Malformed)?;
        let found = parse_hash(hash).ok_or(SignerKeyError::Malformed)?;
        let key = go_base64::decode(key).ok_or(SignerKeyError::Malformed)?;
        let (&algorithm, seed) = key.split_first().ok_or(SignerKeyError::Malformed)?;
        let seed = seed.try_into().ok().filter(|_| algorithm == ED25519);
        let signer = Self::from_seed(name, seed.ok_or(SignerKeyError::Algorithm(algorithm))?)?;
        let expected = signer.verifier.hash();
        if found == expected { Ok(signer) } else { Err(SignerKeyError::Hash { expected, found }) }
    }

    /// Makes the key of a seed. Who has the seed can sign: 32 bytes that nobody can guess.
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, SignerKeyError> {
        if !is_name(name) {
            return Err(SignerKeyError::Name);
        }
        let key = SigningKey::from_bytes(&seed);
        let verifier = VerifierKey::from_parts(name, key.verifying_key().to_bytes());
        Ok(Self { key, verifier })
    }

    /// The key that proves what this one signed. It is public.
    pub fn verifier(&self) -> VerifierKey {
        self.verifier.clone()
    }

    /// The whole note: the text, a blank line and the signature line. The same text always gives the same note.
    pub fn sign(&self, text: &str) -> Result<String, SignError> {
        if !text.ends_with('\n') {
            return Err(SignError::NoNewline);
        }
        if let Some(control) = text.chars().find(|&c| c < ' ' && c != '\n') {
            return Err(SignError::Control(control));
        }
        let mut bytes = self.verifier.hash().to_be_bytes().to_vec();
        bytes.extend(self.key.sign(text.as_bytes()).to_bytes());
        Ok(format!("{text}\n{DASH}{} {}\n", self.verifier.name(), STANDARD.encode(bytes)))
    }

    /// The secret as text, which [`SignerKey::parse`] takes. There is no `Display`, so that it is not printed by mistake.
    pub fn to_secret_string(&self) -> String {
        let bytes = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        format!("{PREFIX}{}+{:08x}+{}", self.verifier.name(), self.verifier.hash(), STANDARD.encode(bytes))
    }
}

impl FromStr for SignerKey {
    type Err = SignerKeyError;
    fn from_str(s: &str) -> Result<Self, SignerKeyError> {
        Self::parse(s)
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({}+{:08x})", self.verifier.name(), self.verifier.hash())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(name: &str, hash: u32, bytes: &[u8]) -> String {
        format!("{PREFIX}{name}+{hash:08x}+{}", STANDARD.encode(bytes))
    }

    /// The hash of the key with this seed.
    fn hash(name: &str, seed: u8) -> u32 {
        SignerKey::from_seed(name, [seed; 32]).unwrap().verifier().hash()
    }

    #[test]
    fn keys_that_are_none() {
        let good = text("a", hash("a", 7), &[&[1], [7; 32].as_slice()].concat());
        assert!(SignerKey::parse(&good).is_ok());
        let bytes = [1; 33];
        let bad = [
            (String::new(), SignerKeyError::Malformed),
            (good.replace("PRIVATE", "private"), SignerKeyError::Malformed),
            (good.replace(PREFIX, ""), SignerKeyError::Malformed),
            (good[..PREFIX.len() + 2].to_owned(), SignerKeyError::Malformed),
            (good.clone() + "=", SignerKeyError::Malformed),
            (good.replace("+a+", "+a+0"), SignerKeyError::Malformed),
            (text("a", 1, &[]), SignerKeyError::Malformed),
            (text("", hash("a", 1), &bytes), SignerKeyError::Name),
            (text("a b", hash("a", 1), &bytes), SignerKeyError::Name),
            (text("a", hash("a", 1), &[2; 33]), SignerKeyError::Algorithm(2)),
            (text("a", hash("a", 1), &[1; 32]), SignerKeyError::Algorithm(1)),
            (
                text("b", hash("a", 1), &bytes),
                SignerKeyError::Hash { expected: hash("b", 1), found: hash("a", 1) },
            ),
        ];
        for (bad, error) in bad {
            assert_eq!(SignerKey::parse(&bad).unwrap_err(), error, "{bad}");
        }
        assert_eq!(SignerKey::from_seed("a+b", [1; 32]).unwrap_err(), SignerKeyError::Name);
    }

    #[test]
    fn nothing_but_the_secret_text_shows_the_secret() {
        let key = SignerKey::from_seed("a", [0x41; 32]).unwrap();
        let shown = format!("{key:?} {key:#?}");
        assert!(shown.starts_with("SignerKey(a+"), "{shown}");
        for secret in ["AUFBQUFB", "AAAA", "0x41", "65, 65", "41, 41", "4141"] {
            assert!(!shown.contains(secret), "{shown} shows {secret}");
        }
        let wrong = key.to_secret_string().replace("+a+", "+b+");
        let error = SignerKey::parse(&wrong).unwrap_err().to_string();
        assert!(!error.contains("AUFBQUFB"), "{error}");
    }

    #[test]
    fn what_could_not_be_opened_is_not_signed() {
        let key = SignerKey::from_seed("a", [1; 32]).unwrap();
        assert_eq!(key.sign(""), Err(SignError::NoNewline));
        assert_eq!(key.sign("a"), Err(SignError::NoNewline));
        assert_eq!(key.sign("a\r\n"), Err(SignError::Control('\r')));
    }

    proptest! {
        #[test]
        fn keys_print_as_they_were_read(name in "[a-z./]{1,12}", seed in any::<[u8; 32]>()) {
            let key = SignerKey::from_seed(&name, seed).unwrap();
            let again = SignerKey::parse(&key.to_secret_string()).unwrap();
            prop_assert_eq!(again.to_secret_string(), key.to_secret_string());
            prop_assert_eq!(VerifierKey::parse(&again.verifier().to_string()), Ok(key.verifier()));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "(PRIVATE\\+KEY\\+)?[a+=\\PC]{0,60}") {
            let _ = SignerKey::parse(&text).is_ok();
        }
    }
}
