//! The file beside each artifact that says what it was when it was put, and where it came from.
//!
//! Two equal lines, each `XXH3 JSON`, the sum being that of the JSON: a flipped bit in a few hundred bytes must not cost
//! the zip beside them, so that the second line stands in for a damaged first one. When neither holds, nothing vouches
//! for the artifact, and whether *it* is whole cannot be told: it is set aside with its sidecar. A sidecar that is missing,
//! or in a format of another release, is a different case: nothing points to damage, and it is made anew.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gomod::H1;
use serde::{Deserialize, Serialize};
use source::blocks::BLOCK_SIZE;
use source::{Assurance, Origin};
use xxhash_rust::xxh3::xxh3_64;

use super::fingerprint::Fingerprint;

/// The format that this release writes and reads.
const FORMAT: u32 = 2;

/// What is known about a kept artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sidecar {
    pub(super) fingerprint: Fingerprint,
    pub(super) h1: Option<H1>,
    /// `None` when the sidecar was made from a file that somebody else had put there.
    pub(super) origin: Option<Origin>,
    pub(super) assurance: Assurance,
    pub(super) kept_at: SystemTime,
}

/// Why a sidecar says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Not what was written.
    Damaged,
    /// Written whole, in a format that this release does not know.
    Foreign,
}

/// The JSON of a line.
#[derive(Serialize, Deserialize)]
struct Record {
    format: u32,
    sha256: String,
    size: u64,
    block_size: u64,
    /// The xxh3-64 of each block, 16 hex digits each, in a row.
    blocks: String,
    h1: Option<String>,
    origin: Option<String>,
    assurance: String,
    kept_at_unix_ms: u64,
}

/// The one field that every format has.
#[derive(Deserialize)]
struct AnyFormat {
    format: u32,
}

impl Sidecar {
    /// The bytes of the file.
    pub(super) fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        Ok(framed(&serde_json::to_string(&self.record())?))
    }

    fn record(&self) -> Record {
        let Fingerprint { sha256, size, blocks } = &self.fingerprint;
        Record {
            format: FORMAT,
            sha256: hex(sha256),
            size: *size,
            block_size: BLOCK_SIZE as u64,
            blocks: blocks.iter().map(|sum| format!("{sum:016x}")).collect::<Vec<_>>().concat(),
            h1: self.h1.as_ref().map(H1::to_string),
            origin: self.origin.as_ref().map(Origin::to_string),
            assurance: self.assurance.to_string(),
            kept_at_unix_ms: unix_ms(self.kept_at),
        }
    }

    /// Reads the file at `path`: what it says, and the use of the artifact that its time notes ([`super::last_use`]).
    pub(super) fn read(path: &Path) -> io::Result<(Result<Self, Unreadable>, SystemTime)> {
        let mut file = File::open(path)?;
        let about = file.metadata()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok((Self::decode(&bytes), about.modified()?))
    }

    /// Reads the bytes of the file, from whichever line is whole.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        let (first, second) = bytes.split_at(bytes.len() / 2);
        let json = whole_json(first).or_else(|| whole_json(second)).ok_or(Unreadable::Damaged)?;
        let AnyFormat { format } = serde_json::from_str(json).map_err(|_| Unreadable::Foreign)?;
        if format != FORMAT {
            return Err(Unreadable::Foreign);
        }
        let record = serde_json::from_str(json).map_err(|_| Unreadable::Foreign)?;
        Self::of_record(record).ok_or(Unreadable::Foreign)
    }

    fn of_record(record: Record) -> Option<Self> {
        let blocks = parse_blocks(&record.blocks)?;
        let fingerprint = Fingerprint { sha256: parse_sha256(&record.sha256)?, size: record.size, blocks };
        if record.block_size != BLOCK_SIZE as u64 || !fingerprint.is_consistent() {
            return None;
        }
        Some(Self {
            fingerprint,
            h1: record.h1.and_then(|h1| H1::parse(&h1).ok()),
            origin: record.origin.map(Origin::new),
            assurance: Assurance::recalled(&record.assurance),
            kept_at: UNIX_EPOCH.checked_add(Duration::from_millis(record.kept_at_unix_ms))?,
        })
    }
}

/// Milliseconds since 1970; what a clock before that says counts as 1970.
pub(super) fn unix_ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The two lines, which every format has.
fn framed(json: &str) -> Vec<u8> {
    format!("{:016x} {json}\n", xxh3_64(json.as_bytes())).repeat(2).into_bytes()
}

/// The JSON of a line whose sum holds. Lines are told apart by their equal lengths: a line feed can be damaged too.
fn whole_json(line: &[u8]) -> Option<&str> {
    let (_line_feed, line) = line.split_last()?;
    let (sum, json) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    (sum == format!("{:016x}", xxh3_64(json.as_bytes()))).then_some(json)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn parse_sha256(text: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> = pieces(text, 2)?.map(|piece| u8::from_str_radix(piece, 16).ok()).collect();
    bytes?.try_into().ok()
}

fn parse_blocks(text: &str) -> Option<Vec<u64>> {
    pieces(text, 16)?.map(|piece| u64::from_str_radix(piece, 16).ok()).collect()
}

/// The text in pieces of `length` digits, when it consists of such.
fn pieces(text: &str, length: usize) -> Option<impl Iterator<Item = &str>> {
    let digits = text.len().is_multiple_of(length) && text.bytes().all(|b| b.is_ascii_hexdigit());
    digits.then(|| (0..text.len()).step_by(length).filter_map(move |at| text.get(at..at + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sidecar() -> Sidecar {
        Sidecar {
            fingerprint: Fingerprint::of_bytes(&vec![3; BLOCK_SIZE + 1]),
            h1: H1::parse("h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").ok(),
            origin: Some(Origin::new("https://proxy.example")),
            assurance: Assurance::recalled("well-formed"),
            kept_at: UNIX_EPOCH + Duration::from_millis(1_700_000_000_123),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(Sidecar::decode(&sidecar().encode().unwrap()), Ok(sidecar()));
        let bare = Sidecar { h1: None, origin: None, fingerprint: Fingerprint::of_bytes(b""), ..sidecar() };
        assert_eq!(Sidecar::decode(&bare.encode().unwrap()), Ok(bare));
    }

    #[test]
    fn no_single_flipped_bit_changes_or_loses_anything() {
        let whole = sidecar().encode().unwrap();
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Sidecar::decode(&flipped), Ok(sidecar()), "bit {bit}");
        }
    }

    #[test]
    fn two_damaged_lines_vouch_for_nothing() {
        let mut bytes = sidecar().encode().unwrap();
        let half = bytes.len() / 2;
        bytes[20] ^= 1;
        bytes[half + 20] ^= 1;
        assert_eq!(Sidecar::decode(&bytes), Err(Unreadable::Damaged));
        assert_eq!(Sidecar::decode(b""), Err(Unreadable::Damaged));
    }

    #[test]
    fn a_format_of_another_release_is_not_damage() {
        let later = framed(r#"{"format":3,"better":true}"#);
        assert_eq!(Sidecar::decode(&later), Err(Unreadable::Foreign));
    }
}
