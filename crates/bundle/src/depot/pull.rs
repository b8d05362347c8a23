//! Fetches the newest bundle of a depot with those that it builds on. Nothing replaces the last good ones until all of the new is
//! verified.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use gomod::gosumdb::{DatabaseName, VerifierKey};
use source::blocks::off_worker;
use source::durable::sync_folder_of;

use super::fetch::Fetching;
use super::index::{self, Listing};
use super::{DepotError, Location, Pulled, PulledFrom, Reach, open};
use crate::{Bundle, BundleError, Chain, Verified, verify};

/// Whom a pull believes.
#[derive(Debug, Clone, Copy)]
pub struct Trusting<'a> {
    /// The keys of which one must have signed each bundle.
    pub keys: &'a [VerifierKey],
    /// The databases whose records are proven.
    pub databases: &'a [(DatabaseName, VerifierKey)],
}

/// What a pull may do.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest file that is fetched, in bytes.
    pub size_max: u64,
    /// Whether an older bundle may replace a newer one.
    pub older: bool,
}

/// What came of a pull.
#[derive(Debug)]
pub struct Pull {
    /// The bundles that are in use now.
    pub chain: Arc<Chain>,
    /// What was found in them; `None` when they were in use before.
    pub verified: Option<Verified>,
}

/// Fetches the newest bundle for a project, or of all, and verifies it. `came` is told of the bytes of files, as they come.
///
/// # Errors
/// See [`DepotError`]. What was in use is in use still; a file that was cut is gone on with next time.
pub async fn pull(
    location: &Location,
    reach: &Reach,
    project: Option<&str>,
    into: &Pulled,
    trusting: Trusting<'_>,
    limits: Limits,
    came: &mut (dyn FnMut(u64) + Send),
) -> Result<Pull, DepotError> {
    let alone = into.clone();
    let alone = off_worker(move || alone.lock()).await?;
    let _alone =
        alone.ok_or_else(|| io::Error::new(io::ErrorKind::ResourceBusy, "another modkeep is pulling"))?;
    let files = open(location, reach)?;
    let wanted = index::read(&*files, location).await?.0.chain(project, location)?;
    let puller = Puller { location, into, trusting, older: limits.older };
    let known = match puller.known().await? {
        Some(known) if wanted.first().is_some_and(|newest| newest.id == *known.newest().id()) => {
            puller.note(&known).await?;
            return Ok(Pull { chain: Arc::new(known), verified: None });
        }
        known => known,
    };
    let fetching = Fetching { files: &*files, location, into, size_max: limits.size_max };
    for listing in &wanted {
        fetching.fetch(listing, came).await?;
    }
    puller.take(&wanted, known.as_ref()).await
}

/// What decides whether something is used.
struct Puller<'a> {
    location: &'a Location,
    into: &'a Pulled,
    trusting: Trusting<'a>,
    older: bool,
}

impl Puller<'_> {
    /// What is in use. What was damaged since, or whose key is trusted no more, is as if it were not there.
    async fn known(&self) -> Result<Option<Chain>, DepotError> {
        let (into, keys) = (self.into.clone(), self.trusting.keys.to_vec());
        match off_worker(move || Ok(into.open(&keys))).await? {
            Err(BundleError::Io(error)) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            opened => Ok(opened.unwrap_or_default()),
        }
    }

    /// Verifies all that was fetched, and lets it be what is in use.
    async fn take(&self, wanted: &[Listing], known: Option<&Chain>) -> Result<Pull, DepotError> {
        for listing in wanted {
            self.must_be(listing).await?;
        }
        let chain = Arc::new(self.open(wanted).await?);
        self.must_be_newer(known, &chain)?;
        let verified = verify(&chain, self.trusting.databases, &mut |_| {}).await?;
        if !verified.flaws.is_empty() {
            self.forget(wanted, known);
            return Err(DepotError::Flawed { place: self.location.to_string(), flaws: verified.flaws });
        }
        let (into, names) =
            (self.into.clone(), wanted.iter().map(|listing| listing.file.clone()).collect::<Vec<_>>());
        // First, so that what is in use is never without it.
        self.note(&chain).await?;
        off_worker(move || into.use_these(&names)).await?;
        Ok(Pull { chain, verified: Some(verified) })
    }

    /// Notes where this comes from, and which project it says it is for.
    async fn note(&self, chain: &Chain) -> io::Result<()> {
        let project = chain.newest().manifest().about.project.clone();
        let (into, from) = (self.into.clone(), PulledFrom { place: self.location.to_string(), project });
        off_worker(move || into.note(&from)).await
    }

    /// Gives a fetched file its name if it is the bundle that it is said to be. Else it goes: it would not become good.
    async fn must_be(&self, listing: &Listing) -> Result<(), DepotError> {
        let (part, path) = (self.into.part(&listing.file), self.into.path(&listing.file));
        let (listing, keys) = (listing.clone(), self.trusting.keys.to_vec());
        let named = off_worker(move || {
            let fetched = if part.exists() { part } else { path.clone() };
            match opened_as(&listing, &fetched, &keys) {
                Ok(()) => name(&fetched, &path).map(Ok),
                Err(error) => fs::remove_file(&fetched).map(|()| Err((listing.file, error))),
            }
        });
        named.await?.map_err(|(file, reason)| DepotError::Unverified { file, reason })
    }

    async fn open(&self, wanted: &[Listing]) -> Result<Chain, DepotError> {
        let paths: Vec<PathBuf> = wanted.iter().map(|listing| self.into.path(&listing.file)).collect();
        let keys = self.trusting.keys.to_vec();
        let opened = off_worker(move || Ok(Chain::open(&paths, &keys))).await?;
        let file = wanted.first().map(|listing| listing.file.clone()).unwrap_or_default();
        opened.map_err(|reason| DepotError::Unverified { file, reason })
    }

    /// A place that is behind, or makes itself so, does not take away what is newer. The times are those that were signed.
    fn must_be_newer(&self, known: Option<&Chain>, offered: &Chain) -> Result<(), DepotError> {
        let created = |chain: &Chain| -> SystemTime { chain.newest().manifest().about.created };
        match known.filter(|_| !self.older).map(created) {
            Some(known) if created(offered) < known => Err(DepotError::Older {
                place: self.location.to_string(),
                offered: humantime::format_rfc3339_seconds(created(offered)).to_string(),
                known: humantime::format_rfc3339_seconds(known).to_string(),
            }),
            _ => Ok(()),
        }
    }

    /// Removes what was fetched and is no good; not what is in use.
    fn forget(&self, wanted: &[Listing], known: Option<&Chain>) {
        let in_use = |listing: &&Listing| {
            known.is_some_and(|chain| chain.bundles().iter().any(|bundle| *bundle.id() == listing.id))
        };
        for listing in wanted.iter().filter(|listing| !in_use(listing)) {
            // It is not used, whether it goes or not.
            let _ = fs::remove_file(self.into.path(&listing.file));
        }
    }
}

/// Whether a file is this bundle.
fn opened_as(listing: &Listing, path: &Path, keys: &[VerifierKey]) -> Result<(), BundleError> {
    let bundle = Bundle::open(path, keys)?;
    if *bundle.id() == listing.id { Ok(()) } else { Err(BundleError::Stray(bundle.id().clone())) }
}

fn name(from: &Path, to: &Path) -> io::Result<()> {
    if from != to {
        fs::rename(from, to)?;
        sync_folder_of(to)?;
    }
    Ok(())
}
