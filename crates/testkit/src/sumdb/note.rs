//! Signed notes and the keys they are signed with (protocol.md G1-G3).

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::tree::Hash;

/// The byte that says Ed25519.
const ED25519: u8 = 1;

/// A name and the key that signs for it.
pub(super) struct Signer {
    name: String,
    /// The first four bytes of the key's hash, which bind it to the name.
    id: [u8; 4],
    key: Ed25519KeyPair,
}

impl Signer {
    /// The same name and seed give the same key.
    pub(super) fn new(name: &str, seed: &[u8]) -> Self {
        assert!(is_valid_name(name), "`{name}` is no name for a checksum database (protocol.md G1)");
        let seed = Sha256::new().chain_update(name).chain_update([0]).chain_update(seed).finalize();
        let key = Ed25519KeyPair::from_seed_unchecked(&seed).expect("32 bytes are a seed");
        Self { name: name.to_owned(), id: id(name, &typed_public_key(&key)), key }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// `name+hash+base64`.
    pub(super) fn verifier_key(&self) -> String {
        let [a, b, c, d] = self.id;
        let key = STANDARD.encode(typed_public_key(&self.key));
        format!("{}+{a:02x}{b:02x}{c:02x}{d:02x}+{key}", self.name)
    }

    /// The text, which ends with a line feed, with this signature below it.
    pub(super) fn sign(&self, text: &str) -> String {
        self.note(text, self.key.sign(text.as_bytes()).as_ref())
    }

    /// The text with a signature of this key that does not hold.
    pub(super) fn sign_wrongly(&self, text: &str) -> String {
        let mut signature = self.key.sign(text.as_bytes()).as_ref().to_vec();
        signature[0] ^= 1;
        self.note(text, &signature)
    }

    fn note(&self, text: &str, signature: &[u8]) -> String {
        let signature = STANDARD.encode([&self.id, signature].concat());
        format!("{text}\n\u{2014} {} {signature}\n", self.name)
    }
}

/// The text of a tree head (protocol.md G3).
pub(super) fn head_text(size: usize, root: &Hash) -> String {
    format!("go.sum database tree\n{size}\n{}\n", STANDARD.encode(root))
}

fn is_valid_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

/// The key as hashes and key texts have it: the algorithm, then the bytes.
fn typed_public_key(key: &Ed25519KeyPair) -> Vec<u8> {
    [&[ED25519], key.public_key().as_ref()].concat()
}

fn id(name: &str, typed_public_key: &[u8]) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update("\n").chain_update(typed_public_key);
    let hash: Hash = hash.finalize().into();
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    /// The known key of protocol.md G1.
    #[test]
    fn the_hash_in_a_key_is_that_of_its_name_and_bytes() {
        let key = STANDARD.decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8").unwrap();
        assert_eq!(id("sum.golang.org", &key), [0x03, 0x3d, 0xe0, 0xae]);
        let signer = Signer::new("a.example/b", b"seed");
        let [a, b, c, d] = signer.id;
        assert!(signer.verifier_key().starts_with(&format!("a.example/b+{a:02x}{b:02x}{c:02x}{d:02x}+A")));
    }

    #[test]
    fn signatures_hold_or_do_not_as_wanted() {
        let signer = Signer::new("a.example/b", b"seed");
        let public = UnparsedPublicKey::new(&ED25519, signer.key.public_key().as_ref().to_vec());
        let holds = |note: &str| {
            let (text, line) = note.split_once("\n\n").unwrap();
            let signature = line.strip_prefix("\u{2014} a.example/b ").unwrap().trim_end();
            public.verify(format!("{text}\n").as_bytes(), &STANDARD.decode(signature).unwrap()[4..]).is_ok()
        };
        assert!(holds(&signer.sign("text\n")));
        assert!(!holds(&signer.sign_wrongly("text\n")));
        assert!(!holds(&Signer::new("a.example/b", b"other").sign("text\n")));
    }
}
