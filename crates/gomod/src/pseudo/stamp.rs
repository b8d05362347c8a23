//! The time in a pseudo-version: fourteen digits, UTC, to the second (protocol.md A21, A22).

use std::fmt;
use std::str::FromStr;

use crate::version::{VersionError, VersionFlaw};

/// How many digits the time has: `yyyymmddhhmmss`.
pub(super) const TIME_DIGITS: usize = 14;

const SECONDS_PER_DAY: i64 = 86_400;
/// Days from 0000-03-01 to 1970-01-01. Years that begin in March end with the leap day, which keeps the sums plain.
const EPOCH_FROM_MARCH_OF_YEAR_0: i64 = 719_468;
/// Days in 400 years of the Gregorian calendar, after which it repeats.
const DAYS_PER_ERA: i64 = 146_097;

/// A calendar time of the years 0 to 9999, UTC, without leap seconds. Ordered by time.
///
/// ```
/// use gomod::pseudo::PseudoTime;
/// let time = PseudoTime::parse("20240229235959")?;
/// assert_eq!(time.unix(), 1_709_251_199);
/// assert_eq!(PseudoTime::from_unix(1_709_251_199), Some(time));
/// for bad in ["20230229000000", "20241301000000", "20240101240000", "20240101006000", "2024", "2024010100000x"] {
///     assert!(PseudoTime::parse(bad).is_err(), "{bad}");
/// }
/// # Ok::<(), gomod::VersionError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PseudoTime {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl PseudoTime {
    /// The time of modules that exist only through a `replace` directive (protocol.md A24).
    pub const ZERO: Self = Self { year: 1, month: 1, day: 1, hour: 0, minute: 0, second: 0 };

    /// Takes fourteen digits that are a real time.
    pub fn parse(digits: &str) -> Result<Self, VersionError> {
        Self::read(digits)
            .ok_or_else(|| VersionError::new(digits, VersionFlaw::PseudoTime(digits.to_owned())))
    }

    fn read(digits: &str) -> Option<Self> {
        if digits.len() != TIME_DIGITS || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let two = |at: usize| digits[at..at + 2].parse::<u8>().ok();
        let time = Self {
            year: digits[..4].parse().ok()?,
            month: two(4)?,
            day: two(6)?,
            hour: two(8)?,
            minute: two(10)?,
            second: two(12)?,
        };
        time.is_real().then_some(time)
    }

    fn is_real(self) -> bool {
        (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
    }

    /// The time that is so many seconds after 1970-01-01 00:00:00 UTC. `None` outside the years 0 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        let days = seconds.div_euclid(SECONDS_PER_DAY) + EPOCH_FROM_MARCH_OF_YEAR_0;
        let in_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let (era, in_era) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
        let year_of_era = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
        let in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * in_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        let time = Self {
            year: u16::try_from(year).ok().filter(|&year| year <= 9999)?,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(in_year - (153 * month_from_march + 2) / 5 + 1).ok()?,
            hour: u8::try_from(in_day / 3_600).ok()?,
            minute: u8::try_from(in_day % 3_600 / 60).ok()?,
            second: u8::try_from(in_day % 60).ok()?,
        };
        Some(time)
    }

    /// Seconds after 1970-01-01 00:00:00 UTC; negative before.
    pub fn unix(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month_from_march = (month + 9) % 12;
        let in_year = (153 * month_from_march + 2) / 5 + day - 1;
        let in_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + in_year;
        let days = era * DAYS_PER_ERA + in_era - EPOCH_FROM_MARCH_OF_YEAR_0;
        let in_day = i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second);
        days * SECONDS_PER_DAY + in_day
    }
}

fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for PseudoTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
    }
}

impl FromStr for PseudoTime {
    type Err = VersionError;
    fn from_str(s: &str) -> Result<Self, VersionError> {
        Self::parse(s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_times() {
        for (digits, unix) in [
            ("19700101000000", 0),
            ("19691231235959", -1),
            ("20000229120000", 951_825_600),
            ("20010909014640", 1_000_000_000),
            ("00010101000000", -62_135_596_800),
            ("99991231235959", 253_402_300_799),
        ] {
            let time = PseudoTime::parse(digits).unwrap();
            assert_eq!(time.unix(), unix, "{digits}");
            assert_eq!(time.to_string(), digits);
        }
        assert_eq!(PseudoTime::ZERO.to_string(), "00010101000000");
    }

    #[test]
    fn leap_years() {
        for (digits, real) in
            [("19000229", false), ("20000229", true), ("20240229", true), ("20230229", false)]
        {
            assert_eq!(PseudoTime::parse(&format!("{digits}000000")).is_ok(), real, "{digits}");
        }
    }

    #[test]
    fn the_range_ends() {
        assert_eq!(PseudoTime::from_unix(253_402_300_800), None);
        assert_eq!(PseudoTime::from_unix(i64::MAX), None);
        assert_eq!(PseudoTime::from_unix(i64::MIN), None);
    }

    proptest! {
        #[test]
        fn seconds_and_back(seconds in -62_135_596_800_i64..253_402_300_800) {
            let time = PseudoTime::from_unix(seconds).unwrap();
            prop_assert!(time.is_real());
            prop_assert_eq!(time.unix(), seconds);
            prop_assert_eq!(PseudoTime::parse(&time.to_string()).unwrap(), time);
        }
    }
}
