//! go.sum: what was read prints as a file that reads as the same.
#![no_main]

use gomod::gosum::GoSum;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let lenient = GoSum::parse_lenient(data);
    if let Ok(sum) = GoSum::parse(data) {
        assert_eq!(sum, lenient, "leniency changes only files that are refused");
    }
    assert_eq!(GoSum::parse(lenient.to_string().as_bytes()), Ok(lenient));
});
