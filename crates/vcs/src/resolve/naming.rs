//! What a commit is called as a version (protocol.md D14 to D19).

use std::collections::BTreeMap;

use gomod::pseudo::{self, PseudoTime, is_pseudo_version, pseudo_version};
use gomod::repository::Vcs;
use gomod::{Version, semver};

use super::fault::Fault;
use super::inquiry::{Inquiry, is_canonical};
use super::place::{join, without_incompatible};
use super::retractions::Retractions;
use super::tags::{self, Tagged};
use crate::{Commit, RepoError};

/// A commit that was asked for by some text, empty for the newest one; and what was found out about it on the way.
pub(super) struct Naming<'a> {
    pub(super) inquiry: &'a Inquiry<'a>,
    pub(super) commit: &'a Commit,
    pub(super) asked: &'a str,
    /// Which folders have a go.mod.
    go_mods: BTreeMap<String, bool>,
    retractions: Option<Retractions>,
}

impl<'a> Naming<'a> {
    pub(super) fn new(inquiry: &'a Inquiry<'a>, commit: &'a Commit, asked: &'a str) -> Self {
        Self { inquiry, commit, asked, go_mods: BTreeMap::new(), retractions: None }
    }

    /// The version.
    pub(super) async fn version(mut self) -> Result<Version, Fault> {
        if is_pseudo_version(self.asked) {
            let version = self.checked(self.asked).await?;
            self.validate_pseudo().await?;
            return Ok(version);
        }
        if let Some(version) = self.by_own_tag().await? {
            return Ok(version);
        }
        match self.by_tags().await? {
            Tags::Same(version) | Tags::Highest(version) => self.checked(&version).await,
            Tags::Base(base) => self.pseudo(Some(base)).await,
            Tags::Nothing => {
                let base = self.base_in_history().await?;
                self.pseudo(base).await
            }
        }
    }

    /// D17 (a): the tag that led here. One that is refused here may still be told why in [`Self::by_tags`].
    async fn by_own_tag(&mut self) -> Result<Option<Version>, Fault> {
        let Some(tag) = &self.commit.tag else { return Ok(None) };
        let read = self.read(tag).filter(|tagged| tagged.is_canonical);
        let Some(Tagged { version, .. }) = read else { return Ok(None) };
        match self.checked(&version).await {
            Err(Fault::Absent(_) | Fault::Invalid(_)) => Ok(None),
            other => other.map(Some),
        }
    }

    /// D17 (b): all tags on the commit.
    async fn by_tags(&mut self) -> Result<Tags, Fault> {
        let (mut highest, mut base): (Option<String>, Option<String>) = (None, None);
        for tag in &self.commit.tags {
            let Some(Tagged { version, is_canonical }) = self.read(tag) else { continue };
            if semver::compare(&version, self.asked).is_eq() {
                if is_canonical {
                    return Ok(Tags::Same(version));
                }
                base = Some(version.clone());
            }
            let is_higher = highest.as_ref().is_none_or(|known| semver::compare(known, &version).is_lt());
            if is_canonical && is_higher && self.is_allowed(&version).await? {
                highest = Some(version);
            }
        }
        Ok(highest.map(Tags::Highest).or(base.map(Tags::Base)).unwrap_or(Tags::Nothing))
    }

