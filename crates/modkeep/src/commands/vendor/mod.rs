//! `modkeep vendor`: the vendor folder of a project, its list and its snapshot. What is done is in `ladder::vendor`.
//!
//! * [`snapshot`], [`mod@verify`], [`restore`]: one file per command;
//! * [`place`]: which project, and the user's folders; [`telling`]: errors and warnings in words.

pub mod place;
pub mod restore;
pub mod snapshot;
pub(in crate::commands) mod telling;
pub mod verify;

use clap::{Args, Subcommand};

use crate::commands::Session;
use crate::report::Failed;

/// The arguments of `modkeep vendor`.
#[derive(Debug, Clone, Args)]
pub struct VendorArgs {
    /// What to do with the vendor folder.
    #[command(subcommand)]
    pub command: VendorCommand,
}

/// What can be done with the vendor folder.
#[derive(Debug, Clone, Subcommand)]
pub enum VendorCommand {
    /// Write vendor/.checksums, and keep a signed copy in vendor.offline/.
    ///
    /// The copy is bound to this project and to its go.mod. The one before becomes vendor.bak/; without one, that is a second copy.
    /// `modkeep bundle key new` makes a key to sign with.
    Snapshot(snapshot::SnapshotArgs),
    /// Compare vendor/ with vendor/.checksums, and that with its signature; never change anything.
    ///
    /// Ends with 0 when it is whole, 1 when files are missing, changed or added, 2 when the list is missing, unreadable, or not the
    /// one that was signed. Without --full, a file is read only when it was changed since it was last read.
    Verify(verify::VerifyArgs),
    /// Put a damaged or missing vendor/ back as it was signed, and keep the damaged one.
    ///
    /// Only a snapshot that a trusted key has signed for this project is used, and only if vendor/.checksums is its list. Nothing is
    /// changed when vendor/ is whole.
    Restore(restore::RestoreArgs),
}

/// Runs the chosen command.
pub fn run(args: &VendorArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    match &args.command {
        VendorCommand::Snapshot(args) => snapshot::run(args, session),
        VendorCommand::Verify(args) => verify::run(args, session),
        VendorCommand::Restore(args) => restore::run(args, session),
    }
}
