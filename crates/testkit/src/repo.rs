//! Real repositories in temporary folders, and real servers for them on loopback.

pub mod git;
pub mod https;

pub use git::{GitRepo, History, Object, Tree, git_command};
pub use https::{GitHttps, GitRequest, HttpsFault};
