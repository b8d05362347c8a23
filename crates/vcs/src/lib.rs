#![doc = include_str!("../README.md")]

mod discovery;
mod exec;
mod git;
mod repo;

pub use discovery::{Discovery, DiscoveryOptions, Located, RepositoryRule, Rewrite, Root, Route, Way};
pub use exec::{Environment, Programs};
pub use git::{Credential, GitCache, GitOptions, Probe, Probed, Profile, Remotes, SshOptions};
pub use repo::{Archive, Commit, CommitId, EntryKind, Job, Need, Ref, Refs, Repo, RepoError, TreeEntry};
