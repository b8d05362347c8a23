//! GOSUMDB and verifier keys: an accepted key prints as a key that is the same.
#![no_main]

use gomod::gosumdb::{DEFAULT, SumDbSetting, VerifierKey};
use gomod_fuzz::text;
use libfuzzer_sys::fuzz_target;

/// The start of a good key. Random texts would hardly ever have the right hash.
const KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn";

fuzz_target!(|data: &[u8]| {
    let Some(text) = text(data) else { return };
    for value in [text, &format!("{DEFAULT} {text}"), &format!("{KEY}{text}")] {
        let _ = SumDbSetting::parse(value);
        if let Ok(key) = VerifierKey::parse(value) {
            assert_eq!(VerifierKey::parse(&key.to_string()), Ok(key));
        }
    }
});
