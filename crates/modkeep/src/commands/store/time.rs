//! Times of files as text.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last second of the year 9999 after 1970: RFC 3339 has four digits for a year.
const TIME_MAX: Duration = Duration::from_secs(253_402_300_799);

/// File times are what somebody set them to, so one may lie outside the years that can be written.
pub(super) fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time.clamp(UNIX_EPOCH, UNIX_EPOCH + TIME_MAX)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_cannot_be_written_are_shown_as_the_nearest_that_can() {
        assert_eq!(rfc3339(UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(UNIX_EPOCH + TIME_MAX), "9999-12-31T23:59:59Z");
        assert_eq!(rfc3339(UNIX_EPOCH + TIME_MAX * 2), "9999-12-31T23:59:59Z");
    }
}
