//! The memory of what was seen first, for modules that no checksum database may be asked about.
//!
//! A private module has nobody who vouches for its hashes. What can be held on to is that one version has one content: the
//! hash seen first is put on record, and a later one that differs is refused until an operator accepts it.

use std::collections::HashMap;
use std::fmt::{self, Debug};
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use gomod::{H1, ModuleVersion};

use crate::{Ask, Origin};

/// What stands behind the version in the second of a module's two lines of go.sum (protocol.md F4).
const GO_MOD: &str = "/go.mod";

/// Which of the two hashes of a module version (the two lines of go.sum, protocol.md F4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// The hash of all files, as the zip holds them (protocol.md F1).
    Zip,
    /// The hash of the `.mod` alone (protocol.md F2).
    GoMod,
}

impl Subject {
    /// The question whose answer has this hash.
    pub fn ask(self, module: &ModuleVersion) -> Ask {
        match self {
            Self::Zip => Ask::Zip(module.clone()),
            Self::GoMod => Ask::Mod(module.clone()),
        }
    }

    /// The line of go.sum that says so: `example.com/m v1.0.0/go.mod h1:…`, without its line feed.
    pub fn line(self, module: &ModuleVersion, h1: H1) -> String {
        format!("{} {h1}", self.key(module))
    }

    /// What stands before the hash in that line: `example.com/m v1.0.0/go.mod`.
    pub fn key(self, module: &ModuleVersion) -> String {
        format!("{} {}{}", module.path(), module.version(), self.suffix())
    }

    /// Takes the second field of such a line apart: the version alone, and which hash is meant.
    pub fn of_field(field: &str) -> (&str, Self) {
        field.strip_suffix(GO_MOD).map_or((field, Self::Zip), |version| (version, Self::GoMod))
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Zip => "",
            Self::GoMod => GO_MOD,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zip => "zip",
            Self::GoMod => "go.mod",
        })
    }
}

/// A memory that ends with the process: for a client, whose go writes what lasts into go.sum.
#[derive(Debug, Default)]
pub struct InMemory(Mutex<HashMap<(ModuleVersion, Subject), Sighting>>);

#[async_trait]
impl FirstSeen for InMemory {
    async fn witness(
        &self,
        module: &ModuleVersion,
        subject: Subject,
        seen: Sighting,
    ) -> io::Result<Sighting> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(known.entry((module.clone(), subject)).or_insert(seen).clone())
    }

    async fn recall(&self, module: &ModuleVersion, subject: Subject) -> io::Result<Option<Sighting>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(known.get(&(module.clone(), subject)).cloned())
    }
}

/// A hash, and how it came to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The hash.
    pub h1: H1,
    /// The place that gave the content; for one that was accepted, who accepted it.
    pub origin: Origin,
    /// When it was seen or accepted.
    pub at: SystemTime,
    /// Whether an operator accepted it, instead of an earlier one or before any was seen.
    pub accepted: bool,
}

impl fmt::Display for Sighting {
    /// `h1:…, first seen 2026-01-02T03:04:05Z from https://proxy.example`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { h1, origin, at, accepted } = self;
        let how = if *accepted { "accepted" } else { "first seen" };
        let by = if *accepted { "by" } else { "from" };
        write!(f, "{h1}, {how} {} {by} {origin}", to_the_second(*at))
    }
}

/// The last second of the year 9999: RFC 3339 has four digits for a year.
const TIME_MAX: Duration = Duration::from_secs(253_402_300_799);

fn to_the_second(time: SystemTime) -> impl fmt::Display {
    humantime::format_rfc3339_seconds(time.clamp(UNIX_EPOCH, UNIX_EPOCH + TIME_MAX))
}

