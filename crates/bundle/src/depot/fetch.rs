//! Fetching one file of a depot: what has come of it before is not fetched again.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use futures_util::TryStreamExt;
use source::blocks::off_worker;

use super::index::Listing;
use super::{DepotError, Files, Location, Pulled, Reading};

/// How often a file is gone on with after its way was cut.
const ATTEMPTS: usize = 6;

/// What fetches.
pub(super) struct Fetching<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) location: &'a Location,
    pub(super) into: &'a Pulled,
    /// The largest file that is fetched, in bytes.
    pub(super) size_max: u64,
}

impl Fetching<'_> {
    /// Has a file here, as long as it should be. Whether it is good is not known yet.
    pub(super) async fn fetch(
        &self,
        listing: &Listing,
        came: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), DepotError> {
        let Listing { file, size, .. } = listing;
        if *size > self.size_max {
            return Err(DepotError::TooLarge { file: file.clone(), size: *size, limit: self.size_max });
        }
        if self.into.path(file).metadata().is_ok_and(|meta| meta.len() == *size) {
            came(*size);
            return Ok(());
        }
        for _ in 1..ATTEMPTS {
            match self.go_on(listing, came).await {
                Err(DepotError::Unreachable { .. }) => {}
                ended => return ended,
            }
        }
        self.go_on(listing, came).await
    }

    /// One attempt at the rest of a file.
    async fn go_on(&self, listing: &Listing, came: &mut (dyn FnMut(u64) + Send)) -> Result<(), DepotError> {
        let Listing { file, size, .. } = listing;
        let path = self.into.part(file);
        let (part, have) = off_worker(move || begin(&path)).await?;
        if have != *size {
            let from = if have < *size { have } else { 0 };
            let reading = self.files.read(file, from).await?.ok_or_else(|| self.missing(file))?;
            self.append(reading, &part, listing, came).await?;
        }
        let part = part.clone();
        let length = off_worker(move || part.sync_all().and_then(|()| part.metadata())).await?.len();
        if length == *size { Ok(()) } else { Err(self.cut(file)) }
    }

    /// Appends what comes, up to the size in all. What begins elsewhere than our part ends is in its place.
    async fn append(
        &self,
        reading: Reading,
        part: &Arc<File>,
        listing: &Listing,
        came: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), DepotError> {
        let Reading { from, size, mut chunks } = reading;
        if size != listing.size {
            return Err(self.other_size(&listing.file, size, listing.size));
        }
        let mut have = part.metadata()?.len();
        if from != have {
            part.set_len(0)?;
            have = 0;
        }
        if from != have {
            return Err(self.cut(&listing.file));
        }
        while let Some(chunk) = chunks.try_next().await? {
            let length = chunk.len() as u64;
            have += length;
            if have > size {
                return Err(self.other_size(&listing.file, have, size));
            }
            let part = part.clone();
            off_worker(move || (&*part).write_all(&chunk)).await?;
            came(length);
        }
        Ok(())
    }

    fn missing(&self, file: &str) -> DepotError {
        DepotError::Missing { place: self.location.to_string(), what: format!("no file {file}") }
    }

    fn cut(&self, file: &str) -> DepotError {
        DepotError::Unreachable { place: self.location.to_string(), reason: format!("{file} ended early") }
    }

    fn other_size(&self, file: &str, found: u64, listed: u64) -> DepotError {
        let reason = format!("{file} has {found} bytes, and the list says {listed}");
        DepotError::BadList { place: self.location.to_string(), reason }
    }
}

/// Opens what has come before of a file, to be gone on with, and says how much that is.
fn begin(path: &std::path::Path) -> io::Result<(Arc<File>, u64)> {
    let part = File::options().create(true).append(true).open(path)?;
    let have = part.metadata()?.len();
    Ok((Arc::new(part), have))
}
