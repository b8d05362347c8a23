//! How a repository is reached, whatever system it is of: its addresses, who we are there, and whose configuration counts.

mod complaint;
mod credential;
mod network;
mod options;
mod profile;
mod remote;
pub(crate) mod ssh;
mod ways;

pub use credential::Credential;
pub use options::Access;
pub use profile::Profile;
pub use remote::Remotes;
pub use ssh::SshOptions;

pub(crate) use complaint::{Cause, Complaint, cause_by, one_line};
pub(crate) use credential::credential_of;
pub(crate) use network::{Network, Unserved};
pub(crate) use remote::Way;
pub(crate) use ways::WayMemory;
