//! The list of a depot: one line of JSON for each bundle, the newest last. It is nobody's word; what it names is verified.

use serde::{Deserialize, Serialize};

use bytes::Bytes;

use super::{DepotError, Files, INDEX, Location, Stamp};
use crate::Bundle;
use crate::manifest::Id;

/// The longest list, in bytes: thousands of bundles.
const BYTES_MAX: u64 = 4 << 20;

/// The longest name of a file, in bytes.
const NAME_MAX: usize = 200;

/// One bundle, as a depot lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The name of its file in the depot.
    pub file: String,
    /// How long that is, in bytes.
    pub size: u64,
    /// What the bundle is called.
    pub id: Id,
    /// The one that it builds on.
    pub after: Option<Id>,
    /// When it was made.
    pub created: String,
    /// What it is for.
    pub project: String,
}

impl Listing {
    /// The line for a bundle of `size` bytes. Its file is named after what it is for, its day and its id.
    pub(super) fn of(bundle: &Bundle, size: u64) -> Self {
        let manifest = bundle.manifest();
        let created = humantime::format_rfc3339_seconds(manifest.about.created).to_string();
        let last = manifest.about.project.rsplit('/').next().unwrap_or_default();
        let last: String = last.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        let day: String = created.chars().take(10).collect();
        let file =
            format!("{}-{day}-{}.tar", if last.is_empty() { "bundle" } else { &last }, bundle.id().short());
        let (id, after) = (bundle.id().clone(), manifest.after.clone());
        Self { file, size, id, after, created, project: manifest.about.project.clone() }
    }
}

/// The bundles of a depot, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// The lines.
    pub bundles: Vec<Listing>,
}

impl Index {
    fn parse(content: &[u8], location: &Location) -> Result<Self, DepotError> {
        let bad = |reason: String| DepotError::BadList { place: location.to_string(), reason };
        let text = std::str::from_utf8(content).map_err(|_| bad("it is not text".to_owned()))?;
        let mut bundles = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let listing: Listing = serde_json::from_str(line).map_err(|error| bad(error.to_string()))?;
            if !is_file_name(&listing.file) || !listing.id.is_whole() {
                return Err(bad("a name in it is none".to_owned()));
            }
            bundles.push(listing);
        }
        Ok(Self { bundles })
    }

    fn to_text(&self) -> Result<String, DepotError> {
        let lines = self.bundles.iter().map(|listing| serde_json::to_string(listing).map(|line| line + "\n"));
        lines.collect::<Result<String, _>>().map_err(|error| DepotError::Io(error.into()))
    }

    /// The same list with a bundle behind all others.
    pub(super) fn with(mut self, listing: Listing) -> Self {
        self.bundles.retain(|known| known.id != listing.id);
        self.bundles.push(listing);
        self
    }

    /// The newest bundle for a project, or of all, and those that it builds on, the newest first.
    ///
    /// # Errors
    /// There is none, or one that it builds on is not listed.
    pub fn chain(&self, project: Option<&str>, location: &Location) -> Result<Vec<Listing>, DepotError> {
        let missing = |what: String| DepotError::Missing { place: location.to_string(), what };
        let is_for = |listing: &&Listing| project.is_none_or(|project| listing.project == project);
        let newest = self.bundles.iter().rev().find(is_for);
        let newest = newest.ok_or_else(|| missing("no such bundle".to_owned()))?;
        let mut chain = vec![newest.clone()];
        while let Some(needed) = chain.last().and_then(|listing| listing.after.clone()) {
            let next = self.bundles.iter().find(|listing| listing.id == needed);
            let next = next.ok_or_else(|| missing(format!("no bundle {needed}, which another builds on")))?;
            if chain.iter().any(|listing| listing.id == next.id) {
                return Err(missing("bundles that build on each other in a circle".to_owned()));
            }
            chain.push(next.clone());
        }
        Ok(chain)
    }
}

/// Whether this is a plain name of a bundle's file: nothing that leads to another folder, and nothing hidden.
pub(super) fn is_file_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(is_plain)
        && name.len() <= NAME_MAX
        && name.strip_suffix(".tar").is_some()
}

/// Reads the list of a depot; an empty one where there is none.
pub(super) async fn read(
    files: &dyn Files,
    location: &Location,
) -> Result<(Index, Option<Stamp>), DepotError> {
    match files.read_stamped(INDEX, BYTES_MAX).await? {
        Some((content, stamp)) => Ok((Index::parse(&content, location)?, Some(stamp))),
        None => Ok((Index::default(), None)),
    }
}

/// Replaces the list, unless somebody else has.
pub(super) async fn replace(
    files: &dyn Files,
    index: &Index,
    stamp: Option<&Stamp>,
) -> Result<bool, DepotError> {
    files.replace(INDEX, stamp, Bytes::from(index.to_text()?)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn listing(id: char, after: Option<char>, project: &str) -> Listing {
        let id_of = |letter: char| serde_json::from_value(letter.to_string().repeat(64).into()).unwrap();
        Listing {
            file: format!("{id}.tar"),
            size: 7,
            id: id_of(id),
            after: after.map(id_of),
            created: "2026-01-01T00:00:00Z".to_owned(),
            project: project.to_owned(),
        }
    }

    fn here() -> Location {
        Location::parse("/srv/b", Path::new("/")).unwrap()
    }

    #[test]
    fn the_newest_comes_with_those_that_it_builds_on() {
        let index = Index {
            bundles: vec![listing('a', None, "p"), listing('b', Some('a'), "p"), listing('c', None, "q")],
        };
        let names = |project| -> Result<Vec<String>, String> {
            let chain = index.chain(project, &here()).map_err(|error| error.to_string())?;
            Ok(chain.into_iter().map(|listing| listing.file).collect())
        };
        assert_eq!(names(Some("p")), Ok(vec!["b.tar".to_owned(), "a.tar".to_owned()]));
        assert_eq!(names(None), Ok(vec!["c.tar".to_owned()]));
        assert!(names(Some("r")).is_err());
        assert_eq!(Index::parse(index.to_text().unwrap().as_bytes(), &here()).unwrap(), index);
        assert_eq!(index.clone().with(listing('a', None, "p")).bundles.last().unwrap().file, "a.tar");
    }

    #[test]
    fn hostile_lists_are_refused() {
        let circle = Index { bundles: vec![listing('a', Some('b'), "p"), listing('b', Some('a'), "p")] };
        assert!(circle.chain(None, &here()).is_err());
        for file in [
            "../a.tar",
            "/a.tar",
            "a/b.tar",
            ".a.tar",
            "a.tar\\b",
            "a",
            "a.tar\n",
            &format!("{}.tar", "a".repeat(200)),
        ] {
            let bad = Index { bundles: vec![Listing { file: file.to_owned(), ..listing('a', None, "p") }] };
            assert!(Index::parse(bad.to_text().unwrap().as_bytes(), &here()).is_err(), "{file}");
        }
        assert!(Index::parse(b"<html>", &here()).is_err() && Index::parse(b"\xff", &here()).is_err());
    }
}
