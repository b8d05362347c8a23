//! Base64 as Go's decoder takes it: with padding, without regard to line ends or spare bits.
//!
//! Signed texts that Go takes must be taken here too, or a client would believe what we refuse.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, PAD};

const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, PAD.with_decode_allow_trailing_bits(true));

/// The bytes, or `None` where Go's decoder reports an error.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    if !text.contains(['\r', '\n']) {
        return LENIENT.decode(text).ok();
    }
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    LENIENT.decode(text).ok()
}

/// The 32 bytes of a hash or key.
pub(crate) fn decode_32(text: &str) -> Option<[u8; 32]> {
    decode(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_spare_bits_do_not_count_but_padding_does() {
        for good in ["QQ==", "QR==", "Q\nQ\r\n==", "QQ==\n"] {
            assert_eq!(decode(good).unwrap(), b"A", "{good:?}");
        }
        for bad in ["QQ", "QQ=", "Q Q==", "QQ==QQ==", "QQ==x", "-_=="] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn only_32_bytes_are_a_hash() {
        assert_eq!(decode_32("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), Some([0; 32]));
        assert_eq!(decode_32("AAAA"), None);
    }
}