/// Which hash was seen first, or accepted since, for each module version.
///
/// Whoever keeps this for more than one process lets all of them see the same: what one has recorded counts for the others
/// without a restart.
#[async_trait]
pub trait FirstSeen: Debug + Send + Sync {
    /// The sighting that counts: the one on record, or, where there is none, the one given now, which is on record durably
    /// before this returns. Two that come at once agree on one.
    ///
    /// # Errors
    /// The record cannot be read or written. A damaged record is an error too, never "none": else the damage would decide
    /// which hash counts.
    async fn witness(&self, module: &ModuleVersion, subject: Subject, seen: Sighting)
    -> io::Result<Sighting>;

    /// What is on record, without recording anything.
    ///
    /// # Errors
    /// As those of [`witness`](Self::witness).
    async fn recall(&self, module: &ModuleVersion, subject: Subject) -> io::Result<Option<Sighting>>;
}

/// The text of the refusal of content whose hash is not the one on record: one line, which names both hashes, where each came
/// from, and the command that accepts the new one.
pub fn disagreement(
    module: &ModuleVersion,
    subject: Subject,
    recorded: &Sighting,
    found: H1,
    from: &Origin,
) -> String {
    let line = subject.line(module, found);
    format!(
        "SECURITY: {module}: the {subject} from {from} is not what it was: its hash is {found}, on record is {recorded}. \
         A version has one content for ever: either its tag was moved, or somebody has put other content in its place. It is \
         neither kept nor served. Find out who changed it; whoever runs modkeep accepts it with: modkeep store accept {line}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module() -> ModuleVersion {
        ModuleVersion::parse("example.com/Big", "v1.0.0").unwrap()
    }

    fn sighting(accepted: bool) -> Sighting {
        let origin = Origin::new(if accepted { "operator" } else { "https://proxy.example" });
        let at = UNIX_EPOCH + Duration::from_millis(1_767_323_045_678);
        Sighting { h1: H1::from_bytes([1; 32]), origin, at, accepted }
    }

    #[test]
    fn a_line_of_go_sum_is_taken_apart_as_it_was_made() {
        for subject in [Subject::Zip, Subject::GoMod] {
            let line = subject.line(&module(), H1::from_bytes([2; 32]));
            let sum = gomod::gosum::GoSum::parse(line.as_bytes()).unwrap();
            assert_eq!(sum.to_string(), format!("{line}\n"));
            let field = line.split(' ').nth(1).unwrap();
            assert_eq!(Subject::of_field(field), ("v1.0.0", subject));
        }
    }

    #[test]
    fn each_hash_is_that_of_its_question() {
        assert_eq!(Subject::Zip.ask(&module()), Ask::Zip(module()));
        assert_eq!(Subject::GoMod.ask(&module()), Ask::Mod(module()));
    }

    #[test]
    fn a_refusal_names_both_hashes_and_the_way_out_in_one_line() {
        let (old, new) = (H1::from_bytes([1; 32]), H1::from_bytes([2; 32]));
        let from = Origin::new("https://other.example");
        let told = disagreement(&module(), Subject::GoMod, &sighting(false), new, &from);
        assert_eq!(told.lines().count(), 1);
        let parts = [
            "SECURITY: example.com/Big@v1.0.0: the go.mod from https://other.example".to_owned(),
            format!("{old}, first seen 2026-01-02T03:04:05Z from https://proxy.example"),
            format!("modkeep store accept example.com/Big v1.0.0/go.mod {new}"),
        ];
        assert!(parts.iter().all(|part| told.contains(part)), "{told}");
        let told = disagreement(&module(), Subject::Zip, &sighting(true), new, &from);
        assert!(told.contains(&format!("{old}, accepted 2026-01-02T03:04:05Z by operator. ")), "{told}");
        assert!(told.ends_with(&format!("modkeep store accept example.com/Big v1.0.0 {new}")), "{told}");
    }

    #[test]
    fn a_time_that_cannot_be_written_is_told_as_the_nearest_that_can() {
        let told = |at| Sighting { at, ..sighting(false) }.to_string();
        assert!(told(UNIX_EPOCH - Duration::from_secs(1)).contains("1970-01-01T00:00:00Z"));
        assert!(told(UNIX_EPOCH + TIME_MAX * 2).contains("9999-12-31T23:59:59Z"));
    }
}
