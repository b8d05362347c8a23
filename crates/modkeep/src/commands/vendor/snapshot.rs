//! `modkeep vendor snapshot`: signs what lies in the vendor folder.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use ladder::vendor::{Look, Project, Verdict, snapshot, verify};

use super::place::{ProjectArgs, cache_folder};
use super::telling;
use crate::commands::Session;
use crate::keys;
use crate::report::{self, Failed, Problem};
use crate::settings::flags::{Flags, OfKeys};

/// The arguments of `modkeep vendor snapshot`.
#[derive(Debug, Clone, Args)]
pub struct SnapshotArgs {
    /// Take the files from this folder, which `go mod vendor -o FOLDER` makes, and leave vendor/ alone.
    #[arg(long, value_name = "FOLDER")]
    pub from: Option<PathBuf>,

    /// Which project.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfKeys>,
}

/// Takes a snapshot and says what it holds.
pub(super) fn run(args: &SnapshotArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let (signer, trusted) = (keys::signer(&settings)?, keys::trusted(&settings)?);
    let project = args.project.open(session)?;
    let changes = if args.from.is_none() { changes(&project, session)? } else { None };
    let from = args.from.as_ref().map(|folder| session.env.cwd().join(folder));
    let taken = snapshot(&project, &signer, &trusted, from.as_deref()).map_err(telling::failed)?;
    report::write_warnings(changes.as_slice(), session.err)?;
    let (files, modules, key) = (taken.files, taken.modules.join(", "), signer.verifier());
    writeln!(session.out, "vendor.offline/ holds {files} files for {modules}, signed by {}", key.name())?;
    let bak = if taken.kept_old { "the snapshot before" } else { "a second copy" };
    writeln!(session.out, "vendor.bak/ holds {bak}")?;
    Ok(())
}

/// What has changed since the list before. Who signs a damaged folder by mistake should hear of it.
fn changes(project: &Project, session: &Session<'_>) -> Result<Option<Problem>, Failed> {
    let cache = cache_folder(session.env);
    let look = Look { cache: cache.as_deref(), full: false, now: SystemTime::now() };
    let report = verify(project.root(), &look).map_err(telling::failed)?;
    let Verdict::Damaged(damage) = &report.verdict else { return Ok(None) };
    let message = "vendor/ was not what its last list says, and is now signed as it is".to_owned();
    Ok(Some(telling::damage(message, damage)))
}
