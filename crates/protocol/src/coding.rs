//! Compressed text: who gets it, and how it is made.
//!
//! A list of some thousand versions is a tenth of its size in gzip, and the go command takes gzip for everything it asks. Zips are
//! compressed already.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, header};
use moka::sync::Cache;
use source::Kind;

/// The smallest body, in bytes, that is worth it: what fits into one packet with its headers travels no faster.
const SIZE_MIN: u64 = 1024;

/// The largest body, in bytes, that is compressed: it bounds the time (some hundredths of a second) and the memory of one answer.
const SIZE_MAX: u64 = 4 << 20;

/// Up to here, in bytes, compressing takes less time (some hundred microseconds) than may be taken between two waits of
/// an async worker. What is larger is compressed on a thread that may block.
const INLINE_MAX: usize = 64 << 10;

/// Whether an answer of this kind and size can have a compressed form.
pub(crate) fn is_worth_it(kind: Kind, size: Option<u64>) -> bool {
    !matches!(kind, Kind::Zip | Kind::Tile) && size.is_some_and(|size| (SIZE_MIN..=SIZE_MAX).contains(&size))
}

/// Whether the client would rather have gzip than what it is made from (RFC 9110, section 12.5.3).
pub(crate) fn wants_gzip(headers: &HeaderMap) -> bool {
    let (mut gzip, mut any, mut identity) = (None, None, None);
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for (coding, weight) in lines.flat_map(|line| line.split(',')).map(weighed) {
        let known = match coding {
            c if c.eq_ignore_ascii_case("gzip") || c.eq_ignore_ascii_case("x-gzip") => &mut gzip,
            c if c.eq_ignore_ascii_case("identity") => &mut identity,
            "*" => &mut any,
            _ => continue,
        };
        *known = Some(weight);
    }
    let gzip = gzip.or(any).unwrap_or(0);
    gzip > 0 && gzip >= identity.unwrap_or(0)
}

/// A coding and its weight in thousandths. A weight that cannot be read is none: the client gets what it surely understands.
fn weighed(element: &str) -> (&str, u16) {
    let (coding, parameter) = element.split_once(';').unwrap_or((element, "q=1"));
    let weight =
        parameter.trim().strip_prefix(['q', 'Q']).and_then(|rest| rest.trim_start().strip_prefix('='));
    (coding.trim(), weight.and_then(|weight| thousandths(weight.trim())).unwrap_or(0))
}

/// `0`, `1`, or either with up to three decimals.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let is_number = decimals.len() <= 3 && decimals.bytes().all(|digit| digit.is_ascii_digit());
    match whole {
        "0" if is_number => format!("{decimals:0<3}").parse().ok(),
        "1" if is_number => Some(1000),
        _ => None,
    }
}

/// How many bytes of memory the compressed forms may take that are remembered: those of some thousand `.mod` files and lists,
/// which is more than builds ask for at a time.
const REMEMBERED_MAX: u64 = 16 << 20;

/// What remembering one form takes besides its bytes, about.
const BOOKKEEPING_BYTES: usize = 256;

/// Compressed forms of what was just asked for, by the SHA-256 of the plain form: compressing takes longer than all the rest
/// of an answer, and the go command asks for gzip each time.
#[derive(Debug, Clone)]
pub(crate) struct Compressed(Cache<[u8; 32], Bytes>);

impl Default for Compressed {
    fn default() -> Self {
        let weight = |bytes: &Bytes| u32::try_from(bytes.len() + BOOKKEEPING_BYTES).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(REMEMBERED_MAX).weigher(move |_, bytes| weight(bytes)).build())
    }
}

impl Compressed {
    /// The compressed form of what has this hash, if it is remembered.
    pub(crate) fn of(&self, sha256: &[u8; 32]) -> Option<Bytes> {
        self.0.get(sha256)
    }

    /// Remembers it.
    pub(crate) fn remember(&self, sha256: [u8; 32], packed: Bytes) {
        self.0.insert(sha256, packed);
    }
}

/// The bytes in gzip. `None` when it could not be made, which only a lack of memory or threads can bring about.
pub(crate) async fn gzip(plain: Bytes) -> Option<Bytes> {
    if plain.len() <= INLINE_MAX {
        return compress(&plain);
    }
    tokio::task::spawn_blocking(move || compress(&plain)).await.ok()?
}

/// At the fastest level: the best one is a few percent smaller and several times slower.
fn compress(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::fast());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use http::HeaderValue;

    use super::*;

    fn wants(accepted: &str) -> bool {
        let value = HeaderValue::from_str(accepted).unwrap();
        wants_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]))
    }

    #[test]
    fn gzip_goes_to_who_wants_it_at_least_as_much_as_plain_text() {
        for accepted in [
            "gzip",
            "GZIP",
            "x-gzip",
            "deflate, gzip;q=0.5",
            "*",
            "br , * ; q=0.001",
            "gzip;q=1.000, identity",
            "gzip;Q = 0.5, identity;q=0.5",
            "identity;q=0, gzip;q=0.1",
        ] {
            assert!(wants(accepted), "{accepted}");
        }
        for accepted in [
            "",
            "identity",
            "br",
            "gzip;q=0",
            "gzip;q=0.000",
            "*;q=0",
            "gzip;q=0, *",
            "gzip;q=0.4, identity;q=0.5",
            "gzip;q=2",
            "gzip;q=x",
            "gzip;level=1",
            "gzipped",
            "gzip;q=0.1234",
        ] {
            assert!(!wants(accepted), "{accepted}");
        }
        assert!(!wants_gzip(&HeaderMap::new()));
    }

    #[test]
    fn only_text_of_some_size_is_worth_it() {
        assert!(is_worth_it(Kind::List, Some(SIZE_MIN)) && is_worth_it(Kind::Mod, Some(SIZE_MAX)));
        assert!(!is_worth_it(Kind::Zip, Some(SIZE_MIN)) && !is_worth_it(Kind::List, Some(SIZE_MIN - 1)));
        assert!(!is_worth_it(Kind::List, Some(SIZE_MAX + 1)) && !is_worth_it(Kind::Info, None));
    }

    #[tokio::test]
    async fn what_is_compressed_comes_out_as_it_went_in() {
        for size in [SIZE_MIN, INLINE_MAX as u64 + 1] {
            let plain: Bytes = (0..size).map(|at| u8::try_from(at % 7).unwrap()).collect();
            let packed = gzip(plain.clone()).await.unwrap();
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, plain);
            assert!(packed.len() < plain.len() / 2);
        }
    }
}
