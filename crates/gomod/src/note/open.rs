//! Opening a signed note: nothing of it can be read before a known key has vouched for it (protocol.md G2).

use std::collections::BTreeSet;

use crate::excerpt::excerpt;
use crate::go_base64;
use crate::gosumdb::{VerifierKey, is_name};

/// What a signature line begins with: an em dash and a space.
pub(super) const DASH: &str = "\u{2014} ";

/// How many signature lines are read of a note (protocol.md G2). It bounds what a hostile note costs.
const SIGNATURES_MAX: usize = 100;

/// How many bytes of a signature say which key made it.
const HASH_BYTES: usize = 4;

/// A signed note whose signature was checked.
///
/// ```
/// use gomod::gosumdb::VerifierKey;
/// use gomod::note::Note;
/// let key = VerifierKey::parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")?;
/// assert!(Note::open("go.sum database tree\n\n\u{2014} sum.golang.org Az3grg==\n".as_bytes(), &[key]).is_err());
/// # Ok::<(), gomod::gosumdb::KeyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note<'a> {
    text: &'a str,
    verified: Vec<Signature>,
    unverified: Vec<Signature>,
}

/// A signature line of a note.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature {
    /// Whose key it is.
    pub name: String,
    /// The hash that tells keys of one name apart.
    pub hash: u32,
    /// Hash and signature as they stand in the line.
    pub base64: String,
}

/// Why a text is no note that can be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It holds bytes that no note holds.
    #[error("the signed note is not UTF-8, or holds control characters")]
    Text,
    /// There is no last blank line with whole lines behind it.
    #[error("the signed note has no signatures: a text, a blank line and signature lines are expected")]
    NoSignatures,
    /// A line behind the text has another form.
    #[error("signature line {0} of the note is malformed; it has the form \"\u{2014} name base64\"")]
    Line(
        /// Counted from 1, behind the blank line.
        usize,
    ),
    /// More lines than anyone needs.
    #[error("the note has more than {SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// Two of the given keys have the name and hash of a signature, so it is not known whose it is.
    #[error("two of the known keys are {name}+{hash:08x}; give each key once")]
    Ambiguous {
        /// The name of both keys.
        name: String,
        /// The hash of both keys.
        hash: u32,
    },
    /// A known key did not sign this text, although a line says so.
    #[error("the signature of {name}+{hash:08x} is wrong: the note was changed, or is forged")]
    Wrong {
        /// The name of the key.
        name: String,
        /// The hash of the key.
        hash: u32,
    },
    /// All signatures are of unknown keys.
    #[error("no known key signed the note; it is signed by {0}")]
    Unknown(
        /// The keys that the first signature lines name.
        String,
    ),
}

impl<'a> Note<'a> {
    /// Takes a note that at least one of the keys has signed. Signatures of unknown keys do not matter; a wrong signature of
    /// a known key is an error, whoever else signed. Further signatures of the same key are not looked at.
    pub fn open(message: &'a [u8], keys: &[VerifierKey]) -> Result<Self, NoteError> {
        let message = std::str::from_utf8(message).map_err(|_| NoteError::Text)?;
        if message.contains(|c: char| c < ' ' && c != '\n') {
            return Err(NoteError::Text);
        }
        let (text, signatures) = split(message).ok_or(NoteError::NoSignatures)?;
        let mut note = Self { text, verified: Vec::new(), unverified: Vec::new() };
        note.read_signatures(signatures, keys)?;
        if note.verified.is_empty() { Err(NoteError::Unknown(note.names_of_unverified())) } else { Ok(note) }
    }

    /// What was signed, with its final newline.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The good signatures of known keys, at least one, one for each key.
    pub fn verified(&self) -> &[Signature] {
        &self.verified
    }

    /// The signatures of unknown keys, each once. They prove nothing.
    pub fn unverified(&self) -> &[Signature] {
        &self.unverified
    }

