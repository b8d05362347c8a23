//! Patterns such as those of GOPRIVATE: a text without special characters matches itself and what lies below it.
#![no_main]

use gomod::glob::{PATTERN_BYTES_MAX, Pattern, PrefixPatterns};
use gomod_fuzz::two_texts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((pattern, path)) = two_texts(data) else { return };
    let matches = Pattern::parse(pattern).is_some_and(|parsed| parsed.matches(path));
    let plain = !pattern.contains(['*', '?', '[', '\\']) && pattern.len() <= PATTERN_BYTES_MAX;
    if plain {
        assert_eq!(matches, pattern == path);
    }
    if matches
        && !pattern.is_empty()
        && !pattern.contains(',')
        && !pattern.ends_with('/')
        && !pattern.contains('[')
    {
        let below = format!("{path}/below");
        let list = PrefixPatterns::parse(pattern);
        assert!(list.matches(path) || pattern.contains('\\'), "{pattern} {path}");
        assert!(list.matches(&below) || pattern.contains('\\'), "{pattern} {below}");
    }
});
