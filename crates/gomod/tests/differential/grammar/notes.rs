//! Signed notes and the keys that sign them: right, wrong in a part, or signed by others.

use gomod::gosumdb::VerifierKey;
use gomod::note::SignerKey;

use super::{keys, sometimes_changed, sometimes_damaged};
use crate::dice::Dice;

const ED25519: u8 = 1;

/// Encodings of the points of small order, canonical and not, as hex. Of such a key everybody can make signatures, and
/// implementations differ about them.
const SMALL_ORDER: [&str; 14] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// The base point of the curve.
const BASE: &str = "5866666666666666666666666666666666666666666666666666666666666666";

/// The order of the group that it generates, least byte first.
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().as_chunks::<2>().0.iter();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}

fn signer(seed: u8) -> SignerKey {
    let name = if seed.is_multiple_of(2) { "db.example/x" } else { "\u{e9}" };
    SignerKey::from_seed(name, [seed; 32]).unwrap()
}

/// The signature line, with its newline, and the signature in it.
fn signed(signer: &SignerKey, text: &str) -> (String, Vec<u8>) {
    let note = signer.sign(text).unwrap();
    let line = note[text.len() + 1..].to_owned();
    let (_, base64) = line.trim_end().rsplit_once(' ').unwrap();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64).unwrap();
    (line, bytes[4..].to_vec())
}

fn text(dice: &mut Dice) -> String {
    let lines = dice.between(0, 4);
    (0..lines).map(|_| dice.text("ab \u{7f}", 0, 5) + "\n").collect::<String>() + "\n"
}

/// A note, and behind it the keys that are known.
pub(crate) fn note_and_keys(dice: &mut Dice) -> Vec<Vec<u8>> {
    let text = text(dice);
    let lines = dice.between(1, 4);
    let mut signatures: String = (0..lines).map(|_| signature_line(dice, &text)).collect();
    if dice.chance(5) {
        signatures.push_str(&"\u{2014} other AAAAAAA=\n".repeat(dice.between(96, 100)));
    }
    let note = sometimes_damaged(dice, 20, format!("{text}\n{signatures}"));
    let mut args = vec![sometimes_changed(dice, 5, note.into_bytes())];
    for seed in 0..4 {
        let times = dice.pick(&[0, 0, 1, 1, 1, 1, 1, 1, 1, 2]);
        args.extend((0..times).map(|_| signer(seed).verifier().to_string().into_bytes()));
    }
    args
}

fn signature_line(dice: &mut Dice, text: &str) -> String {
    let signer = signer(dice.byte() % 6);
    let text = if dice.chance(10) { "another text\n" } else { text };
    let (line, _) = signed(&signer, text);
    match dice.below(40) {
        0 => sometimes_damaged(dice, 100, line),
        1 => format!("\u{2014} other {}\n", keys::spelled(dice, b"1234567")),
        2 => format!("\u{2014} other {}\n", keys::spelled(dice, b"1234")),
        3 => line.replace("=\n", "\n"),
        _ => line,
    }
}

/// A signer key, of which a third are wrong in a part or in a character, and a text to sign.
pub(crate) fn signer_key_and_text(dice: &mut Dice) -> Vec<Vec<u8>> {
    let name = dice.pick(&["sum.golang.org", "localhost/sumdb", "\u{e9}", "a", "a b", "", "\u{a0}"]);
    let mut secret = vec![if dice.chance(10) { dice.byte() } else { ED25519 }];
    let length = if dice.chance(10) { dice.below(64) } else { 32 };
    secret.extend((0..length).map(|_| dice.byte()));
    let hash = hash_of_signer(name, &secret) ^ u32::from(dice.chance(10));
    let hash = if dice.chance(10) { format!("{hash:X}") } else { format!("{hash:08x}") };
    if dice.chance(3) {
        secret.clear();
    }
    let key = format!("PRIVATE+KEY+{name}+{hash}+{}", keys::spelled(dice, &secret));
    let text = text(dice);
    let text = if dice.chance(10) { text + dice.pick(&["\r\n", "\0\n", "\u{1f}\n", "\t\n"]) } else { text };
    vec![sometimes_damaged(dice, 20, key).into_bytes(), sometimes_damaged(dice, 20, text).into_bytes()]
}

/// The hash that belongs to a secret; of one that is none, any number.
fn hash_of_signer(name: &str, secret: &[u8]) -> u32 {
    let seed = secret.get(1..).and_then(|seed| seed.try_into().ok());
    let key = seed.and_then(|seed| SignerKey::from_seed(name, seed).ok());
    key.map_or(0x0bad_cafe, |key| key.verifier().hash())
}

/// A verifier key, a message and a signature, of which half are made to split implementations.
pub(crate) fn key_message_signature(dice: &mut Dice) -> Vec<Vec<u8>> {
    let message = text(dice);
    if dice.chance(50) {
        let signer = signer(dice.byte());
        let (_, signature) = signed(&signer, &message);
        let signature = bent(dice, signature);
        return vec![
            signer.verifier().to_string().into(),
            sometimes_damaged(dice, 10, message).into(),
            signature,
        ];
    }
    let small = |dice: &mut Dice| hex(dice.pick(&SMALL_ORDER));
    let mut scalar = vec![0; 32];
    scalar[0] = dice.pick(&[0, 0, 0, 1]);
    let point = if scalar[0] == 1 { hex(BASE) } else { small(dice) };
    let key = verifier_text(&small(dice));
    vec![key.into(), message.into(), sometimes_changed(dice, 10, [point, scalar].concat())]
}

fn verifier_text(public_key: &[u8]) -> String {
    let key = [&[ED25519], public_key].concat();
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &key);
    let text = format!("small+{:08x}+{base64}", keys::hash("small", &key));
    assert!(VerifierKey::parse(&text).is_ok(), "{text}");
    text
}

/// A good signature in another form.
fn bent(dice: &mut Dice, mut signature: Vec<u8>) -> Vec<u8> {
    match dice.below(6) {
        0 => {
            let at = dice.below(signature.len());
            signature[at] ^= 1 << dice.below(8);
        }
        1 => signature.truncate(dice.below(65)),
        2 => signature.push(dice.byte()),
        3 => add(&mut signature[32..], &hex(ORDER)),
        _ => {}
    }
    signature
}

/// Adds numbers that are written with the least byte first.
fn add(to: &mut [u8], number: &[u8]) {
    let mut carry = 0;
    for (byte, add) in to.iter_mut().zip(number) {
        let sum = u16::from(*byte) + u16::from(*add) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
}
