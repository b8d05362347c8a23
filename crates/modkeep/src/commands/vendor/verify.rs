//! `modkeep vendor verify`: whole, damaged, or not to be told.

use std::time::SystemTime;

use clap::Args;
use ladder::vendor::{Damage, Look, Report, Signature, VendorError, Verdict, signature, verify};

use super::place::{ProjectArgs, cache_folder};
use super::telling;
use crate::commands::Session;
use crate::exit::Exit;
use crate::keys::KeyArgs;
use crate::report::{Failed, Problem};
use crate::settings::flags::{Flags, OfKeys};

/// The arguments of `modkeep vendor verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Read every file, also those that have not been changed since they were last read.
    #[arg(long)]
    pub full: bool,

    /// Which project.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// Whose signature counts.
    #[command(flatten)]
    pub keys: KeyArgs,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfKeys>,
}

/// Looks, says what it found, and ends with the code that says it too.
pub(super) fn run(args: &VerifyArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let trusted = args.keys.trusted(&settings, session.env)?;
    let project = args.project.open(session)?;
    let cache = cache_folder(session.env);
    let look = Look { cache: cache.as_deref(), full: args.full, now: SystemTime::now() };
    let report = verify(project.root(), &look).map_err(telling::failed)?;
    match &report.verdict {
        Verdict::Whole => {
            let signature = signature(&project, &trusted, &report).map_err(telling::failed)?;
            tell_whole(&report, &signature, session)
        }
        Verdict::Damaged(damage) => tell_damage(damage, session),
        Verdict::NoList(reason) => Err(telling::failed(VendorError::NoList(reason.clone()))),
    }
}

fn tell_whole(report: &Report, signature: &Signature, session: &mut Session<'_>) -> Result<(), Failed> {
    let signed = match signature {
        Signature::Good => "and as signed".to_owned(),
        Signature::None => "and not signed".to_owned(),
        Signature::NotBelieved(why) => format!("but {why}"),
    };
    writeln!(session.out, "vendor/ is whole: {} files as listed, {signed}", report.listed)?;
    Ok(())
}

/// One line a file, for scripts; the rest is for people.
fn tell_damage(damage: &Damage, session: &mut Session<'_>) -> Result<(), Failed> {
    for (word, name) in damage.each() {
        writeln!(session.out, "{word:<8} {name}")?;
    }
    let (missing, changed, added) = (damage.missing.len(), damage.changed.len(), damage.added.len());
    let message = format!("vendor/ is damaged: {missing} missing, {changed} changed, {added} added");
    let advice = "`modkeep vendor restore` puts the signed snapshot back; `modkeep vendor snapshot` signs vendor/ as it is";
    Err(Failed::new(Exit::Failure, Problem::new(message).advise(advice)))
}
