//! A bundle with the earlier ones that it builds on: what the newest has not, an earlier one has.

use std::collections::HashMap;
use std::path::PathBuf;

use gomod::gosumdb::VerifierKey;
use gomod::tlog::{Tile, TilePath};
use gomod::{ModulePath, Version};
use source::{Ask, SumDbAsk, SumDbPath};

use crate::manifest::{DatabaseHead, Id};
use crate::section::Section;
use crate::{Bundle, BundleError, paths};

/// Where a file is: which bundle, and which file of it.
type At = (usize, usize);

/// Bundles, each of which builds on the next. All are verified.
#[derive(Debug)]
pub struct Chain {
    bundles: Vec<Bundle>,
    index: HashMap<String, At>,
}

impl Chain {
    /// Opens the bundles at these paths, in any order. Blocks.
    ///
    /// # Errors
    /// Those of [`Bundle::open`]; a bundle that one of them builds on is missing, or one is not needed. The paths are not empty.
    pub fn open(paths: &[PathBuf], keys: &[VerifierKey]) -> Result<Self, BundleError> {
        let bundles: Result<Vec<Bundle>, BundleError> =
            paths.iter().map(|path| Bundle::open(path, keys)).collect();
        Self::of(bundles?)
    }

    /// Puts bundles in order.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn of(mut bundles: Vec<Bundle>) -> Result<Self, BundleError> {
        let is_built_on = |id: &Id| bundles.iter().any(|other| other.manifest().after.as_ref() == Some(id));
        let newest = bundles.iter().position(|bundle| !is_built_on(bundle.id()));
        let mut ordered = vec![bundles.swap_remove(newest.ok_or(BundleError::NotABundle)?)];
        while let Some(needed) = ordered.last().and_then(|bundle| bundle.manifest().after.clone()) {
            let at = bundles.iter().position(|bundle| *bundle.id() == needed);
            ordered.push(bundles.swap_remove(at.ok_or(BundleError::NeedsEarlier(needed))?));
        }
        match bundles.pop() {
            Some(stray) => Err(BundleError::Stray(stray.id().clone())),
            None => Ok(Self { index: index(&ordered), bundles: ordered }),
        }
    }

    /// The newest one, which names what all are for.
    pub fn newest(&self) -> &Bundle {
        // There is always one: `of` makes no chain without.
        &self.bundles[0]
    }

    /// All of them, the newest first.
    pub fn bundles(&self) -> &[Bundle] {
        &self.bundles
    }

    /// The bytes of all files of all bundles.
    pub fn size(&self) -> u64 {
        self.bundles.iter().map(Bundle::size).sum()
    }

    /// Whether there is an answer to this question.
    pub fn has(&self, ask: &Ask) -> bool {
        self.index.contains_key(&paths::path_of(ask))
    }

    /// The questions to which there are answers.
    pub(crate) fn asks(&self) -> impl Iterator<Item = Ask> {
        self.index.keys().filter_map(|path| match paths::meaning(path) {
            Some(paths::Meaning::Answer(ask)) => Some(ask),
            _ => None,
        })
    }

    /// The files of a build cache.
    pub(crate) fn build_cache(&self) -> impl Iterator<Item = Found<'_>> {
        let paths = self.index.keys().filter(|path| path.starts_with(paths::BUILD_CACHE));
        paths.filter_map(|path| self.at(path))
    }

    /// The versions of a module of which there is a zip.
    pub(crate) fn versions_of(&self, module: &ModulePath) -> Vec<Version> {
        let of_zip = |ask| match ask {
            Ask::Zip(zip) if zip.path() == module => Some(zip.version().clone()),
            _ => None,
        };
        self.asks().filter_map(of_zip).collect()
    }

    /// The heads of a database in all bundles, the newest first.
    pub fn heads(&self, database: &str) -> impl Iterator<Item = &DatabaseHead> {
        let all = self.bundles.iter().flat_map(|bundle| &bundle.manifest().databases);
        all.filter(move |head| head.name == database)
    }

    /// The checked content of the answer to a question, with the bundle that has it. Blocks.
    pub(crate) fn answer(&self, ask: &Ask) -> Option<Found<'_>> {
        self.at(&paths::path_of(ask)).or_else(|| self.wider_tile(ask))
    }

    fn at(&self, path: &str) -> Option<Found<'_>> {
        let &(bundle, number) = self.index.get(path)?;
        Some(Found { bundle: self.bundles.get(bundle)?, number, cut_to: None })
    }

    /// A tile that is not full is the beginning of any wider one at its place (protocol.md G24).
    fn wider_tile(&self, ask: &Ask) -> Option<Found<'_>> {
        let Ask::SumDb(SumDbAsk { database, path: SumDbPath::Tile(TilePath::Hashes(tile)) }) = ask else {
            return None;
        };
        let size = tile.size_bytes() as u64;
        (tile.width() + 1..=Tile::full(tile).width()).rev().find_map(|width| {
            let path = SumDbPath::Tile(TilePath::Hashes(tile.with_width(width)?));
            let found =
                self.at(&paths::path_of(&Ask::SumDb(SumDbAsk { database: database.clone(), path })))?;
            Some(Found { cut_to: Some(size), ..found })
        })
    }
}

/// A file that was found.
pub(crate) struct Found<'a> {
    pub(crate) bundle: &'a Bundle,
    pub(crate) number: usize,
    /// How many bytes of it are the answer, if not all.
    pub(crate) cut_to: Option<u64>,
}

impl Found<'_> {
    /// Its content. Blocks.
    pub(crate) fn content(&self) -> Result<Section, BundleError> {
        let section = self.bundle.content(self.number)?;
        let size = self.cut_to.map_or(section.size, |size| size.min(section.size));
        Ok(Section { size, ..section })
    }
}

/// Of a path that is in several bundles the newest counts.
fn index(bundles: &[Bundle]) -> HashMap<String, At> {
    let mut index = HashMap::new();
    for (at, bundle) in bundles.iter().enumerate() {
        for (number, entry) in bundle.manifest().files.iter().enumerate() {
            index.entry(entry.path.clone()).or_insert((at, number));
        }
    }
    index
}
