//! A list without its newest version.
//!
//! Only as much of the order of versions as this takes: numbers count, releases come after pre-releases, and whichever of two
//! pre-releases is left out, the list is wrong.

use bytes::Bytes;

/// The lines of `list` but the newest version.
pub(super) fn without_newest(list: &[u8]) -> Bytes {
    let list = String::from_utf8_lossy(list);
    let newest = list.lines().max_by_key(|version| rank(version));
    list.lines()
        .filter(|version| Some(*version) != newest)
        .flat_map(|version| [version, "\n"])
        .collect::<String>()
        .into()
}

/// Whether it is a release, then its numbers, then its text.
fn rank(version: &str) -> (bool, [u64; 3], &str) {
    let version = version.trim().trim_start_matches('v');
    let (core, _) = version.split_once('+').unwrap_or((version, ""));
    let (numbers, pre_release) = core.split_once('-').unwrap_or((core, ""));
    let mut numbers = numbers.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    (pre_release.is_empty(), [next(), next(), next()], version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out(list: &str) -> String {
        let left = without_newest(list.as_bytes());
        let left = std::str::from_utf8(&left).expect("text");
        list.lines().filter(|line| left.lines().all(|other| other != *line)).collect()
    }

    #[test]
    fn the_newest_release_is_left_out() {
        assert_eq!(left_out("v1.9.0\nv1.10.0\nv1.2.0\n"), "v1.10.0");
        assert_eq!(left_out("v1.0.0\nv2.0.0-rc.1\n"), "v1.0.0");
        assert_eq!(left_out("v1.0.0\nv2.0.0+incompatible\n"), "v2.0.0+incompatible");
        assert_eq!(left_out("v0.1.0-rc.1\n"), "v0.1.0-rc.1");
    }

    #[test]
    fn nothing_is_taken_from_nothing() {
        assert!(without_newest(b"").is_empty());
        assert!(without_newest(b"\xff\xfe").is_empty(), "one line, whatever it is");
    }
}
