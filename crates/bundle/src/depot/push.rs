//! Hands a bundle to a depot: the file first, then its line in the list, so that a list never names what is not there.

use std::path::Path;
use std::time::Duration;

use gomod::gosumdb::VerifierKey;
use source::blocks::off_worker;

use super::index::{self, Listing};
use super::{DepotError, Location, Reach, open};
use crate::Bundle;

/// How often the list is read again when others have changed it meanwhile.
const ATTEMPTS: u32 = 40;

/// How long it waits before it reads the list again, at most: a random part of it, so that two do not meet each time.
const PAUSE_MAX: Duration = Duration::from_millis(250);

/// Puts the bundle in `file`, which one of `keys` must have signed, into a depot. `sent` is told of the bytes.
///
/// # Errors
/// See [`DepotError`]. The list of the depot is as it was then.
pub async fn push(
    file: &Path,
    keys: &[VerifierKey],
    location: &Location,
    reach: &Reach,
    sent: &mut (dyn FnMut(u64) + Send),
) -> Result<Listing, DepotError> {
    let (path, owned) = (file.to_owned(), keys.to_vec());
    let opened = off_worker(move || Ok((Bundle::open(&path, &owned), path.metadata()?.len()))).await?;
    let (bundle, size) = opened;
    let bundle =
        bundle.map_err(|reason| DepotError::Unverified { file: file.display().to_string(), reason })?;
    let listing = Listing::of(&bundle, size);
    let files = open(location, reach)?;
    files.write(&listing.file, file, sent).await?;
    for _ in 0..ATTEMPTS {
        let (index, stamp) = index::read(&*files, location).await?;
        if index::replace(&*files, &index.with(listing.clone()), stamp.as_ref()).await? {
            return Ok(listing);
        }
        tokio::time::sleep(PAUSE_MAX.mul_f64(fastrand::f64())).await;
    }
    Err(DepotError::Busy(location.to_string()))
}