    /// D18: the highest tag among the ancestors that can be a base. In git tags on the commit itself come first, as in a go that
    /// has not fetched the history; and the history is asked for only when some tag could be one.
    async fn base_in_history(&mut self) -> Result<Option<String>, Fault> {
        let inquiry = self.inquiry;
        if inquiry.repo.vcs() == Vcs::Git
            && let Some(own) = self.highest_base(&self.commit.tags).await?
        {
            return Ok(Some(own));
        }
        let known: Vec<String> = inquiry.refs().await?.tags().map(|(tag, _)| tag.to_owned()).collect();
        if self.highest_base(&known).await?.is_none() {
            return Ok(None);
        }
        let prefix = inquiry.place.tag_prefix();
        match inquiry.repo.merged_tags(&self.commit.id, &prefix, inquiry.job).await {
            Ok(merged) => self.highest_base(&merged).await,
            Err(error) if error.is_unsupported => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The version of the highest of these tags that can be a base.
    async fn highest_base(&mut self, tags: &[String]) -> Result<Option<String>, Fault> {
        let mut versions: Vec<String> = tags.iter().filter_map(|tag| Some(self.read(tag)?.version)).collect();
        versions.sort_by(|a, b| semver::compare(b, a));
        for version in versions {
            if self.is_allowed(&version).await? {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }

    /// D17 (d).
    async fn pseudo(&mut self, base: Option<String>) -> Result<Version, Fault> {
        let place = self.inquiry.place;
        let not_made = |why: String| Fault::Invalid(why).of_version(place.path.as_str(), self.asked);
        let base = base.map(|base| Version::parse(&base)).transpose();
        let base = base.map_err(|error| not_made(error.to_string()))?;
        let time = PseudoTime::from_unix(self.commit.time)
            .ok_or_else(|| not_made("the commit is not of the years 0 to 9999".to_owned()))?;
        let version = pseudo_version(place.major(), base.as_ref(), time, &self.commit.short);
        let version = version.map_err(|error| not_made(error.to_string()))?;
        self.checked(version.as_str()).await
    }

    /// D19: whether the version may be called so, and with `+incompatible` if it needs that.
    async fn checked(&mut self, version: &str) -> Result<Version, Fault> {
        let (path, asked) = (self.inquiry.place.path.as_str(), self.asked);
        let found = match self.stranger(version) {
            None => self.inquiry.folder(self.commit, version).await,
            Some(hash) => Err(Fault::Absent(format!("it names the commit {hash}, but is a tag of another"))),
        };
        found.map_err(|fault| fault.of_version(path, version))?;
        let version = if version == without_incompatible(asked) { asked } else { version };
        let base = without_incompatible(version);
        let verdict = self.major_verdict(version).await?;
        if is_canonical(asked) && without_incompatible(asked) != base {
            let told = verdict.as_deref().unwrap_or(version);
            let why = format!("resolves to version {told} ({} is not a tag)", without_incompatible(asked));
            return Err(Fault::Invalid(why).of_version(path, asked));
        }
        let told = verdict.map_err(|why| Fault::Invalid(why).of_version(path, version))?;
        Version::parse(&told).map_err(|error| Fault::Invalid(format!("{path}@{error}")))
    }

    /// The hash in the name of a tag that looks like a pseudo-version of another commit. Only tags of a folder get here (D14).
    fn stranger<'v>(&self, version: &'v str) -> Option<&'v str> {
        let hash = pseudo::rev(version).ok().filter(|_| version != self.asked)?;
        let is_own = hash == self.commit.short || self.commit.id.as_str().starts_with(hash);
        (!is_own).then_some(hash)
    }

    /// The version with or without `+incompatible`, or why it goes with the path in neither way.
    async fn major_verdict(&mut self, version: &str) -> Result<Result<String, String>, Fault> {
        let place = self.inquiry.place;
        let (base, major) = (without_incompatible(version), semver::major(version).unwrap_or_default());
        if tags::matches_major(base, place.suffix()) {
            let why = format!("+incompatible suffix not allowed: major version {major} is compatible");
            return Ok(if base == version { Ok(base.to_owned()) } else { Err(why) });
        }
        if self.may_be_incompatible(base).await? {
            return Ok(Ok(format!("{base}+incompatible")));
        }
        Ok(Err(if place.suffix().is_empty() {
            let path = join(place.stem(), major);
            format!("module contains a go.mod file, so module path must match major version ({path:?})")
        } else {
            "module path includes a major version suffix, so major version must match".to_owned()
        }))
    }

    /// A tag of the module as a version.
    fn read(&self, tag: &str) -> Option<Tagged> {
        tags::read(tag, &self.inquiry.place.tag_prefix())
    }

    /// Whether a version of a tag may name this commit or be a base of its name.
    async fn is_allowed(&mut self, version: &str) -> Result<bool, Fault> {
        let matches = tags::matches_major(version, self.inquiry.place.suffix());
        Ok((matches || self.may_be_incompatible(version).await?) && !self.is_retracted(version).await?)
    }

    /// D15: whether a major version that the path does not match may be called `+incompatible`.
    async fn may_be_incompatible(&mut self, version: &str) -> Result<bool, Fault> {
        let place = self.inquiry.place;
        if !place.folder.is_empty() || !place.suffix().is_empty() || self.has_go_mod("").await? {
            return Ok(false);
        }
        if self.asked.ends_with("+incompatible") {
            return Ok(true);
        }
        let major = semver::major(version).unwrap_or_default();
        Ok(!self.has_go_mod(major).await?)
    }

    async fn has_go_mod(&mut self, dir: &str) -> Result<bool, RepoError> {
        if let Some(&known) = self.go_mods.get(dir) {
            return Ok(known);
        }
        let found = self.inquiry.go_mod_in(self.commit, dir).await?.is_some();
        self.go_mods.insert(dir.to_owned(), found);
        Ok(found)
    }

    async fn is_retracted(&mut self, version: &str) -> Result<bool, Fault> {
        if self.retractions.is_none() {
            self.retractions = Some(self.inquiry.retractions_of_tags().await?);
        }
        Ok(self.retractions.as_ref().is_some_and(|retractions| retractions.contains(version)))
    }
}

/// What the tags on a commit say.
enum Tags {
    /// One is the version that was asked for.
    Same(String),
    /// The highest that can name the commit.
    Highest(String),
    /// One stands for the version that was asked for, but with build metadata: it can only be the base of another.
    Base(String),
    /// Nothing.
    Nothing,
}
