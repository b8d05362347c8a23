#![doc = include_str!("../README.md")]

mod access;
mod anchor;
mod build;
mod cache;
mod direct;
mod discovery;
mod exec;
mod git;
mod hg;
mod hosts;
mod names;
mod repo;
mod repositories;
mod resolve;
mod svn;
mod tar;
#[cfg(test)]
mod testing;

pub use access::{Access, Credential, Profile, Remotes, SshOptions};
pub use anchor::{Anchor, Anchors, Hold};
pub use build::{Built, ModuleFiles, zip};
pub use direct::Direct;
pub use discovery::{
    Discovery, DiscoveryOptions, Located, OwnGit, Ping, RepositoryRule, Rewrite, Root, Route, Way,
};
pub use exec::{Environment, Programs};
pub use git::{GitCache, GitOptions, GitPing, Probe};
pub use hg::{HgCache, HgOptions};
pub use hosts::Hosts;
pub use repo::{Archive, Commit, CommitId, EntryKind, Job, Need, Ref, Refs, Repo, RepoError, TreeEntry};
pub use repositories::Repositories;
pub use resolve::{Found, Info, Listing, Module, Origin, Resolutions};
pub use svn::{SvnClient, SvnOptions};
