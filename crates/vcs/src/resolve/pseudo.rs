//! Whether what a pseudo-version says of its commit is true (protocol.md D20 to D24).
//!
//! Else there would be many names for one commit, and one could be written that is higher than all the author's tags.

use gomod::pseudo::{self, PseudoTime};
use gomod::semver;
use gomod::version::VersionFlaw;

use super::fault::Fault;
use super::naming::Naming;
use super::place::without_incompatible;
use super::tags::without_prefix;
use crate::Commit;

impl Naming<'_> {
    /// Checks the pseudo-version that was asked for.
    pub(super) async fn validate_pseudo(&self) -> Result<(), Fault> {
        let verdict = check_commit(self.asked, self.commit).and_then(|()| self.check_base());
        let Some(base) = verdict.map_err(|why| self.invalid(&why))? else { return Ok(()) };
        self.check_history(&base).await
    }

    /// D22, D23: the base, unless there is none. It must not name this very commit.
    fn check_base(&self) -> Result<Option<String>, String> {
        let Some(base) = base_of(self.asked)? else {
            let is_v1 = semver::major(self.asked) == Some("v1") && self.inquiry.place.suffix().is_empty();
            let why = "major version without preceding tag must be v0, not v1";
            return if is_v1 { Err(why.to_owned()) } else { Ok(None) };
        };
        let prefix = self.inquiry.place.tag_prefix();
        match self.commit.tags.iter().find(|tag| without_prefix(tag, &prefix) == base) {
            None => Ok(Some(base)),
            Some(tag) => Err(format!(
                "tag ({tag}) found on revision {} is already canonical, so should not be replaced with a pseudo-version derived from that tag",
                self.commit.short,
            )),
        }
    }

    /// D24: some tag that stands for the base must be on an ancestor. History is asked for only when there is such a tag, and
    /// none on the commit itself.
    async fn check_history(&self, base: &str) -> Result<(), Fault> {
        let prefix = self.inquiry.place.tag_prefix();
        let start = format!("{prefix}{base}");
        let stands_for = |tag: &str| {
            tag.starts_with(&start) && semver::compare(without_prefix(tag, &prefix), base).is_eq()
        };
        let known = self.inquiry.refs().await?.tags().map(|(tag, _)| tag).filter(|tag| stands_for(tag));
        let Some(last) = known.last() else {
            return Err(self.invalid(&format!("preceding tag ({base}) not found")));
        };
        if self.commit.tags.iter().any(|tag| stands_for(tag)) {
            return Ok(());
        }
        let merged = self.inquiry.repo.merged_tags(&self.commit.id, &start, self.inquiry.job).await;
        match merged {
            Ok(tags) if tags.iter().any(|tag| stands_for(tag)) => Ok(()),
            Ok(_) => {
                let short = &self.commit.short;
                Err(self.invalid(&format!("revision {short} is not a descendent of preceding tag ({last})")))
            }
            Err(error) if error.is_unsupported => Err(self.invalid(&error.message)),
            Err(error) => Err(error.into()),
        }
    }

    fn invalid(&self, why: &str) -> Fault {
        let (path, asked) = (&self.inquiry.place.path, self.asked);
        Fault::Invalid(format!("{path}@{asked}: invalid pseudo-version: {why}"))
    }
}

/// D20, D21: hash and time.
fn check_commit(version: &str, commit: &Commit) -> Result<(), String> {
    let short = &commit.short;
    let hash = pseudo::rev(version).map_err(|error| error.flaw.to_string())?;
    if hash != short {
        return Err(if hash.starts_with(short.as_str()) {
            format!("revision is longer than canonical (expected {short})")
        } else if short.starts_with(hash) {
            format!("revision is shorter than canonical (expected {short})")
        } else {
            format!("does not match short name of revision (expected {short})")
        });
    }
    let time = pseudo::time(version).map_err(|error| error.flaw.to_string())?;
    if time.unix() == commit.time {
        return Ok(());
    }
    let expected = PseudoTime::from_unix(commit.time).map_or_else(String::new, |time| time.to_string());
    Err(format!("does not match version-control timestamp (expected {expected})"))
}

fn base_of(version: &str) -> Result<Option<String>, String> {
    pseudo::base(without_incompatible(version)).map_err(|error| match error.flaw {
        VersionFlaw::PseudoBase(next) => {
            format!("version before {} would have negative patch number", next.trim_end_matches("-0"))
        }
        flaw => flaw.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CommitId;

    fn check(version: &str) -> Result<(), String> {
        let commit = Commit {
            id: CommitId::new("abcdefabcdefabcdefabcdefabcdefabcdefabcd"),
            short: "abcdefabcdef".to_owned(),
            time: 1_700_000_300,
            nanos: 0,
            tag: None,
            reference: None,
            tags: Vec::new(),
        };
        check_commit(version, &commit)
    }

    #[test]
    fn hash_and_time_are_exact() {
        assert_eq!(check("v0.0.0-20231114221820-abcdefabcdef"), Ok(()));
        for (version, expected) in [
            (
                "v0.0.0-20231114221820-abcdefabcde",
                "revision is shorter than canonical (expected abcdefabcdef)",
            ),
            (
                "v0.0.0-20231114221820-abcdefabcdefa",
                "revision is longer than canonical (expected abcdefabcdef)",
            ),
            (
                "v0.0.0-20231114221820-bbcdefabcdef",
                "does not match short name of revision (expected abcdefabcdef)",
            ),
            (
                "v0.0.0-20231114221821-abcdefabcdef",
                "does not match version-control timestamp (expected 20231114221820)",
            ),
            ("v0.0.0-20239914221820-abcdefabcdef", "20239914221820 is no calendar time"),
        ] {
            assert_eq!(check(version), Err(expected.to_owned()), "{version}");
        }
    }
}
