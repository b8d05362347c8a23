//! `modkeep bundle create`: packs what the builds of a project need.
//!
//! * [`go`], [`need`]: go is run in [`work`], a folder with a module cache of its own, which is full of what is needed then.
//! * [`found`]: what is in that cache; [`proof`]: who proves it.
//! * [`output`]: the file, which is there whole or not at all.

pub(in crate::commands) mod found;
pub(in crate::commands) mod go;
mod need;
mod output;
mod proof;
pub(in crate::commands) mod work;

use std::path::PathBuf;
use std::time::SystemTime;

use bundle::manifest::{About, Platform};
use bundle::{Chain, CreateError, Outcome, Supply};
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
use crate::settings::flags::{Flags, OfBundle};
use crate::settings::{Settings, table};
use crate::wiring::access::Keyring;
use found::Found;
use go::Go;
use need::Project;
use output::Output;
use work::Work;

/// The arguments of `modkeep bundle create`.
#[derive(Debug, Clone, Args)]
pub struct CreateArgs {
    /// The file to write; without it NAME-DATE.tar, after the project, in the working directory
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Replace the file if it is there.
    #[arg(long)]
    pub force: bool,

    /// The platforms to build for, such as linux/amd64,darwin/arm64; without it the one that go builds for here
    #[arg(long, value_name = "GOOS/GOARCH", value_delimiter = ',', value_parser = platform)]
    pub platforms: Vec<(String, String)>,

    /// Build tags of one way to build, such as netgo,osusergo. Given more than once: all of these ways, besides that without tags.
    #[arg(long, value_name = "TAGS")]
    pub tags: Vec<String>,

    /// Pack the whole module graph, not only what builds and tests need.
    #[arg(long)]
    pub all: bool,

    /// Tools that are to be installed or run as with `go install PACKAGE@VERSION`
    #[arg(long, value_name = "PACKAGE@VERSION")]
    pub tool: Vec<String>,

    /// Toolchains, such as go1.26.8 for this machine or go1.26.8.linux-arm64 for another
    #[arg(long, value_name = "GOVERSION")]
    pub toolchain: Vec<String>,

    /// The bundle that this one builds on, and those that it builds on itself: what is in them is not packed again
    #[arg(long, value_name = "FILE")]
    pub after: Vec<PathBuf>,

    /// Who is believed to have made the bundles of --after.
    #[command(flatten)]
    pub keys: KeyArgs,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfBundle>,
}

fn platform(text: &str) -> Result<(String, String), String> {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    match text.split_once('/') {
        Some((goos, goarch)) if is_word(goos) && is_word(goarch) => Ok((goos.to_owned(), goarch.to_owned())),
        _ => Err("expected GOOS/GOARCH, such as linux/amd64".to_owned()),
    }
}

/// Finds out what is needed, packs it, and says what is in the bundle.
pub(super) fn run(args: &CreateArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let signer = keys::signer(&settings)?;
    let earlier = earlier(args, &settings, session)?;
    let work = Work::begin(session.env)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let making = Making { args, settings: &settings, signer, work: &work };
    runtime.block_on(making.make(earlier.as_ref(), session))
}

/// The bundles to build on.
fn earlier(args: &CreateArgs, settings: &Settings, session: &Session<'_>) -> Result<Option<Chain>, Failed> {
    let Some(first) = args.after.first() else { return Ok(None) };
    let keys = args.keys.trusted(settings, session.env)?;
    let files: Vec<PathBuf> = args.after.iter().map(|file| session.env.cwd().join(file)).collect();
    Chain::open(&files, &keys).map(Some).map_err(|error| unusable(first, &error))
}

/// What it takes to make a bundle.
struct Making<'a> {
    args: &'a CreateArgs,
    settings: &'a Settings,
    signer: SignerKey,
    work: &'a Work,
}

impl Making<'_> {
    async fn make(&self, earlier: Option<&Chain>, session: &mut Session<'_>) -> Result<(), Failed> {
        let upstream = &self.settings.value(&table::UPSTREAM)?.text;
        let go = Go::find(session.env, session.files, self.work, upstream).await?;
        let project = need::gather(self.args, &go, session).await?;
        let found = found::walk(&self.work.downloads())?;
        if found.wanted.is_empty() && earlier.is_none() {
            let problem =
                Problem::new(format!("{} needs no modules, so there is nothing to pack", project.path));
            return Err(Failed::new(
                Exit::Usage,
                problem.advise("name tools with --tool, or toolchains with --toolchain"),
            ));
        }
        let output = Output::begin(self.args, &project.path, session.env.cwd())?;
        let keyring = Keyring::of(session.env, session.files);
        let database = proof::database(self.settings, session.env, &keyring, self.work).await?;
        let modules =
            Checked::new(ModCache::of_downloads(&self.work.downloads()), Spool::new(self.work.spool()));
        let patience = self.settings.get(&table::ASK_TIMEOUT)?;
        let supply = Supply { modules: &modules, database, earlier, patience };
        let about = self.about(&go, project);
        let outcome = self.pack(&output, about, found, supply, session).await?;
        let path = output.publish()?;
        tell(&path, &outcome, session)
    }

    fn about(&self, go: &Go, project: Project) -> About {
        let scope = if self.args.all { "all" } else { "builds" };
        About {
            created: SystemTime::now(),
            project: project.path,
            scope: scope.to_owned(),
            go: go.version.clone(),
            platforms: project.platforms,
        }
    }

    async fn pack(
        &self,
        output: &Output,
        about: About,
        found: Found,
        supply: Supply<'_>,
        session: &mut Session<'_>,
    ) -> Result<Outcome<tokio::fs::File>, Failed> {
        let mut progress = Progress::new("packing", found.bytes, session.env);
        let mut told = Ok(());
        let mut written = |bytes| told = progress.add(bytes, session.err);
        let (out, none) = (output.file()?, futures_util::stream::empty());
        let made = bundle::create(out, about, found.wanted, none, supply, &self.signer, &mut written).await;
        told?;
        progress.finish(session.err)?;
        made.map_err(|error| not_made(&error))
    }
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

/// The platforms and tags to build with.
fn ways(args: &CreateArgs, here: (&str, &str)) -> Vec<Platform> {
    let here = [(here.0.to_owned(), here.1.to_owned())];
    let platforms = if args.platforms.is_empty() { &here[..] } else { &args.platforms };
    let tags = [Vec::new()].into_iter().chain(args.tags.iter().map(|tags| sorted(tags)));
    let of_tags = |tags: Vec<String>| {
        platforms.iter().map(move |(goos, goarch)| Platform {
            goos: goos.clone(),
            goarch: goarch.clone(),
            tags: tags.clone(),
        })
    };
    tags.flat_map(of_tags).collect()
}

fn sorted(tags: &str) -> Vec<String> {
    let mut tags: Vec<String> = tags.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    tags.sort();
    tags
}
