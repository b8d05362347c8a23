//! From a module cache to a bundle.
//!
//! * [`work`]: the folder in which go fills the cache.
//! * [`found`]: what is in the cache then; [`proof`]: who proves it.
//! * [`output`]: the file, which is there whole or not at all.

pub(in crate::commands) mod found;
mod output;
mod proof;
mod work;

use std::path::PathBuf;
use std::time::SystemTime;

use bundle::manifest::{About, Platform};
use bundle::{Chain, Content, CreateError, Outcome, Supply};
use bytesize::ByteSize;
use clap::Args;
use gomod::note::SignerKey;
use source::{Checked, ModCache, Spool};

use super::problems::unusable;
use crate::commands::Session;
use crate::exit::Exit;
use crate::keys::{self, KeyArgs};
use crate::progress::Progress;
use crate::report::{self, Failed, Problem};
use crate::settings::{Settings, table};
use crate::wiring::access::Keyring;
use found::Found;
use output::Output;
pub(in crate::commands) use work::Work;

/// What a bundle is written to, and what it builds on.
#[derive(Debug, Clone, Args)]
pub struct PackArgs {
    /// The file to write; without it NAME-DATE.tar, after the project, in the working directory
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Replace the file if it is there.
    #[arg(long)]
    pub force: bool,

    /// The bundle that this one builds on, and those that it builds on itself: what is in them is not packed again
    #[arg(long, value_name = "FILE")]
    pub after: Vec<PathBuf>,

    /// Who is believed to have made the bundles of --after.
    #[command(flatten)]
    pub keys: KeyArgs,
}

/// What a bundle is made for.
pub(super) struct Purpose {
    /// The path of the main module, or words for what there is in its place.
    pub(super) project: String,
    /// What the bundle covers: a word for its manifest.
    pub(super) scope: &'static str,
    /// The version of go that filled the cache, such as `go1.26.8`.
    pub(super) go: String,
    /// What was built for.
    pub(super) platforms: Vec<Platform>,
}

/// What it takes to make a bundle.
pub(super) struct Packing<'a> {
    args: &'a PackArgs,
    settings: &'a Settings,
    signer: SignerKey,
    earlier: Option<Chain>,
    pub(super) work: Work,
}

impl<'a> Packing<'a> {
    /// Looks for the key and the bundles to build on, and makes a folder to work in.
    pub(super) fn begin(
        args: &'a PackArgs,
        settings: &'a Settings,
        session: &Session<'_>,
    ) -> Result<Self, Failed> {
        if let Some(named) = &args.output {
            output::refuse_old(&session.env.cwd().join(named), args.force)?;
        }
        let signer = keys::signer(settings)?;
        let earlier = earlier(args, settings, session)?;
        let work = Work::begin(session.env)?;
        Ok(Self { args, settings, signer, earlier, work })
    }

    /// Packs what go has left in the folder, and says what is in the bundle.
    pub(super) async fn pack(&self, purpose: Purpose, session: &mut Session<'_>) -> Result<(), Failed> {
        let found = found::walk(&self.work.downloads())?;
        if found.wanted.is_empty() && self.earlier.is_none() {
            return Err(nothing_to_pack(&purpose.project));
        }
        let output = Output::begin(self.args, &purpose.project, session.env.cwd())?;
        let keyring = Keyring::of_client(session.env, session.files).await?;
        let database = proof::database(self.settings, session.env, &keyring, &self.work).await?;
        let modules =
            Checked::new(ModCache::of_downloads(&self.work.downloads()), Spool::new(self.work.spool()));
        let patience = self.settings.get(&table::ASK_TIMEOUT)?;
        let supply = Supply { modules: &modules, database, earlier: self.earlier.as_ref(), patience };
        let outcome = self.write(&output, about(purpose), found, supply, session).await?;
        let path = output.publish()?;
        tell(&path, &outcome, session)
    }

    async fn write(
        &self,
        output: &Output,
        about: About,
        found: Found,
        supply: Supply<'_>,
        session: &mut Session<'_>,
    ) -> Result<Outcome<tokio::fs::File>, Failed> {
        let cached = self.build_cache()?;
        let mut progress = Progress::new("packing", found.bytes, session.env);
        let mut told = Ok(());
        let mut written = |bytes| told = progress.add(bytes, session.err);
        let extra = cached.into_iter().map(|(path, file)| Ok((path, Content::file(&file)?)));
        let (out, extra) = (output.file()?, futures_util::stream::iter(extra));
        let made = bundle::create(out, about, found.wanted, extra, supply, &self.signer, &mut written).await;
        told?;
        progress.finish(session.err)?;
        made.map_err(|error| not_made(&error))
    }

    /// What compiling has left, if that was wanted.
    fn build_cache(&self) -> Result<Vec<(String, PathBuf)>, Failed> {
        bundle::build_cache::files(&self.work.build_cache()).map_err(|error| {
            let problem = Problem::new("cannot read the build cache that was just made");
            Failed::new(Exit::Failure, problem.because(error.to_string()))
        })
    }
}

/// The bundles to build on.
fn earlier(args: &PackArgs, settings: &Settings, session: &Session<'_>) -> Result<Option<Chain>, Failed> {
    let Some(first) = args.after.first() else { return Ok(None) };
    let keys = args.keys.trusted(settings, session.env)?;
    let files: Vec<PathBuf> = args.after.iter().map(|file| session.env.cwd().join(file)).collect();
    Chain::open(&files, &keys).map(Some).map_err(|error| unusable(first, &error))
}

fn about(purpose: Purpose) -> About {
    About {
        created: SystemTime::now(),
        project: purpose.project,
        scope: purpose.scope.to_owned(),
        go: purpose.go,
        platforms: purpose.platforms,
    }
}

fn nothing_to_pack(project: &str) -> Failed {
    let problem = Problem::new(format!("{project} needs no modules, so there is nothing to pack"));
    Failed::new(Exit::Usage, problem.advise("name tools with --tool, or toolchains with --toolchain"))
}

fn not_made(error: &CreateError) -> Failed {
    let problem = Problem::new("no bundle was made").because(error.to_string());
    Failed::new(
        Exit::Failure,
        match error {
            CreateError::Missing { .. } => {
                problem.advise("run it again where the proxies and the checksum database can be reached")
            }
            CreateError::Mismatch { .. } => {
                problem.advise("somebody has changed the module: find out who before you build with it")
            }
            _ => problem,
        },
    )
}

fn tell(
    path: &std::path::Path,
    outcome: &Outcome<tokio::fs::File>,
    session: &mut Session<'_>,
) -> Result<(), Failed> {
    let (files, size) = (outcome.manifest.files.len(), ByteSize(outcome.size));
    writeln!(session.out, "{}: bundle {}, {files} files, {size}", path.display(), outcome.id)?;
    let unproven = outcome.unproven.iter().map(|unproven| {
        let problem = Problem::new(format!("{} is in it without a proof", unproven.module));
        problem.because(unproven.reason.as_str()).advise("if it is private, name it in GOPRIVATE")
    });
    Ok(report::write_warnings(&unproven.collect::<Vec<_>>(), session.err)?)
}
