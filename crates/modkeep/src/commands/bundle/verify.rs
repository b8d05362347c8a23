//! `modkeep bundle verify`: reads all of a bundle and proves what is in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bundle::{BundleError, Chain, Verified};
use clap::Args;
use gomod::gosumdb::{DatabaseName, SumDbSetting, VerifierKey};

use super::problems::unusable;
use crate::commands::Session;
use crate::commands::watch::watch;
use crate::exit::Exit;
use crate::keys::KeyArgs;
use crate::progress::Progress;
use crate::report::{self, Failed, Problem};
use crate::settings::flags::{Flags, OfBundle};
use crate::settings::{Settings, table};

/// The arguments of `modkeep bundle verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// The bundle, and those that it builds on, in any order
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Who is believed.
    #[command(flatten)]
    pub keys: KeyArgs,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfBundle>,
}

/// Opens, reads and proves; says what is in it, and fails if anything is not as it should be.
pub(super) fn run(args: &VerifyArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let keys = args.keys.trusted(&settings, session.env)?;
    let files: Vec<PathBuf> = args.files.iter().map(|file| session.env.cwd().join(file)).collect();
    let chain = Chain::open(&files, &keys).map_err(|error| unusable(&files[0], &error))?;
    let verified = verify(&files[0], &Arc::new(chain), &settings, session)?;
    finish(&files[0], &verified)
}

/// Reads and proves all of a chain, and prints what it is.
fn verify(
    path: &Path,
    chain: &Arc<Chain>,
    settings: &Settings,
    session: &mut Session<'_>,
) -> Result<Verified, Failed> {
    let (databases, reading) = (databases(settings)?, chain.clone());
    let progress = Progress::new("verifying", chain.size(), session.env);
    let verified = watch(progress, session, |read| async move {
        bundle::verify(&reading, &databases, &mut |bytes| read.send(bytes).unwrap_or_default()).await
    })?;
    let verified = verified.map_err(|error| unusable(path, &BundleError::Io(error)))?;
    describe(chain, &verified, session)?;
    Ok(verified)
}

/// The databases whose keys the settings name.
pub(super) fn databases(settings: &Settings) -> Result<Vec<(DatabaseName, VerifierKey)>, Failed> {
    let mut databases = settings.get(&table::SUMDB_MIRRORS)?;
    if let SumDbSetting::On(database) = settings.get(&table::GOSUMDB)? {
        databases.insert(0, database);
    }
    Ok(databases.into_iter().map(|database| (database.name, database.key)).collect())
}

/// Prints what is in a chain, and what was found.
pub(super) fn describe(chain: &Chain, verified: &Verified, session: &mut Session<'_>) -> Result<(), Failed> {
    for bundle in chain.bundles() {
        let (manifest, signers) = (bundle.manifest(), bundle.signers().join(", "));
        let about = &manifest.about;
        let created = humantime::format_rfc3339_seconds(about.created);
        writeln!(
            session.out,
            "{} {} of {created}, {} files, signed by {signers}",
            bundle.id(),
            about.project,
            manifest.files.len()
        )?;
    }
    let Verified { files, proven, flaws, unknown_databases } = verified;
    writeln!(session.out, "{files} files read, {proven} module versions proven, {} flaws", flaws.len())?;
    let unknown = unknown_databases.iter().map(|name| {
        let problem = Problem::new(format!(
            "the records of {name} in it were not looked at, since no setting has its key"
        ));
        problem.advise("give the key with GOSUMDB or --sumdb-mirrors")
    });
    Ok(report::write_warnings(&unknown.collect::<Vec<_>>(), session.err)?)
}

/// A failure with all flaws, if there are any.
fn finish(path: &Path, verified: &Verified) -> Result<(), Failed> {
    if verified.flaws.is_empty() {
        return Ok(());
    }
    let problem = Problem::new(format!("the bundle {} is not to be used", path.display()));
    let problem = verified.flaws.iter().fold(problem, |problem, flaw| problem.because(flaw.as_str()));
    Err(Failed::new(Exit::Failure, problem.advise("fetch it once more; if it stays so, ask its maker")))
}
