//! Real repositories in temporary folders, and real servers for them on loopback.

pub mod daemon;
pub mod git;
pub mod hg;
pub mod https;
mod inetd;
mod shelf;
pub mod ssh;
pub mod svn;

pub use daemon::{GitDaemon, SvnServe};
pub use git::{GitRepo, History, Object, Tree, git_command};
pub use hg::{HgRepo, HgServe};
pub use https::{GitHttps, GitRequest, HttpsFault};
pub use ssh::SshServer;
pub use svn::{SvnChange, SvnHistory, SvnRepo};
