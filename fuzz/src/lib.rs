//! What the fuzz targets share: input as text, and inputs in several parts.
//!
//! A target finds two kinds of fault: a panic, and a promise that does not hold. The promises are assertions in the targets.
//! `README.md` says how to run them.

/// The input as text. Inputs that are no UTF-8 are dropped: the functions under test take `&str`, so only a caller could
/// meet such bytes, and libFuzzer soon keeps to the others.
#[must_use]
pub fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// The input in two parts, cut at its first newline.
#[must_use]
pub fn two_texts(data: &[u8]) -> Option<(&str, &str)> {
    text(data)?.split_once('\n')
}

/// The length of an input, as functions that read at an offset want it.
#[must_use]
pub fn len(data: &[u8]) -> u64 {
    u64::try_from(data.len()).unwrap_or(u64::MAX)
}

/// `good` with some bytes changed: each three bytes of `changes` are a place, as two bytes, and what stands there.
#[must_use]
pub fn changed(good: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for &[high, low, value] in changes.as_chunks::<3>().0 {
        let place = usize::from(u16::from_be_bytes([high, low])) % good.len().max(1);
        if let Some(byte) = bytes.get_mut(place) {
            *byte = value;
        }
    }
    bytes
}