    fn read_signatures(&mut self, lines: &str, keys: &[VerifierKey]) -> Result<(), NoteError> {
        let mut seen = BTreeSet::new();
        for (index, line) in lines.split_terminator('\n').enumerate() {
            let (signature, bytes) = read_line(line).ok_or(NoteError::Line(index + 1))?;
            if index >= SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            match find_key(&signature, keys)? {
                None if seen.insert(signature.clone()) => self.unverified.push(signature),
                Some(key) if !self.is_verified(&signature) => self.verify(key, signature, &bytes)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn is_verified(&self, signature: &Signature) -> bool {
        self.verified.iter().any(|other| other.name == signature.name && other.hash == signature.hash)
    }

    fn verify(&mut self, key: &VerifierKey, signature: Signature, bytes: &[u8]) -> Result<(), NoteError> {
        if !key.verify(self.text.as_bytes(), bytes) {
            return Err(NoteError::Wrong { name: signature.name, hash: signature.hash });
        }
        self.verified.push(signature);
        Ok(())
    }

    fn names_of_unverified(&self) -> String {
        const SHOWN_MAX: usize = 3;
        let name = |signature: &Signature| format!("{}+{:08x}", excerpt(&signature.name), signature.hash);
        self.unverified.iter().take(SHOWN_MAX).map(name).collect::<Vec<_>>().join(", ")
    }
}

/// The text with its final newline, and the lines behind the last blank line, of which there is at least one.
fn split(message: &str) -> Option<(&str, &str)> {
    let at = message.rfind("\n\n")?;
    let (text, rest) = message.split_at(at + 1);
    let lines = rest.strip_prefix('\n')?;
    lines.ends_with('\n').then_some((text, lines))
}

/// A signature as it stands there, and the bytes of it that the key made.
fn read_line(line: &str) -> Option<(Signature, Vec<u8>)> {
    let (name, base64) = line.strip_prefix(DASH)?.split_once(' ')?;
    let mut hash = go_base64::decode(base64)?;
    let bytes = hash.split_off(HASH_BYTES.min(hash.len()));
    let hash = u32::from_be_bytes(hash.try_into().ok()?);
    let is_good = is_name(name) && !bytes.is_empty();
    is_good.then(|| (Signature { name: name.to_owned(), hash, base64: base64.to_owned() }, bytes))
}

fn find_key<'k>(
    signature: &Signature,
    keys: &'k [VerifierKey],
) -> Result<Option<&'k VerifierKey>, NoteError> {
    let mut fitting = keys.iter().filter(|key| key.name() == signature.name && key.hash() == signature.hash);
    let key = fitting.next();
    match fitting.next() {
        None => Ok(key),
        Some(_) => Err(NoteError::Ambiguous { name: signature.name.clone(), hash: signature.hash }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::SignerKey;
    use crate::tlog::TreeHead;
    use proptest::prelude::*;

    const GO_KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

    /// A head that Go's own database signed once.
    const GO_NOTE: &str = "go.sum database tree\n\
        6476701\n\
        mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=\n\
        \n\
        \u{2014} sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=\n";

    fn go_key() -> VerifierKey {
        VerifierKey::parse(GO_KEY).unwrap()
    }

    fn signer(seed: u8) -> SignerKey {
        SignerKey::from_seed("db.example", [seed; 32]).unwrap()
    }

    /// The signature line for a text, with its newline.
    fn line(signer: &SignerKey, text: &str) -> String {
        signer.sign(text).unwrap()[text.len() + 1..].to_owned()
    }

    fn open<'a>(message: &'a str, keys: &[VerifierKey]) -> Result<Note<'a>, NoteError> {
        Note::open(message.as_bytes(), keys)
    }

    #[test]
    fn a_note_of_the_real_database_opens() {
        let note = open(GO_NOTE, &[go_key()]).unwrap();
        assert_eq!(TreeHead::parse(note.text()).unwrap().size, 6_476_701);
        let [signature] = note.verified() else { panic!("one signature") };
        assert_eq!((signature.name.as_str(), signature.hash), ("sum.golang.org", 0x033d_e0ae));
        assert_eq!(note.unverified(), []);
    }

    #[test]
    fn no_byte_of_a_note_can_be_changed() {
        for at in 0..GO_NOTE.len() {
            let mut bytes = GO_NOTE.as_bytes().to_vec();
            bytes[at] ^= 1;
            assert!(Note::open(&bytes, &[go_key()]).is_err(), "{at}");
        }
    }

    #[test]
    fn a_note_that_no_known_key_signed_is_refused() {
        for keys in [vec![], vec![signer(1).verifier()]] {
            let error = open(GO_NOTE, &keys).unwrap_err();
            assert_eq!(error, NoteError::Unknown("sum.golang.org+033de0ae".to_owned()));
        }
    }

    #[test]
    fn one_known_key_is_enough_and_a_wrong_one_too_much() {
        let (text, other) = ("a\n", line(&signer(3), "other\n"));
        let note = format!("{text}\n{}{}{other}", line(&signer(1), text), line(&signer(2), text));
        let opened = open(&note, &[signer(2).verifier()]).unwrap();
        assert_eq!((opened.verified().len(), opened.unverified().len()), (1, 2));
        let opened = open(&note, &[signer(2).verifier(), signer(1).verifier()]).unwrap();
        assert_eq!((opened.verified().len(), opened.unverified().len()), (2, 1));
        let all = [1, 2, 3].map(|seed| signer(seed).verifier());
        let wrong = NoteError::Wrong { name: "db.example".to_owned(), hash: all[2].hash() };
        assert_eq!(open(&note, &all), Err(wrong));
    }

    #[test]
    fn further_signatures_of_a_key_are_not_looked_at() {
        let (right, wrong) = (line(&signer(1), "a\n"), line(&signer(1), "b\n"));
        let unknown = line(&signer(2), "b\n");
        let note = format!("a\n\n{right}{wrong}{unknown}{unknown}");
        let opened = open(&note, &[signer(1).verifier()]).unwrap();
        assert_eq!((opened.verified().len(), opened.unverified().len()), (1, 1));
        let note = format!("a\n\n{wrong}{right}");
        assert!(matches!(open(&note, &[signer(1).verifier()]), Err(NoteError::Wrong { .. })));
    }

    #[test]
    fn a_key_that_is_given_twice_is_ambiguous() {
        let note = signer(1).sign("a\n").unwrap();
        let keys = [signer(1).verifier(), signer(1).verifier()];
        assert!(matches!(open(&note, &keys), Err(NoteError::Ambiguous { .. })));
        let note = format!("a\n\n{}", line(&signer(2), "a\n"));
        assert!(matches!(open(&note, &keys), Err(NoteError::Unknown(_))));
    }

    #[test]
    fn the_last_blank_line_ends_the_text() {
        for text in ["\n", "a\n", "a\n\n", "\n\n\n", "a\n\nb\n", &format!("a\n\n{}", line(&signer(1), "a\n"))]
        {
            let note = signer(1).sign(text).unwrap();
            assert_eq!(open(&note, &[signer(1).verifier()]).unwrap().text(), text);
        }
    }

    #[test]
    fn other_bytes_than_text_are_refused() {
        let key = [signer(1).verifier()];
        let note = signer(1).sign("a\n").unwrap();
        for control in ["\r", "\0", "\t", "\u{1f}"] {
            assert_eq!(open(&note.replace('a', control), &key), Err(NoteError::Text));
        }
        assert_eq!(Note::open(b"\xff\n\n", &key), Err(NoteError::Text));
        assert_eq!(open(&note.replace('\n', "\r\n"), &key), Err(NoteError::Text));
    }

    #[test]
    fn a_note_without_whole_signature_lines_is_refused() {
        let key = [signer(1).verifier()];
        let note = signer(1).sign("a\n").unwrap();
        for bad in ["", "\n", "a\n", "a\n\n", &note[..note.len() - 1], &note.replace("\n\n", "\n")] {
            assert_eq!(open(bad, &key), Err(NoteError::NoSignatures), "{bad:?}");
        }
    }

    #[test]
    fn every_signature_line_has_the_one_form() {
        let good = line(&signer(1), "a\n");
        let bad = [
            "x\n",
            "\u{2014} db.example\n",
            "\u{2014} db.example \n",
            "\u{2014}  AAAAAAA=\n",
            "- db.example AAAAAAA=\n",
            "\u{2014} db.example AAAAAAA\n",
            "\u{2014} db.example AAAAAA==\n",
            "\u{2014} a+b AAAAAAA=\n",
            "\u{2014} a\u{a0}b AAAAAAA=\n",
            "\u{2014}db.example AAAAAAA=\n",
            "\u{2014} db.example AAAAAAA= \n",
        ];
        for bad in bad {
            let note = format!("a\n\n{good}{bad}");
            assert_eq!(open(&note, &[signer(1).verifier()]), Err(NoteError::Line(2)), "{bad:?}");
        }
        let note = format!("a\n\n{good}\u{2014} db.example AAAAAAA=\n");
        assert!(open(&note, &[signer(1).verifier()]).is_ok());
    }

    #[test]
    fn a_hundred_signatures_are_the_limit() {
        let key = [signer(1).verifier()];
        let lines = "\u{2014} other AAAAAAA=\n".repeat(SIGNATURES_MAX - 1);
        let note = format!("a\n\n{lines}{}", line(&signer(1), "a\n"));
        assert!(open(&note, &key).is_ok());
        assert_eq!(open(&(note + "\u{2014} other AAAAAAA=\n"), &key), Err(NoteError::TooManySignatures));
    }

    proptest! {
        #[test]
        fn what_was_signed_opens(text in "[a-z\n\u{2014} ]{0,60}\n", seed in any::<u8>()) {
            let note = signer(seed).sign(&text).unwrap();
            let opened = open(&note, &[signer(seed).verifier()]).unwrap();
            prop_assert_eq!(opened.text(), text);
        }

        #[test]
        fn no_bytes_make_it_panic(text in "[a\n]{0,9}\n\n(\u{2014} [a+]{0,2} [A=]{0,9}\n){0,9}\\PC{0,9}") {
            prop_assert!(open(&text, &[signer(1).verifier()]).is_err());
        }
    }
}
