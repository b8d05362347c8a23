//! Names of files as text, also those that are none.

/// Where the stand-ins for bytes begin. They are private for ever, or no characters at all, so that go allows none of them in
/// the name of a file in a module.
const STAND_INS: u32 = 0x0010_ff00;

/// A name as text. A byte that belongs to no character becomes one that stands for it: different names stay different, and lie in
/// different folders, but none of them can be in a zip (protocol.md A4).
pub(crate) fn text(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(STAND_INS + u32::from(*byte))));
    }
    text
}

/// A message about such names, in which the bytes are written as go writes them.
pub(crate) fn shown(message: &str) -> String {
    if !message.contains("\\u{10ff") {
        return message.to_owned();
    }
    let written = |byte: u32| (format!("\\u{{{:x}}}", STAND_INS + byte), format!("\\x{byte:02x}"));
    (0x80..=0xff).map(written).fold(message.to_owned(), |message, (from, to)| message.replace(&from, &to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_different_and_are_shown_as_they_are() {
        assert_eq!(text("dir/é".as_bytes()), "dir/é");
        let (one, other) = (text(b"d\xff/a"), text(b"d\xfe/a"));
        assert_ne!(one, other);
        assert!(one.ends_with("/a") && one.starts_with('d'));
        assert_eq!(shown(&format!("bad path {one:?}")), r#"bad path "d\xff/a""#);
        assert_eq!(text(b"\xe2\x82a"), text(b"\xe2\x82") + "a", "a cut character is bytes");
        for byte in 0x80..=0xff {
            assert!(gomod::path::check_file_path(&text(&[byte])).is_err());
        }
    }
}
