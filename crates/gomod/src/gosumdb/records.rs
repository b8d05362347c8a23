//! The records of a checksum database: lookup answers and data tiles (protocol.md G5, G6, G14).

use crate::dirhash::H1;
use crate::module::ModuleVersion;
use crate::tlog::{Hash, is_decimal};

/// How many records a data tile has at most.
const RECORDS_MAX: usize = 256;

/// The answer to `lookup/path@version`: the number of a record, the record, and a signed head of a tree that holds it.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ONE: &str = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=";
    const TWO: &str = "h1:SN9pIBhQ35d+/yMNgcdkIkispCn91WnylB6u+gpAiQ8=";

    fn module() -> ModuleVersion {
        ModuleVersion::parse("example.com/A", "v1.0.0").unwrap()
    }

    /// What a record says of the module: the hash of the zip, and that of go.mod.
    fn sums(record: &str) -> (Option<H1>, Option<H1>) {
        let body = format_lookup(3, record, "note");
        let sums = Lookup::parse(body.as_bytes()).unwrap().sums(&module());
        (sums.zip, sums.go_mod)
    }

    /// What is said when this hash is.
    fn h1(text: &str) -> Option<H1> {
        let h1 = H1::parse(text).ok();
        assert!(h1.is_some(), "{text}");
        h1
    }

    #[test]
    fn both_hashes_are_found_in_any_order() {
        let (zip, go_mod) =
            (format!("example.com/A v1.0.0 {ONE}\n"), format!("example.com/A v1.0.0/go.mod {TWO}\n"));
        assert_eq!(sums(&format!("{zip}{go_mod}")), (h1(ONE), h1(TWO)));
        assert_eq!(sums(&format!("{go_mod}{zip}")), (h1(ONE), h1(TWO)));
        assert_eq!(sums(&zip), (h1(ONE), None));
        assert_eq!(sums(&go_mod), (None, h1(TWO)));
        assert_eq!(sums("\n"), (None, None));
    }

    /// CVE-2026-56864: the lines behind the blank line are signed by nobody.
    #[test]
    fn nothing_behind_the_record_counts() {
        let line = format!("example.com/A v1.0.0 {ONE}\n");
        for body in [
            format!("0\n\n\n{line}"),
            format!("0\nexample.com/B v1.0.0 {TWO}\n\n{line}\n\u{2014} db AAAAAAA=\n"),
            format!("0\nother\n\ngo.sum database tree\n1\nroot\n{line}\n\u{2014} db AAAAAAA=\n"),
        ] {
            assert_eq!(Lookup::parse(body.as_bytes()).unwrap().sums(&module()), Sums::default(), "{body}");
        }
    }

    #[test]
    fn other_modules_versions_and_algorithms_do_not_matter() {
        for other in [
            "example.com/a v1.0.0",
            "example.com/A/b v1.0.0",
            "x/example.com/A v1.0.0",
            "example.com/!a v1.0.0",
            "example.com/A v1.0.0+incompatible",
            "example.com/A v1.0.00",
            "example.com/A v1.0",
            "example.com/A  v1.0.0",
            " example.com/A v1.0.0",
            "example.com/A\u{a0}v1.0.0",
            "example.com/A v1.0.0/x",
            "example.com/A v1.0.0/go.mod h2:",
            "example.com/A v1.0.0 ",
            "example.com/A v1.0.0 h2: ",
            "example.com/A v1.0.0 H1:",
        ] {
            assert_eq!(sums(&format!("{other} {ONE}\n")), (None, None), "{other}");
        }
        assert_eq!(
            sums(&format!("example.com/A v1.0.0 h2:x\nexample.com/A v1.0.0 {ONE}\n")),
            (h1(ONE), None)
        );
    }

    #[test]
    fn the_first_line_of_a_module_version_decides() {
        let line = |hash: &str| format!("example.com/A v1.0.0 {hash}\n");
        assert_eq!(sums(&(line(ONE) + &line(TWO))), (h1(ONE), None));
        assert_eq!(sums(&(line(TWO) + &line(ONE))), (h1(TWO), None));
        for broken in ["h1:", "h1:x", &format!("{TWO} "), &format!("{TWO} x"), &TWO.replace("Q8=", "Q9=")] {
            assert_eq!(sums(&(line(broken) + &line(ONE))), (None, None), "{broken}");
        }
    }

    #[test]
    fn numbers_are_spelled_one_way() {
        let parse = |id: &str| Lookup::parse(format!("{id}\nx\n\n").as_bytes()).map(|lookup| lookup.id);
        assert_eq!(parse("0"), Ok(0));
        assert_eq!(parse("9223372036854775807"), Ok(u64::MAX / 2));
        for bad in ["", "-1", "+1", "01", " 1", "1 ", "1\r", "9223372036854775808", "x", "h1:"] {
            assert_eq!(parse(bad), Err(LookupError::Id), "{bad:?}");
        }
    }

    #[test]
    fn bodies_that_are_no_answers() {
        let bad: [(&[u8], LookupError); 9] = [
            (b"", LookupError::Id),
            (b"1", LookupError::Id),
            (b"<html>\n\n", LookupError::Id),
            (b"1\n", LookupError::Cut),
            (b"1\n\n", LookupError::Cut),
            (b"1\na v1 h1:x\n", LookupError::Cut),
            (b"1\na v1 h1:x\r\n\r\n", LookupError::Cut),
            (b"1\na v1 h1:x\r\n\n", LookupError::Text),
            (b"1\n\xff\n\n", LookupError::Text),
        ];
        for (body, error) in bad {
            assert_eq!(Lookup::parse(body), Err(error), "{}", body.escape_ascii());
        }
    }

    #[test]
    fn the_hash_of_a_record_is_of_its_text_with_the_newline() {
        let lookup = Lookup::parse(b"1\na\nb\n\nnote").unwrap();
        assert_eq!((lookup.record, lookup.note), ("a\nb\n", b"note".as_slice()));
        assert_eq!(lookup.record_hash(), Hash::record(b"a\nb\n"));
    }

    #[test]
    fn a_data_tile_splits_into_its_records() {
        assert_eq!(split_records(b""), Ok(vec![]));
        assert_eq!(split_records(b"a\n\n\nb\n\n\n\n"), Ok(vec!["a\n", "\nb\n", "\n"]));
        assert_eq!(split_records(b"a\n\nb\n"), Err(RecordsError::Cut(1)));
        assert_eq!(split_records(b"a\n\n\tb\n\n"), Err(RecordsError::Text(1)));
        assert_eq!(split_records(b"a\n\n\xc0\n\n"), Err(RecordsError::Text(1)));
        assert_eq!(
            split_records("a\n\n".repeat(RECORDS_MAX).as_bytes()).map(|all| all.len()),
            Ok(RECORDS_MAX)
        );
        assert_eq!(split_records("a\n\n".repeat(RECORDS_MAX + 1).as_bytes()), Err(RecordsError::TooMany));
    }

    proptest! {
        #[test]
        fn lookups_print_as_they_were_read(id in 0..=u64::MAX / 2, record in "([a-z .:]{1,20}\n){1,4}", note in "[a-z\n]{0,40}") {
            let body = format_lookup(id, &record, &note);
            let lookup = Lookup { id, record: &record, note: note.as_bytes() };
            prop_assert_eq!(Lookup::parse(body.as_bytes()), Ok(lookup));
        }

        #[test]
        fn no_bytes_make_the_parsers_panic(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'1'), any::<u8>()], 0..60)) {
            let _ = split_records(&bytes).is_ok();
            if let Ok(lookup) = Lookup::parse(&bytes) {
                let note = String::from_utf8_lossy(lookup.note);
                prop_assert!(format_lookup(lookup.id, lookup.record, &note).starts_with(&lookup.id.to_string()));
                prop_assert_eq!(lookup.sums(&module()), Sums::default());
            }
        }
    }
}
