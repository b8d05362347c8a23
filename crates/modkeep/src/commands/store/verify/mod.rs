//! `modkeep store verify`: reads everything that is kept and compares it with what it was when it was put; with `--sumdb` also with
//! what checksum databases say of it.
//!
//! Reads the folder alone, so that it works beside a running server and with none, and without a network.
//!
//! * [`scope`]: what is looked at.
//! * [`files`]: the files of modules, read and held to what they must be.
//! * [`records`]: the records of checksum databases, proven.
//! * [`authorities`]: who vouches for what.
//! * [`telling`], [`found`]: what is told meanwhile, and the sum of it.

mod authorities;
mod files;
mod found;
mod records;
mod scope;
mod telling;

use std::path::Path;
use std::time::SystemTime;

use clap::Args;
use store::DiskStore;

use crate::commands::Session;
use crate::commands::store::selection::{data_folder, patterns};
use crate::exit::Exit;
use crate::progress::Progress;
use crate::report::{Failed, Problem};
use crate::settings::flags::{Flags, OfVerify};
use authorities::Authorities;
use files::Files;
use found::{Found, Trust};
use scope::Scope;
use telling::Telling;

/// The arguments of `modkeep store verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Only module paths that match this pattern, written as in GOPRIVATE.
    pub pattern: Option<String>,

    /// Compare each go.mod and zip with its record in the checksum database too. Nobody is asked.
    ///
    /// The hash is computed anew and must be the one in the record that is kept, which is proven against the kept tree, and that
    /// against the key. What no database covers must have the hash that was seen first. All records that are kept are proven as
    /// well.
    #[arg(long)]
    pub sumdb: bool,

    /// Set damaged files aside, so that they are fetched again. No server may be using the folder.
    #[arg(long)]
    pub repair: bool,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfVerify>,
}

/// Verifies all that is kept; damage is a failure.
pub fn run(args: &VerifyArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let pattern = args.pattern.as_deref().map(patterns).transpose()?;
    let settings = session.settings(&args.flags.given)?;
    let root = data_folder(&settings)?;
    let mut authorities = args.sumdb.then(|| Authorities::open(&settings, &root)).transpose()?;
    let repair = args.repair.then(|| take_hold(&root)).transpose()?;
    let scope = Scope { root: &root, pattern: pattern.as_ref() };
    let progress = Progress::new("verifying", scope.size(authorities.as_ref()), session.env);
    let mut telling = Telling { session, progress };
    let found = Found { trust: authorities.is_some().then(Trust::default), ..Found::default() };
    let files = Files {
        scope,
        telling: &mut telling,
        repair: repair.as_ref(),
        authorities: authorities.as_mut(),
        found,
    };
    let mut found = files.verify_all()?;
    if let (Some(authorities), Some(trust)) = (&mut authorities, &mut found.trust) {
        trust.databases = records::prove_all(authorities, scope, &mut telling)?;
    }
    end(&found, telling, repair.is_some())
}

/// What damaged files are set aside with.
fn take_hold(root: &Path) -> Result<DiskStore, Failed> {
    DiskStore::open(root, SystemTime::now).map_err(|error| {
        let advice = "stop the server; while it runs it finds and heals damage itself";
        Failed::new(Exit::Unavailable, Problem::from_error(&error).advise(advice))
    })
}

fn end(found: &Found, telling: Telling<'_, '_>, are_set_aside: bool) -> Result<(), Failed> {
    let Telling { session, mut progress } = telling;
    progress.finish(session.err)?;
    drop(progress);
    found.write(session.out)?;
    match found.problems(are_set_aside) {
        problems if problems.is_empty() => Ok(()),
        problems => Err(Failed { exit: Exit::Failure, problems }),
    }
}
