//! Versions: comparing is an order, the canonical form is a fixed point, a parsed version prints as it was.
#![no_main]

use gomod::module::{canonical_version, check_path_major};
use gomod::path::split_path_version;
use gomod::{Version, semver};
use gomod_fuzz::two_texts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((a, b)) = two_texts(data) else { return };
    assert_eq!(semver::compare(a, b), semver::compare(b, a).reverse());
    assert_eq!(semver::compare_total(a, b), semver::compare_total(b, a).reverse());
    assert_eq!(semver::compare_total(a, b).is_eq(), a == b);
    if let Some((_, suffix)) = split_path_version(b)
        && check_path_major(a, suffix).is_ok()
    {
        assert!(semver::is_valid(a) || a.starts_with("v0.0.0-"), "{a} {suffix}");
    }
    if let Some(canonical) = canonical_version(a) {
        assert!(semver::compare(a, &canonical).is_eq());
        assert_eq!(canonical_version(&canonical).as_deref(), Some(canonical.as_str()));
        assert!(Version::parse(&canonical).is_ok());
    }
    if let Ok(version) = Version::parse(a) {
        assert_eq!(version.to_string(), a);
        assert_eq!(Version::unescape(&version.escaped()), Ok(version));
    }
});
