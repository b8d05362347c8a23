//! The text of a record, and what it says.
//!
//! A line is `XXH3 TIME WHAT PATH VERSION[/go.mod] H1 "ORIGIN"`: the sum is that of all behind it, WHAT is `seen` or `accepted`,
//! and the three fields in the middle are those of a go.sum line (protocol.md F4). The last line about a hash is the one that
//! counts.
//!
//! A line that does not hold may have been about either hash. So both are unknown from there on, until a later line says what
//! counts, which can only be an operator's.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gomod::{H1, ModuleVersion};
use source::{Origin, Sighting, Subject};
use xxhash_rust::xxh3::xxh3_64;

/// The last second of the year 9999: RFC 3339 has four digits for a year.
const TIME_MAX: Duration = Duration::from_secs(253_402_300_799);

/// What is on record about one hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnRecord {
    /// It was never seen.
    Nothing,
    /// The sighting that counts.
    Sighting(Sighting),
    /// It may have been seen: the record is damaged.
    Damaged,
}

/// A record that was read.
#[derive(Debug)]
pub(super) struct Record {
    text: Vec<u8>,
    zip: OnRecord,
    go_mod: OnRecord,
}

impl Record {
    /// Of a module version that was never seen.
    pub(super) fn empty() -> Self {
        Self { text: Vec::new(), zip: OnRecord::Nothing, go_mod: OnRecord::Nothing }
    }

    /// What the bytes of a record of this module version say.
    pub(super) fn decode(text: Vec<u8>, module: &ModuleVersion) -> Self {
        let mut record = Self::empty();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            match parse(line, module) {
                Some((subject, sighting)) => *record.of_mut(subject) = OnRecord::Sighting(sighting),
                None => record.is_damaged(),
            }
        }
        if text.is_empty() {
            // No record is published without a line.
            record.is_damaged();
        }
        Self { text, ..record }
    }

    fn is_damaged(&mut self) {
        (self.zip, self.go_mod) = (OnRecord::Damaged, OnRecord::Damaged);
    }

    fn of_mut(&mut self, subject: Subject) -> &mut OnRecord {
        match subject {
            Subject::Zip => &mut self.zip,
            Subject::GoMod => &mut self.go_mod,
        }
    }

    /// What is on record about this hash.
    pub(super) fn of(&self, subject: Subject) -> &OnRecord {
        match subject {
            Subject::Zip => &self.zip,
            Subject::GoMod => &self.go_mod,
        }
    }

    /// The bytes of this record with one more line.
    pub(super) fn with(
        &self,
        module: &ModuleVersion,
        subject: Subject,
        sighting: &Sighting,
    ) -> serde_json::Result<Vec<u8>> {
        let mut text = self.text.clone();
        if text.last().is_some_and(|byte| *byte != b'\n') {
            // Else the new line would be a part of a damaged one.
            text.push(b'\n');
        }
        text.extend(line(module, subject, sighting)?.bytes());
        Ok(text)
    }
}

fn line(module: &ModuleVersion, subject: Subject, sighting: &Sighting) -> serde_json::Result<String> {
    let Sighting { h1, origin, at, accepted } = sighting;
    // To the nanosecond, so that what is read back is what was given.
    let at = humantime::format_rfc3339_nanos((*at).clamp(UNIX_EPOCH, UNIX_EPOCH + TIME_MAX));
    let (what, fields) = (word(*accepted), subject.line(module, *h1));
    // As JSON, which has no line feed.
    let event = format!("{at} {what} {fields} {}", serde_json::to_string(origin.as_str())?);
    Ok(format!("{} {event}\n", sum(&event)))
}

fn word(accepted: bool) -> &'static str {
    if accepted { "accepted" } else { "seen" }
}

fn sum(event: &str) -> String {
    format!("{:016x}", xxh3_64(event.as_bytes()))
}

