//! Mercurial repositories, read with the system's `hg` (protocol.md C18, D35).
//!
//! For each remote there is one folder with one full clone without a working copy: Mercurial has neither shallow nor partial
//! clones. Commands that read it run without any network and by nobody's configuration.
//!
//! Its words for revisions are a language. No text from outside ever gets there: a name is looked up by us in what the clone
//! has told, and hg is asked by hex digits alone.

mod answers;
mod cache;
mod clone;
mod command;
mod complaint;
mod options;
mod reader;
mod repository;
mod revision;
mod snapshot;

pub use cache::HgCache;
pub use options::HgOptions;
