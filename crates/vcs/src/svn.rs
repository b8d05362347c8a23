//! Subversion repositories, read with the system's `svn` (protocol.md C18, D35).
//!
//! Subversion has no clones: every question goes to the remote, and nothing is kept. Its revisions are numbers of the whole
//! repository. Copies in a folder called `tags` are folders to go, not versions; there is no history of tags either.

mod answers;
mod client;
mod command;
mod complaint;
mod export;
mod options;
mod place;
mod repository;
mod xml;

pub use client::SvnClient;
pub use options::SvnOptions;
