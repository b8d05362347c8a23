//! Verifier keys: name, hash and key that belong together, and that do not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::sometimes_damaged;
use crate::dice::Dice;

const ED25519: u8 = 1;
const KEY_BYTES: usize = 32;

/// A key of this name that is right in every part.
pub(crate) fn good_key(name: &str) -> String {
    let key = [[ED25519].as_slice(), &[7; KEY_BYTES]].concat();
    format!("{name}+{:08x}+{}", hash(name, &key), STANDARD.encode(key))
}

/// A key, of which a third are wrong in a part or in a character.
pub(crate) fn verifier_key(dice: &mut Dice) -> String {
    let name = dice.pick(&["sum.golang.org", "localhost/sumdb", "\u{e9}", "a", "a b", "", "\u{a0}"]);
    let algorithm = if dice.chance(10) { dice.byte() } else { ED25519 };
    let length = if dice.chance(10) { dice.below(KEY_BYTES * 2) } else { KEY_BYTES };
    let mut key = vec![algorithm];
    key.extend((0..length).map(|_| dice.byte()));
    if dice.chance(3) {
        key.clear();
    }
    let hash = hash(name, &key) ^ u32::from(dice.chance(10));
    let hash = if dice.chance(10) { format!("{hash:X}") } else { format!("{hash:08x}") };
    let text = format!("{name}+{hash}+{}", spelled(dice, &key));
    sometimes_damaged(dice, 20, text)
}

/// Base64 as it should be, or in a way that some decoders take.
pub(super) fn spelled(dice: &mut Dice, key: &[u8]) -> String {
    let text = STANDARD.encode(key);
    match dice.below(20) {
        0 => text.trim_end_matches('=').to_owned(),
        1 => text.replacen('A', "A\n", 1),
        2 => text.replacen('A', "\r\nA", 1),
        // The last character before the padding has bits that no byte needs.
        3 if text.ends_with("A=") => text.replace("A=", "B="),
        4 if text.ends_with("Q==") => text.replace("Q==", "R=="),
        _ => text,
    }
}

pub(super) fn hash(name: &str, key: &[u8]) -> u32 {
    let digest = Sha256::new().chain_update(name).chain_update("\n").chain_update(key).finalize();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// The text of a hash, of which half are damaged or of another length.
pub(crate) fn h1(dice: &mut Dice) -> String {
    let length = if dice.chance(15) { dice.below(40) } else { 32 };
    let bytes: Vec<u8> = (0..length).map(|_| dice.byte()).collect();
    let prefix = dice.pick(&["h1:", "h1:", "h1:", "h1:", "h2:", "H1:", ""]);
    let text = format!("{prefix}{}", spelled(dice, &bytes));
    sometimes_damaged(dice, 20, text)
}
