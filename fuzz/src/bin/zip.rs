//! Module zips: no bytes make the check or the hash fail in a way that only storage can.
//!
//! Random bytes hardly ever become a zip, so each input is tried twice: as it is, and as changes to a good zip.
#![no_main]

use gomod::dirhash::hash_zip;
use gomod::{H1, ModuleVersion, zip};
use gomod_fuzz::{changed, len};
use libfuzzer_sys::fuzz_target;

/// A module zip with a stored file, a directory, and a deflated file with a data descriptor.
const GOOD: &[u8] = include_bytes!("../../seeds/module.zip");

fuzz_target!(|data: &[u8]| {
    look_at(data);
    look_at(&changed(GOOD, data));
});

fn look_at(bytes: &[u8]) {
    let module = ModuleVersion::parse("a.b/c", "v1.0.0").expect("a good module version");
    let checked = zip::check(&module, bytes, len(bytes));
    if bytes == GOOD {
        assert_eq!(checked.as_ref().map(|summary| summary.files).ok(), Some(2));
    }
    if let Err(error) = checked {
        assert!(!error.is_io(), "memory does not fail: {error}");
    }
    match hash_zip(bytes, len(bytes)) {
        Ok(h1) => assert_eq!(H1::parse(&h1.to_string()), Ok(h1)),
        Err(error) => assert!(!error.is_io(), "memory does not fail: {error}"),
    }
}
