//! Where a module's repository is, as far as that can be said without asking anybody (protocol.md E).

mod vcs;

pub use vcs::Vcs;
