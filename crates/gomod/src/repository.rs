//! Where a module's repository is, as far as that can be said without asking anybody (protocol.md E).

mod error;
mod govcs;
mod hosts;
pub mod imports;
mod vcs;
mod well_known;

pub use error::RepositoryError;
pub use govcs::{GoVcs, GoVcsError};
pub use vcs::{Vcs, is_secure_scheme};
pub use well_known::{Known, KnownPlace, well_known};
