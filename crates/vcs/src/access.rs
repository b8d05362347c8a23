//! How a repository is reached, whatever system it is of: its addresses, who we are there, and whose configuration counts.

mod credential;
mod profile;
mod remote;
pub(crate) mod ssh;
mod ways;

pub use credential::Credential;
pub use profile::Profile;
pub use remote::Remotes;
pub use ssh::SshOptions;

pub(crate) use credential::credential_of;
pub(crate) use remote::Way;
pub(crate) use ways::WayMemory;
