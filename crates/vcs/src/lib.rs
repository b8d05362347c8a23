#![doc = include_str!("../README.md")]

mod repo;

pub use repo::{Archive, Commit, CommitId, EntryKind, Job, Need, Ref, Refs, Repo, RepoError, TreeEntry};
