//! The versions of one module that a bundle can serve whole, as `list` and `@latest` tell them.

use std::collections::BTreeMap;

use bytes::Bytes;
use gomod::{ModulePath, Revision, Version};
use source::{Ask, VersionList};

use crate::{BundleError, Chain};

/// The versions, with the `.info` of each.
#[derive(Debug)]
pub(super) struct Listed {
    infos: BTreeMap<Version, Bytes>,
    is_new: bool,
}

impl Listed {
    /// Begins with those of an earlier bundle: a newer list is in the place of its.
    pub(super) fn begin(module: &ModulePath, earlier: Option<&Chain>) -> Result<Self, BundleError> {
        let mut listed = Self { infos: BTreeMap::new(), is_new: false };
        let Some(earlier) = earlier else { return Ok(listed) };
        for version in earlier.versions_of(module) {
            let Ok(revision) = Revision::parse(version.as_str()) else { continue };
            if let Some(found) = earlier.answer(&Ask::Info(module.clone(), revision)) {
                listed.infos.insert(version, found.content()?.read()?.into());
            }
        }
        Ok(listed)
    }

    /// One more version.
    pub(super) fn add(&mut self, version: Version, info: Bytes) {
        self.is_new = true;
        self.infos.insert(version, info);
    }

    /// The texts, if there is something new in them.
    pub(super) fn into_texts(self) -> Option<(String, Bytes)> {
        let latest = self.infos.iter().max_by_key(|(version, _)| rank(version)).map(|(_, info)| info.clone());
        let list: VersionList = self.infos.into_keys().collect();
        latest.filter(|_| self.is_new).map(|info| (list.to_text(), info))
    }
}

/// The order in which go chooses (protocol.md D36): releases before pre-releases before pseudo-versions, and the higher one.
fn rank(version: &Version) -> (bool, bool, &Version) {
    (!version.is_pseudo(), !version.is_prerelease(), version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(versions: &[&'static str]) -> Option<(String, Bytes)> {
        let mut listed = Listed { infos: BTreeMap::new(), is_new: false };
        for version in versions {
            listed.add(Version::parse(version).unwrap(), Bytes::from_static(version.as_bytes()));
        }
        listed.into_texts()
    }

    #[test]
    fn the_latest_is_what_go_would_choose() {
        let pseudo = "v0.0.0-20240101000000-abcdefabcdef";
        for (versions, list, latest) in [
            (&["v1.2.0", "v1.10.0", "v2.0.0-rc.1"][..], "v1.2.0\nv1.10.0\nv2.0.0-rc.1\n", "v1.10.0"),
            (&["v1.0.0-rc.1", pseudo], "v1.0.0-rc.1\n", "v1.0.0-rc.1"),
        ] {
            let (told, info) = texts(versions).unwrap();
            assert_eq!((told.as_str(), &info[..]), (list, latest.as_bytes()));
        }
        assert_eq!(texts(&[pseudo]).unwrap().1, pseudo.as_bytes());
        assert_eq!(texts(&[]), None);
    }
}
