//! Which version `latest`, `v1` or `v1.2` means (protocol.md D26, D28, D29, D31).

use std::cmp::Ordering;

use gomod::{Version, semver};

use super::fault::Fault;
use super::folder::legacy_go_mod;
use super::info::Info;
use super::inquiry::{Inquiry, Named};
use super::retractions::Retractions;
use super::tags::highest;
use crate::Need;

/// Whether the text asks for the highest version that begins so, rather than for a version or revision (D28).
pub(super) fn is_prefix(asked: &str) -> bool {
    semver::is_valid(asked) && asked.bytes().filter(|&b| b == b'.').count() < 2
}

impl Inquiry<'_> {
    /// The version that `go list -m M@latest` answers (D31).
    pub(super) async fn latest(&self) -> Result<Info, Fault> {
        let listing = self.list("").await?;
        let newest = self.newest(&listing.versions).await?;
        let retractions = self.retractions_of(&newest).await?;
        let allowed = not_retracted(&listing.versions, &retractions);
        let found = match self.choose(allowed).await? {
            Some(version) => self.named(version.as_str(), Need::Description).await?,
            None => self.head_if_allowed(newest, &retractions).await?,
        };
        let both = listing.origin.zip(found.info.origin);
        Ok(Info { origin: both.and_then(|(list, commit)| list.merge(&commit)), ..found.info })
    }

    /// The highest version that begins with `v1` or `v1.2`, with its pre-releases left out below `v1.2.0`.
    pub(super) async fn highest_of(&self, prefix: &str, need: Need) -> Result<Info, Fault> {
        let listing = self.list(&format!("{prefix}.")).await?;
        let newest = self.newest(&self.list("").await?.versions).await?;
        let mut allowed = not_retracted(&listing.versions, &self.retractions_of(&newest).await?);
        allowed.retain(|version| semver::compare(version.as_str(), prefix) != Ordering::Less);
        // A list of one major version never mixes compatible and other ones.
        let version = highest(&allowed).ok_or_else(|| self.no_match(prefix))?;
        let found = self.named(version.as_str(), need).await?;
        let both = listing.origin.zip(found.info.origin);
        Ok(Info { origin: both.and_then(|(list, commit)| list.merge(&commit)), ..found.info })
    }

    /// The highest version of these, releases first (D29). Where the highest compatible one has a go.mod, the author has
    /// come to modules, and higher `+incompatible` ones are from before. D13 has seen to that, but for retracted versions.
    async fn choose(&self, mut versions: Vec<Version>) -> Result<Option<Version>, Fault> {
        let compatible = versions.partition_point(|version| !version.is_incompatible());
        let is_mixed = (1..versions.len()).contains(&compatible);
        if is_mixed && self.is_module(&versions[compatible - 1]).await? {
            versions.truncate(compatible);
        }
        Ok(highest(&versions).cloned())
    }

    /// Whether a version has a go.mod that says more than its path.
    async fn is_module(&self, version: &Version) -> Result<bool, Fault> {
        let (_, folder) = self.tagged(version, Need::Description).await?;
        Ok(folder.go_mod.is_some_and(|go_mod| go_mod != legacy_go_mod(self.place)))
    }

    /// The latest version if nothing were retracted: its go.mod says what is (D26).
    async fn newest(&self, versions: &[Version]) -> Result<Newest, Fault> {
        if let Some(version) = self.choose(versions.to_vec()).await? {
            return Ok(Newest::Tag(version));
        }
        match self.head().await {
            Ok(head) => Ok(Newest::Head(Box::new(head))),
            Err(Fault::Absent(_)) => Ok(Newest::Nothing),
            Err(fault) => Err(fault),
        }
    }

    /// A version that is refused retracts nothing, even if its go.mod says so.
    async fn retractions_of(&self, newest: &Newest) -> Result<Retractions, Fault> {
        let found = match newest {
            Newest::Tag(version) => match self.named(version.as_str(), Need::Description).await {
                Ok(named) => self.folder(&named.commit, version.as_str()).await,
                Err(fault) => Err(fault),
            },
            Newest::Head(head) => self.folder(&head.commit, head.info.version.as_str()).await,
            Newest::Nothing => return Ok(Retractions::default()),
        };
        match found {
            Ok(folder) => Ok(folder.go_mod.as_deref().map(Retractions::of).unwrap_or_default()),
            Err(Fault::Absent(_) | Fault::Invalid(_)) => Ok(Retractions::default()),
            Err(fault) => Err(fault),
        }
    }

    /// The newest commit, where no tag will do.
    async fn head_if_allowed(&self, newest: Newest, retractions: &Retractions) -> Result<Named, Fault> {
        let head = match newest {
            Newest::Head(head) => *head,
            Newest::Nothing => return Err(self.no_match("latest")),
            Newest::Tag(_) => match self.head().await {
                Err(Fault::Absent(_)) => return Err(self.no_match("latest")),
                head => head?,
            },
        };
        let is_retracted = retractions.contains(head.info.version.as_str());
        if is_retracted { Err(self.no_match("latest")) } else { Ok(head) }
    }

    fn no_match(&self, query: &str) -> Fault {
        Fault::Invalid(format!("module {}: no matching versions for query {query:?}", self.place.path))
    }
}

/// The latest version, whether retracted or not.
enum Newest {
    Tag(Version),
    Head(Box<Named>),
    Nothing,
}

fn not_retracted(versions: &[Version], retractions: &Retractions) -> Vec<Version> {
    versions.iter().filter(|version| !retractions.contains(version.as_str())).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_versions_are_prefixes() {
        for (asked, expected) in [
            ("v1", true),
            ("v1.2", true),
            ("v1.2.3", false),
            ("v1.2.3-pre", false),
            ("v1.2.3+meta", false),
            ("v01", false),
            ("main", false),
            ("", false),
        ] {
            assert_eq!(is_prefix(asked), expected, "{asked}");
        }
    }
}