/// What a line says; `None` when it is damaged, of a later release, or about another module version.
fn parse(line: &[u8], module: &ModuleVersion) -> Option<(Subject, Sighting)> {
    let text = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let event = text.split_once(' ').filter(|(given, event)| *given == sum(event))?.1;
    let fields: Vec<&str> = event.splitn(6, ' ').collect();
    let [at, what, path, version, h1, origin] = *fields else { return None };
    let (version, subject) = Subject::of_field(version);
    if (path, version) != (module.path().as_str(), module.version().as_str()) {
        return None;
    }
    let accepted = [false, true].into_iter().find(|accepted| word(*accepted) == what)?;
    let origin: String = serde_json::from_str(origin).ok()?;
    let at: SystemTime = humantime::parse_rfc3339(at).ok()?;
    Some((subject, Sighting { h1: H1::parse(h1).ok()?, origin: Origin::new(origin), at, accepted }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module() -> ModuleVersion {
        ModuleVersion::parse("example.com/Big", "v1.0.0").unwrap()
    }

    fn sighting(number: u8, accepted: bool) -> Sighting {
        let at = UNIX_EPOCH + Duration::new(1_767_323_045, 123_456_789);
        let origin = Origin::new(format!("https://proxy.example/{number} \"\n"));
        Sighting { h1: H1::from_bytes([number; 32]), origin, at, accepted }
    }

    fn record(events: &[(Subject, Sighting)]) -> Vec<u8> {
        events.iter().fold(Vec::new(), |text, (subject, sighting)| {
            let record = Record { text, ..Record::empty() };
            record.with(&module(), *subject, sighting).unwrap()
        })
    }

    fn said(text: &[u8]) -> [OnRecord; 2] {
        let record = Record::decode(text.to_vec(), &module());
        [record.zip, record.go_mod]
    }

    #[test]
    fn a_line_is_made_to_be_read() {
        let operator = Sighting { origin: Origin::new("operator"), ..sighting(0, true) };
        let text = String::from_utf8(record(&[(Subject::GoMod, operator)])).unwrap();
        let expected = "2026-01-02T03:04:05.123456789Z accepted example.com/Big v1.0.0/go.mod \
                        h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \"operator\"\n";
        assert_eq!(text.split_once(' ').unwrap().1, expected);
    }

    #[test]
    fn the_last_line_about_each_hash_counts() {
        use OnRecord::{Nothing, Sighting};
        let [first, second, third] = [sighting(1, false), sighting(2, false), sighting(3, true)];
        let mut events = vec![(Subject::Zip, first.clone())];
        assert_eq!(said(&record(&events)), [Sighting(first.clone()), Nothing]);
        events.push((Subject::GoMod, second.clone()));
        assert_eq!(said(&record(&events)), [Sighting(first), Sighting(second.clone())]);
        events.push((Subject::Zip, third.clone()));
        assert_eq!(said(&record(&events)), [Sighting(third), Sighting(second)]);
    }

    #[test]
    fn a_flipped_bit_makes_a_hash_unknown_but_never_another_nor_one_never_seen() {
        let events = [
            (Subject::Zip, sighting(1, false)),
            (Subject::GoMod, sighting(2, false)),
            (Subject::Zip, sighting(3, true)),
        ];
        let whole = record(&events);
        let [zip, go_mod] = said(&whole);
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let now = said(&flipped);
            assert!(now.contains(&OnRecord::Damaged) || now == [zip.clone(), go_mod.clone()], "bit {bit}");
            assert!(now[0] == zip || now[0] == OnRecord::Damaged, "bit {bit}");
            assert!(now[1] == go_mod || now[1] == OnRecord::Damaged, "bit {bit}");
        }
    }

    #[test]
    fn a_record_that_was_cut_is_damaged_even_when_nothing_is_left() {
        let whole = record(&[(Subject::Zip, sighting(1, false))]);
        for length in 0..whole.len() {
            assert_eq!(said(&whole[..length]), [OnRecord::Damaged, OnRecord::Damaged], "{length} bytes");
        }
    }

    #[test]
    fn a_record_of_another_version_says_nothing_about_this_one() {
        let text = record(&[(Subject::Zip, sighting(1, false))]);
        let other = ModuleVersion::parse("example.com/Big", "v1.0.1").unwrap();
        assert_eq!(*Record::decode(text, &other).of(Subject::Zip), OnRecord::Damaged);
    }

    #[test]
    fn an_operators_word_counts_after_damage_for_the_hash_that_it_names() {
        let mut damaged = record(&[(Subject::Zip, sighting(1, false)), (Subject::GoMod, sighting(2, false))]);
        damaged.truncate(damaged.len() - 9);
        let record = Record::decode(damaged, &module());
        let mended = record.with(&module(), Subject::GoMod, &sighting(3, true)).unwrap();
        assert_eq!(said(&mended), [OnRecord::Damaged, OnRecord::Sighting(sighting(3, true))]);
    }
}
