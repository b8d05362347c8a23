//! The real go, run in a world of its own: fresh caches, nothing inherited but PATH, nothing reachable but loopback.

mod home;
mod output;
mod run;
mod toolchain;

pub use home::GoHome;
pub use output::{Downloaded, Downloads, GoOutput};
pub use run::GoRun;
pub use toolchain::Go;
