//! `modkeep bundle pull`.

use bundle::depot::{Limits, Listing, Location, Pull, Reach, Trusting};
use bytesize::ByteSize;
use clap::Args;

use super::problems::not_moved;
use super::verify::{databases, describe};
use crate::bundles;
use crate::commands::Session;
use crate::commands::watch::watch;
use crate::keys::KeyArgs;
use crate::progress::Progress;
use crate::report::Failed;
use crate::settings::flags::{Flags, OfBundle};

/// The arguments of `modkeep bundle pull`.
#[derive(Debug, Clone, Args)]
pub struct PullArgs {
    /// A folder, a URL or `s3://BUCKET/PREFIX`; without it the first of the setting `bundles`, else of the project's own
    pub location: Option<String>,

    /// The module path of the project that the bundle is for; without it that of the go.mod here; the newest of all where there is none
    #[arg(long, value_name = "PATH")]
    pub project: Option<String>,

    /// Take a bundle that is older than the last one.
    #[arg(long)]
    pub older: bool,

    /// The largest file to fetch
    #[arg(long, value_name = "SIZE", default_value = "64GiB")]
    pub max_size: ByteSize,

    /// Who is believed to have made it.
    #[command(flatten)]
    pub keys: KeyArgs,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfBundle>,
}

/// Fetches, verifies, and says what is in use now.
pub(super) fn run(args: &PullArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let (keys, databases) = (args.keys.trusted(&settings, session.env)?, databases(&settings)?);
    let (location, reach) = bundles::source(args.location.as_deref(), &settings, session)?;
    let project = args.project.clone().or_else(|| bundles::here(session).module_path());
    let offered = offered(&location, &reach, project.as_deref())?;
    // Without a project the newest bundle says which one it is for.
    let project =
        project.or_else(|| offered.first().map(|newest| newest.project.clone())).unwrap_or_default();
    let into = bundles::pulled(&location, &project, session.env)?;
    let limits = Limits { size_max: args.max_size.0, older: args.older };
    let size = offered.iter().fold(0, |sum: u64, listing| listing.size.saturating_add(sum));
    let progress = Progress::new("pulling", size, session.env);
    let pulled = watch(progress, session, |came| async move {
        // Who stops listening stops nothing.
        let mut each = |bytes| came.send(bytes).unwrap_or_default();
        let trusting = Trusting { keys: &keys, databases: &databases };
        bundle::depot::pull(&location, &reach, Some(&project), &into, trusting, limits, &mut each).await
    })?;
    let Pull { chain, verified } = pulled.map_err(|error| not_moved("no bundle was pulled", &error))?;
    match verified {
        Some(verified) => describe(&chain, &verified, session),
        None => Ok(writeln!(session.out, "{} is the newest there is", chain.newest().id())?),
    }
}

/// What the place says that there is to fetch, the newest first.
fn offered(location: &Location, reach: &Reach, project: Option<&str>) -> Result<Vec<Listing>, Failed> {
    let runtime = tokio::runtime::Runtime::new()?;
    let chain = runtime
        .block_on(bundle::depot::list(location, reach))
        .and_then(|index| index.chain(project, location));
    chain.map_err(|error| not_moved("no bundle was pulled", &error))
}
