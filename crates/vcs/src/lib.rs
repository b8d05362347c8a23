#![doc = include_str!("../README.md")]

mod build;
mod exec;
mod repo;

pub use build::{Built, ModuleFiles, zip};
pub use exec::{Environment, Programs};
pub use repo::{Archive, Commit, CommitId, EntryKind, Job, Need, Ref, Refs, Repo, RepoError, TreeEntry};
