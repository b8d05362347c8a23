//! The records of a checksum database: lookup answers and data tiles (protocol.md G5, G6, G14).

use crate::dirhash::H1;
use crate::module::ModuleVersion;
use crate::tlog::{Hash, is_decimal};

/// How many records a data tile has at most.
const RECORDS_MAX: usize = 256;

/// The answer to `/lookup/path@version`: the number of a record, the record, and a signed head of a tree that holds it.
///
/// Nothing of this is proven by being read: the note must be opened, and the record's hash found in its tree.
///
/// ```
/// use gomod::{ModuleVersion, gosumdb::Lookup};
/// let body = b"12\na.b/c v1.0.0 h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=\n\na.b/c v1.0.0/go.mod h1:forged\n";
/// let lookup = Lookup::parse(body)?;
/// assert_eq!(lookup.id, 12);
/// let sums = lookup.sums(&ModuleVersion::parse("a.b/c", "v1.0.0")?);
/// assert!(sums.zip.is_some());
/// assert_eq!(sums.go_mod, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookup<'a> {
    /// The number of the record in the log, counted from 0.
    pub id: u64,
    /// The text of the record with its final newline, without the blank line that ends it.
    pub record: &'a str,
    /// What follows: a signed note, as bytes for [`Note::open`](crate::note::Note::open).
    pub note: &'a [u8],
}

/// What a record says about one module version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// The hash of all files, as the zip holds them.
    pub zip: Option<H1>,
    /// The hash of go.mod alone.
    pub go_mod: Option<H1>,
}

/// Why a body is no answer to a lookup.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// The first line is no number of a record.
    #[error("malformed lookup answer: its first line is not the number of a record")]
    Id,
    /// No blank line ends the record.
    #[error("malformed lookup answer: no blank line ends the record, so it was cut")]
    Cut,
    /// The record holds bytes that no record holds.
    #[error("malformed lookup answer: the record is not UTF-8, or holds control characters")]
    Text,
}

/// Why the content of a data tile is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordsError {
    /// No blank line ends the last record.
    #[error("malformed data tile: no blank line ends record {0} of it, so it was cut")]
    Cut(
        /// Which record of the tile, counted from 0.
        usize,
    ),
    /// A record holds bytes that no record holds.
    #[error("malformed data tile: record {0} of it is not UTF-8, or holds control characters")]
    Text(
        /// Which record of the tile, counted from 0.
        usize,
    ),
    /// More than a tile has.
    #[error("malformed data tile: it has more than {RECORDS_MAX} records")]
    TooMany,
}

impl<'a> Lookup<'a> {
    /// Reads an answer. The number must be written as a database writes it: digits without a leading zero, below 2⁶³.
    pub fn parse(body: &'a [u8]) -> Result<Self, LookupError> {
        let (id, rest) = split_at_newline(body).ok_or(LookupError::Id)?;
        let id = parse_id(id).ok_or(LookupError::Id)?;
        let (record, note) = split_record(rest).ok_or(LookupError::Cut)?;
        let record = record_text(record).ok_or(LookupError::Text)?;
        Ok(Self { id, record, note })
    }

    /// The hash under which the record stands in the log, at place `id`.
    pub fn record_hash(&self) -> Hash {
        Hash::record(self.record.as_bytes())
    }

    /// What the record says about a module version. Nothing outside the record counts (protocol.md G14).
    ///
    /// As in go, the first `h1:` line of a module version decides: a later one cannot correct it. If that line is not a
    /// well-formed hash, nothing is said. Lines of other modules, versions or algorithms do not matter.
    pub fn sums(&self, module: &ModuleVersion) -> Sums {
        let (path, version) = (module.path(), module.version());
        let of = |prefix: &str| {
            let rest = self.record.split('\n').find_map(|line| line.strip_prefix(prefix))?;
            H1::parse(&format!("h1:{rest}")).ok()
        };
        Sums {
            zip: of(&format!("{path} {version} h1:")),
            go_mod: of(&format!("{path} {version}/go.mod h1:")),
        }
    }
}

/// The answer to a lookup. The record must be one: lines of printable text, none of them blank, each with its newline.
///
/// ```
/// use gomod::gosumdb::{Lookup, format_lookup};
/// let body = format_lookup(7, "a.b/c v1.0.0 h1:x=\n", "note\n");
/// let lookup = Lookup { id: 7, record: "a.b/c v1.0.0 h1:x=\n", note: b"note\n" };
/// assert_eq!(Lookup::parse(body.as_bytes()), Ok(lookup));
/// ```
pub fn format_lookup(id: u64, record: &str, note: &str) -> String {
    format!("{id}\n{record}\n{note}")
}

/// The records of a data tile, each with its final newline (protocol.md G6). The first has the number 256 times the tile's
/// index. They are proven only when their hashes are those of the hash tile beside it.
///
/// ```
/// use gomod::gosumdb::split_records;
/// assert_eq!(split_records(b"a v1 h1:x=\n\nb v1 h1:y=\nb v1/go.mod h1:z=\n\n")?.len(), 2);
/// # Ok::<(), gomod::gosumdb::RecordsError>(())
/// ```
pub fn split_records(data_tile: &[u8]) -> Result<Vec<&str>, RecordsError> {
    let (mut records, mut rest) = (Vec::new(), data_tile);
    while !rest.is_empty() {
        let at = records.len();
        if at == RECORDS_MAX {
            return Err(RecordsError::TooMany);
        }
        let (record, after) = split_record(rest).ok_or(RecordsError::Cut(at))?;
        records.push(record_text(record).ok_or(RecordsError::Text(at))?);
        rest = after;
    }
    Ok(records)
}

fn split_at_newline(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&b| b == b'\n')?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

/// A number as the database writes it. Go counts records in 63 bits.
fn parse_id(bytes: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| is_decimal(text))?;
    text.parse::<i64>().ok()?.try_into().ok()
}

/// The first record with its final newline, and what is behind the blank line that ends it.
fn split_record(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.windows(2).position(|pair| pair == b"\n\n")?;
    Some((&bytes[..=at], &bytes[at + 2..]))
}

/// A record may hold text and line ends; no carriage return or other control character.
fn record_text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.contains(|c: char| c < ' ' && c != '\n')).then_some(text)
}
