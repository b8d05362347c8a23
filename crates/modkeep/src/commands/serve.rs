//! `modkeep serve`: the private GOPROXY server.

use clap::Args;

use crate::settings::flags::{All, Flags};

/// The arguments of `modkeep serve`: every setting is a flag.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<All>,
}
