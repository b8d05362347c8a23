//! GOPROXY lists: what prints without a secret reads as the same, and secrets do not print.
#![no_main]

use gomod::goproxy::{Place, ProxyList};
use gomod_fuzz::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(text) = text(data) else { return };
    let Ok(list) = ProxyList::parse(text) else { return };
    let ends = list.members().iter().filter(|member| !matches!(member.place, Place::Url(_))).count();
    assert!(ends <= 1, "direct and off end the list");
    let shown = list.to_string();
    if !text.contains('@') {
        assert_eq!(ProxyList::parse(&shown).map(|again| again.to_string()), Ok(shown));
    }
});
