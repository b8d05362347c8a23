//! `modkeep bundle create`: packs what the builds of a project need.
//!
//! [`go`] is run as [`need`] says, in a folder with a module cache of its own, which is full of what is needed then.

pub(in crate::commands) mod go;
mod need;

use bundle::manifest::Platform;
use clap::Args;

use super::pack::{PackArgs, Packing};
use crate::commands::Session;
use crate::commands::go::behind;
use crate::commands::go::ground::Ground;
use crate::commands::watch::{stopped, was_stopped};
use crate::report::Failed;
use crate::settings::flags::{Flags, OfRecord};
use go::Go;

/// The arguments of `modkeep bundle create`.
#[derive(Debug, Clone, Args)]
pub struct CreateArgs {
    /// The file, and what it builds on.
    #[command(flatten)]
    pub pack: PackArgs,

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

    /// Pack what compiling the project leaves in a build cache, too.
    ///
    /// The standard library's part is of use on every machine of the platform, that of modules where GOFLAGS has -trimpath in it, here
    /// and there. It is never put into the build cache of a user.
    #[arg(long)]
    pub build_cache: bool,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfRecord>,
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
    let packing = Packing::begin(&args.pack, &settings, session)?;
    let cwd = session.env.cwd().to_owned();
    let client = Ground::at(&cwd, &args.flags.given, session)?.client();
    let runtime = tokio::runtime::Runtime::new()?;
    let bundle = async |session: &mut Session<'_>| {
        let (_agent, variables) = behind::agent(client).await?;
        let go = Go::find(session.env, session.files, &packing.work, &variables).await?;
        let purpose = need::gather(args, &go, session).await?;
        packing.pack(purpose, session).await
    };
    runtime.block_on(async {
        tokio::select! {
            made = bundle(session) => made,
            // What was begun goes as it is dropped: go, the folder of this run, the file that was not whole yet.
            () = stopped() => Err(was_stopped("no bundle was made")),
        }
    })
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
