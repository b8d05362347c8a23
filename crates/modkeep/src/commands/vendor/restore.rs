//! `modkeep vendor restore`: the signed tree back at `vendor/`.

use std::time::SystemTime;

use clap::Args;
use ladder::vendor::{Copy, Look, Restored, restore};

use super::place::{ProjectArgs, cache_folder};
use super::telling;
use crate::commands::Session;
use crate::keys::KeyArgs;
use crate::report::{self, Failed, Problem};
use crate::settings::flags::{Flags, OfKeys};

/// The arguments of `modkeep vendor restore`.
#[derive(Debug, Clone, Args)]
pub struct RestoreArgs {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// Whose snapshots are believed.
    #[command(flatten)]
    pub keys: KeyArgs,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfKeys>,
}

/// Restores, and names what was wrong.
pub(super) fn run(args: &RestoreArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let trusted = args.keys.trusted(&settings, session.env)?;
    let project = args.project.open(session)?;
    let cache = cache_folder(session.env);
    let look = Look { cache: cache.as_deref(), full: false, now: SystemTime::now() };
    match restore(&project, &trusted, &look).map_err(telling::failed)? {
        None => writeln!(session.out, "vendor/ is whole; nothing was changed")?,
        Some(restored) => {
            report::write_warnings(&warnings(&restored), session.err)?;
            writeln!(session.out, "vendor/ is restored: {} files as signed", restored.files)?;
        }
    }
    Ok(())
}

/// What the user should know of a restore: the files, where the old ones are, and whether a copy is spoiled.
pub fn warnings(restored: &Restored) -> Vec<Problem> {
    let mut warnings = Vec::new();
    if let Some(damage) = &restored.damage {
        let warning =
            telling::damage("vendor/ was damaged, and was put back as it was signed".to_owned(), damage);
        let kept =
            restored.kept.as_ref().map(|folder| format!("the damaged one is kept in {}", folder.display()));
        warnings.push(kept.map_or(warning.clone(), |kept| warning.advise(kept)));
    }
    if let Copy::Bak { offline } = &restored.copy {
        let warning =
            Problem::new("vendor.offline/ is spoiled; vendor.bak/ was used").because(offline.clone());
        warnings.push(warning.advise("`modkeep vendor snapshot` makes it anew"));
    }
    warnings
}
