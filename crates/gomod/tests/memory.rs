//! What hostile input costs in memory, measured: at most so many times its own size.
//!
//! An allocator that counts stands in for the usual one, so this is a test program of its own with a single test: another
//! test at the same time would be counted too.

#![cfg(test)]

use gomod::ModuleVersion;
use gomod::dirhash::hash_zip;
use gomod::gosumdb::{Lookup, split_records};
use gomod::modfile::GoMod;
use gomod::note::{Note, SignerKey};
use gomod::repository::imports;
use gomod::tlog::TreeHead;
use gomod::zip::{self, ZipError};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const MEBIBYTE: usize = 1 << 20;

/// What the lines of one go.mod file may take besides, in bytes. They are limited in number, whatever the size of the file.
const LINES_BYTES: usize = 20 * MEBIBYTE;

/// An input, how many times its size reading it may take, and how many bytes besides.
struct Case {
    name: &'static str,
    input: Vec<u8>,
    times: usize,
    besides: usize,
    read: fn(&[u8]),
}

#[test]
fn hostile_input_takes_a_small_multiple_of_its_size() {
    for case in go_mod_cases().into_iter().chain(zip_cases()).chain(sum_db_cases()).chain(page_cases()) {
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        (case.read)(&case.input);
        let taken = ALLOCATOR.peak_usage() - before;
        let allowed = case.input.len() * case.times + case.besides;
        println!("{}: {} bytes took {taken}, {allowed} allowed", case.name, case.input.len());
        assert!(taken <= allowed, "{}: {} bytes took {taken}, over {allowed}", case.name, case.input.len());
    }
}

fn read_go_mod(input: &[u8]) {
    let strict = GoMod::parse(input).map_err(|errors| errors.to_string());
    let lax = GoMod::parse_lax(input).map_err(|errors| errors.to_string());
    assert!(strict.is_ok() || strict.is_err_and(|message| message.len() < MEBIBYTE));
    assert!(lax.is_ok() || lax.is_err_and(|message| message.len() < MEBIBYTE));
}

/// Pages full of one piece: tags, attributes, text that never ends.
fn page_cases() -> Vec<Case> {
    let pieces = [
        ("many tags", "<meta name=go-import content='a b c'>", 8),
        ("many attributes", "<a b c d name=x content ", 2),
        ("many start tags", "<a>", 2),
        ("many references", "&#65;&a", 4),
        ("an attribute without end", "<a name=\"aaaaaaaa", 4),
        ("many directives", "<!a <", 2),
    ];
    let read = |page: &[u8]| drop(imports::parse(page).map(|tags| imports::find(&tags, "a/b").is_ok()));
    let case = |(name, piece, times): (_, &str, _)| {
        let input = piece.repeat(MEBIBYTE / piece.len()).into_bytes();
        Case { name, input, times, besides: MEBIBYTE, read }
    };
    pieces.into_iter().map(case).collect()
}

/// Files of four mebibytes of one piece, and one whose block has a long comment.
fn go_mod_cases() -> Vec<Case> {
    let repeated = |name, piece: &str, times| {
        let input = piece.repeat(4 * MEBIBYTE / piece.len()).into_bytes();
        Case { name, input, times, besides: LINES_BYTES, read: read_go_mod }
    };
    let block = |start: String, line: &str, lines| format!("{start}retract (\n{})\n", line.repeat(lines));
    let case = |name, text: String| Case {
        name,
        input: text.into_bytes(),
        times: 8,
        besides: LINES_BYTES,
        read: read_go_mod,
    };
    vec![
        repeated("unknown lines", "a\n", 1),
        repeated("repeated lines", "go\n", 1),
        repeated("words on a line", "a ", 1),
        repeated("one word", "a", 3),
        repeated("one word that is no text", "\u{ad}", 3),
        repeated("comments", "//\n", 1),
        repeated("comments behind lines", "tool a //\n", 1),
        repeated("empty blocks", "a()\n", 1),
        repeated("lines of several lines", "\"\\\n\" //\n", 8),
        case("a block with a comment", block(format!("// {}\n", "x".repeat(300_000)), "v1\n", 49_999)),
        case("a block of bare versions", block(String::new(), "a\n", 2 * MEBIBYTE)),
    ]
}

fn check_zip(input: &[u8]) {
    let module = ModuleVersion::parse("a.b/c", "v1.0.0").unwrap();
    // The files are not there, so nothing but the directory can be looked at.
    let error = zip::check(&module, input, input.len() as u64).unwrap_err();
    assert!(matches!(error, ZipError::Malformed(_)), "refused too early: {error}");
    assert!(hash_zip(input, input.len() as u64).is_err());
}

/// Directories of two mebibytes: of deep names that share no folder, and of the shortest names.
fn zip_cases() -> Vec<Case> {
    let deep = |i: usize| format!("{}{i}", format!("{i:x}/").repeat(20));
    let case = |name, names: &mut dyn Iterator<Item = String>, times| {
        let input = directory(names);
        Case { name, input, times, besides: MEBIBYTE, read: check_zip }
    };
    vec![
        case("deep names", &mut (0..10_000).map(deep), 4),
        case("very deep names", &mut (0..40).map(|i| format!("{i:x}/").repeat(20_000) + "f"), 4),
        case("short names", &mut (0..40_000).map(|i| format!("{i:x}")), 4),
    ]
}

fn read_sum_db(input: &[u8]) {
    let key = SignerKey::from_seed("db", [1; 32]).unwrap().verifier();
    let error = Note::open(input, &[key]).unwrap_err();
    assert!(error.to_string().len() < 1000);
    let module = ModuleVersion::parse("a.b/c", "v1.0.0").unwrap();
    assert!(
        Lookup::parse(input)
            .map_err(|error| error.to_string())
            .is_ok_and(|lookup| lookup.sums(&module).zip.is_none())
    );
    let _ = split_records(input).is_err();
    let text = std::str::from_utf8(input).unwrap();
    let error = TreeHead::parse(&text[..1_000_000]).unwrap_err();
    assert!(error.to_string().len() < 1000);
}

/// Answers of four mebibytes to a lookup, with a note whose signatures go on and on.
fn sum_db_cases() -> Vec<Case> {
    let repeated = |name, start: &str, piece: &str, end: &str, times| {
        let input = format!("1\n{start}{}{end}", piece.repeat(4 * MEBIBYTE / piece.len())).into_bytes();
        Case { name, input, times, besides: MEBIBYTE, read: read_sum_db }
    };
    vec![
        repeated("signatures", "\n\n", "\u{2014} a AAAAAAA=\n", "", 1),
        repeated("a long name", "\n\n\u{2014} ", "a", " AAAAAAA=\n", 3),
        repeated("a long signature", "\n\n\u{2014} a ", "AAAA", "\n", 6),
        repeated("blank lines", "", "\n", "", 1),
        repeated("records", "", "a\n\n", "", 1),
        repeated("lines of a record", "", "a.b/c v1.0.0 h1:\n", "\n", 1),
    ]
}

/// A directory whose entries all lie at its start, and an end record.
fn directory(names: &mut dyn Iterator<Item = String>) -> Vec<u8> {
    let (mut zip, mut count) = (Vec::new(), 0_u16);
    for name in names {
        let name = format!("a.b/c@v1.0.0/{name}");
        zip.extend(b"PK\x01\x02");
        zip.extend([0; 24]);
        zip.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        zip.extend([0; 16]);
        zip.extend(name.into_bytes());
        count += 1;
    }
    let length = u32::try_from(zip.len()).unwrap();
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    zip.extend(length.to_le_bytes());
    zip.extend([0; 6]);
    zip
}
