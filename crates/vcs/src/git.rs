//! Git repositories, read with the system's `git`.
//!
//! For each remote there is one folder with up to three bare stores, each with one rule that keeps it simple:
//!
//! * `whole.git`: commits with all their files, without history. A commit that is marked there is complete, so that nothing is ever
//!   missing when it is archived.
//! * `sketch.git`: commits with their trees, and single files that were asked for, for questions about go.mod.
//! * `history.git`: every commit and tag that branches and tags lead to, without any file: for questions about ancestors.
//!
//! What is partial is partial only while it is fetched: no store knows its remote, so that reading can never go to the network.

mod ahead;
mod answers;
mod archive;
mod attempt;
mod cache;
mod command;
mod complaint;
mod credentials;
mod early;
mod fetch;
mod history;
mod network;
mod objects;
mod options;
mod past;
mod ping;
mod refs;
mod repository;
mod revision;
mod sketch;
mod store;
mod tree;
mod whole;

pub use cache::GitCache;
pub use options::{GitOptions, Probe};
pub use ping::GitPing;
