//! Places that bundles are kept in and handed on through: a folder, a web server, S3-compatible storage.
//!
//! A depot is files of bundles, and one file `bundles` that lists them. Nothing of it is believed: the list says only what to fetch, and
//! a bundle counts when its signature and contents were verified here.
//!
//! * [`location`]: where a depot is; [`Reach`], how it is reached.
//! * [`folder`], [`remote`]: the two ways in which files are read and written.
//! * [`index`]: the list.
//! * [`push()`], [`pull()`]: bundles on their way, [`fetch`] file by file; [`pulled`]: what was pulled, the last that was good.

mod error;
mod fetch;
mod folder;
mod index;
mod location;
mod pull;
mod pulled;
mod push;
mod remote;

use std::fmt::Debug;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;

pub use error::DepotError;
pub use index::{Index, Listing};
pub use location::{Location, LocationError};
pub use pull::{Limits, Pull, Trusting, pull};
pub use pulled::{Pulled, PulledFrom};
pub use push::push;

/// How a depot that is not a folder is reached.
#[derive(Debug, Clone)]
pub struct Reach {
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long it may take until an answer begins, and how long a pause in it may be.
    pub idle_timeout: Duration,
    /// Certificate authorities to trust besides the system's, as PEM.
    pub authorities: Option<Bytes>,
    /// Settings of S3 by their names in the environment (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, …). Without any key nobody says who
    /// is asking.
    pub s3: Vec<(String, String)>,
}

/// The file that lists the bundles of a depot.
const INDEX: &str = "bundles";

/// A place with files. Names are plain: letters, digits and `._-`.
#[async_trait::async_trait]
trait Files: Debug + Send + Sync {
    /// The content of a file from this byte on, or from its beginning where the place cannot begin elsewhere; `None` when there is no
    /// such file.
    async fn read(&self, name: &str, from: u64) -> Result<Option<Reading>, DepotError>;

    /// Puts a file there, whole or not at all. `sent` is told of the bytes.
    async fn write(
        &self,
        name: &str,
        file: &Path,
        sent: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), DepotError>;

    /// The whole of a short file, with a stamp that is another one as soon as it was changed.
    async fn read_stamped(&self, name: &str, limit: u64) -> Result<Option<(Bytes, Stamp)>, DepotError>;

    /// Replaces a short file that still has this stamp (`None`: that is not there yet). False when it was changed meanwhile.
    async fn replace(&self, name: &str, stamp: Option<&Stamp>, content: Bytes) -> Result<bool, DepotError>;
}

/// What tells a file from what it was before.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp(String);

/// A file that is being read.
struct Reading {
    /// Where the content begins.
    from: u64,
    /// How long the whole file is.
    size: u64,
    chunks: BoxStream<'static, Result<Bytes, DepotError>>,
}

/// Opens a depot.
fn open(location: &Location, reach: &Reach) -> Result<Box<dyn Files>, DepotError> {
    Ok(match location {
        Location::Folder(path) => Box::new(folder::Folder::new(path)),
        Location::Web(url) => Box::new(remote::Remote::web(url, location, reach)?),
        Location::S3 { bucket, prefix } => Box::new(remote::Remote::s3(bucket, prefix, location, reach)?),
    })
}

/// What a depot has.
///
/// # Errors
/// It cannot be reached, or its list is none. A folder, bucket or site without a list has nothing.
pub async fn list(location: &Location, reach: &Reach) -> Result<Index, DepotError> {
    index::read(&*open(location, reach)?, location).await.map(|(index, _)| index)
}
