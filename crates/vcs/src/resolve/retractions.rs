//! The versions that the author of a module takes back (protocol.md D25, D26).

use gomod::modfile::GoMod;
use gomod::semver;

use super::fault::Fault;
use super::inquiry::Inquiry;
use super::tags::Candidates;
use crate::Need;

/// Intervals of versions, both ends included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Retractions(Vec<(String, String)>);

impl Retractions {
    /// Those of a go.mod, read leniently. A file that cannot be read takes nothing back.
    pub(super) fn of(go_mod: &[u8]) -> Self {
        let lines = GoMod::parse_lax(go_mod).map(|file| file.retract).unwrap_or_default();
        Self(lines.into_iter().map(|line| (line.low, line.high)).collect())
    }

    /// Whether this version is taken back.
    pub(super) fn contains(&self, version: &str) -> bool {
        self.0.iter().any(|(low, high)| {
            semver::compare(low, version).is_le() && semver::compare(version, high).is_le()
        })
    }
}

impl Inquiry<'_> {
    /// What counts while commits get their names (D25): the go.mod of the highest tagged version decides. A version that is
    /// refused takes nothing back; one that cannot be read now is a failure.
    pub(super) async fn retractions_of_tags(&self) -> Result<Retractions, Fault> {
        let refs = self.refs().await?;
        let candidates = Candidates::new(self.place, "", refs.tags().map(|(tag, _)| tag));
        let Some(version) = candidates.retracting() else { return Ok(Retractions::default()) };
        match self.tagged(version, Need::Description).await {
            Ok((_, folder)) => Ok(folder.go_mod.as_deref().map(Retractions::of).unwrap_or_default()),
            Err(Fault::Absent(_) | Fault::Invalid(_)) => Ok(Retractions::default()),
            Err(fault) => Err(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_included() {
        let file = b"module a.example/m\nretract v1.0.0\nretract [v1.2.0, v1.3.0] // oops\nretract v2.x\n";
        let retractions = Retractions::of(file);
        for (version, expected) in [
            ("v1.0.0", true),
            ("v1.0.0+incompatible", true),
            ("v1.0.1-0.20240102030405-abcdefabcdef", false),
            ("v1.2.0-pre", false),
            ("v1.2.0", true),
            ("v1.3.0-pre", true),
            ("v1.3.0", true),
            ("v1.3.1", false),
        ] {
            assert_eq!(retractions.contains(version), expected, "{version}");
        }
    }

    #[test]
    fn a_broken_file_takes_nothing_back() {
        assert_eq!(Retractions::of(b"module (\nretract v1.0.0\n"), Retractions::default());
    }
}
