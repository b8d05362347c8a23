//! `modkeep store ls`: what is kept.

use clap::Args;

use crate::settings::flags::{Flags, OfStore};

/// The arguments of `modkeep store ls`.
#[derive(Debug, Clone, Args)]
pub struct LsArgs {
    /// Only module paths that match this pattern, written as in GOPRIVATE.
    pub pattern: Option<String>,

    /// Print one JSON object per line.
    #[arg(long)]
    pub json: bool,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfStore>,
}
