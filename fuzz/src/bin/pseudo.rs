//! Pseudo-versions: the parts make up the whole again, and the base comes before what was made from it.
#![no_main]

use gomod::pseudo::{PseudoTime, base, is_pseudo_version, pseudo_version, rev, time};
use gomod::{Version, semver};
use gomod_fuzz::two_texts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((version, other)) = two_texts(data) else { return };
    take_apart(version);
    if let Ok(older) = Version::parse(version) {
        put_together(Some(&older), other);
    }
    put_together(None, other);
});

fn take_apart(version: &str) {
    assert_eq!(rev(version).is_ok(), is_pseudo_version(version));
    if let Ok(Some(base)) = base(version) {
        assert!(semver::compare(&base, version).is_lt(), "{base} does not come before {version}");
    }
}

fn put_together(older: Option<&Version>, revision: &str) {
    let now = PseudoTime::parse("20240102030405").expect("a real time");
    let Ok(made) = pseudo_version("v2", older, now, revision) else { return };
    assert_eq!(rev(made.as_str()), Ok(revision));
    assert_eq!(time(made.as_str()), Ok(now));
    if let Some(older) = older {
        assert!(*older < made, "{older} does not come before {made}");
        assert_eq!(base(made.as_str()), Ok(Some(older.to_string())));
    }
    take_apart(made.as_str());
}
