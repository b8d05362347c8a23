//! Versions as types: [`Version`] for canonical ones, [`Revision`] for anything a proxy can be asked for.

mod canonical;
mod error;
mod revision;

pub use canonical::Version;
pub use error::{VersionError, VersionFlaw};
pub use revision::Revision;
