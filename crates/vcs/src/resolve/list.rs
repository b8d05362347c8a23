//! The tagged versions of a module (protocol.md D12, D13).

use gomod::Version;

use super::fault::Fault;
use super::info::Listing;
use super::inquiry::Inquiry;
use super::origin::Origin;
use super::tags::{Candidates, has_no_tags};
use crate::Need;

impl Inquiry<'_> {
    /// The tagged versions that begin with `start`; empty for all.
    pub(super) async fn list(&self, start: &str) -> Result<Listing, Fault> {
        if has_no_tags(&self.place.path) {
            return Ok(Listing { versions: Vec::new(), origin: None });
        }
        let refs = self.refs().await?;
        let candidates = Candidates::new(self.place, start, refs.tags().map(|(tag, _)| tag));
        let prefix = self.place.tag_prefix() + start;
        let origin = Origin::of_module(self.repo, self.place).with_tags(refs, prefix);
        let versions = self.with_incompatible(candidates).await?;
        Ok(Listing { versions, origin: Some(origin) })
    }

    /// D13: a major version above v1 counts only where neither it nor the highest compatible version has a go.mod.
    async fn with_incompatible(&self, candidates: Candidates) -> Result<Vec<Version>, Fault> {
        let Candidates { compatible: mut versions, incompatible } = candidates;
        let newest = versions.last().filter(|_| !incompatible.is_empty());
        if let Some(newest) = newest
            && self.has_root_go_mod(newest).await?
        {
            return Ok(versions);
        }
        for major in incompatible {
            if let Some(newest) = major.last()
                && !self.has_root_go_mod(newest).await?
            {
                versions.extend(major.iter().filter_map(incompatible_form));
            }
        }
        Ok(versions)
    }

    /// Whether the tag of this version, in a module at the root, has a go.mod there.
    async fn has_root_go_mod(&self, tag: &Version) -> Result<bool, Fault> {
        let found = self.repo.stat(tag.as_str(), Need::Description, self.job).await;
        let commit = found.map_err(|error| match Fault::from(error) {
            Fault::Absent(why) => Fault::Absent(format!("module {}: {why}", self.place.path)),
            fault => fault,
        })?;
        Ok(self.go_mod_in(&commit, "").await?.is_some())
    }
}

fn incompatible_form(version: &Version) -> Option<Version> {
    Version::parse(&format!("{version}+incompatible")).ok()
}
