//! What can go wrong with a depot.

use std::io;

use crate::BundleError;

/// Why a bundle was not handed on. What was there before is there still.
#[derive(Debug, thiserror::Error)]
pub enum DepotError {
    /// The place cannot be reached, or refuses.
    #[error("{place}: {reason}")]
    Unreachable {
        /// Its name, without credentials.
        place: String,
        /// What it said, or what happened on the way.
        reason: String,
    },
    /// Nothing can be put there.
    #[error("{0} can only be read: push to a folder or to s3://BUCKET/PREFIX")]
    ReadOnly(
        /// Its name.
        String,
    ),
    /// It has no bundle, or not the one that is needed.
    #[error("{place} has {what}")]
    Missing {
        /// Its name.
        place: String,
        /// What it has not.
        what: String,
    },
    /// Its list is none, or says what no list says.
    #[error("the list of bundles at {place} cannot be used: {reason}")]
    BadList {
        /// Its name.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// Others were writing the list all the time.
    #[error("the list of bundles at {0} was changed by others each time; push once more")]
    Busy(
        /// Its name.
        String,
    ),
    /// What came is no good.
    #[error("{file} is not to be used: {reason}")]
    Unverified {
        /// The name of the file.
        file: String,
        /// Why.
        reason: BundleError,
    },
    /// A bundle is signed by a trusted key, and something in it is not as it should be.
    #[error("a bundle from {place} is not to be used: {}", .flaws.join("; "))]
    Flawed {
        /// Where it came from.
        place: String,
        /// What is wrong, a sentence each.
        flaws: Vec<String>,
    },
    /// What came is older than what is here.
    #[error("{place} offers a bundle of {offered}, which is older than the one of {known} that is here")]
    Older {
        /// Its name.
        place: String,
        /// The time of the one that it has.
        offered: String,
        /// The time of the one that is here.
        known: String,
    },
    /// It is larger than may be fetched.
    #[error("{file} has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// The name of the file.
        file: String,
        /// How large it is said to be.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// A file on this machine cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}
