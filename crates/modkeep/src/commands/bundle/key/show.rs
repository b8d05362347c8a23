//! `modkeep bundle key show`.

use clap::Args;

use crate::commands::Session;
use crate::keys;
use crate::report::Failed;
use crate::settings::flags::{Flags, OfKeys};

/// The arguments of `modkeep bundle key show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfKeys>,
}

/// Prints the public key alone, in one line.
pub(super) fn run(args: &ShowArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let key = keys::signer(&settings)?;
    Ok(writeln!(session.out, "{}", key.verifier())?)
}
