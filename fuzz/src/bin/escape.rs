//! The `!` form of paths and revisions: what unescapes escapes to the same text again, so each has one form.
#![no_main]

use gomod::{EscapedPath, Revision};
use gomod_fuzz::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = text(data) else { return };
    if let Ok(escaped) = EscapedPath::parse(text) {
        assert_eq!(escaped.unescape().escaped(), escaped);
        assert_eq!(escaped.as_str(), text);
    }
    if let Ok(revision) = Revision::unescape(text) {
        assert_eq!(revision.escaped(), text);
    }
    if let Ok(revision) = Revision::parse(text) {
        assert_eq!(Revision::unescape(&revision.escaped()), Ok(revision));
    }
});
