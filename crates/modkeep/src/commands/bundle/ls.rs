//! `modkeep bundle ls`.

use bytesize::ByteSize;
use clap::Args;
use serde_json::json;

use super::problems::not_moved;
use crate::bundles;
use crate::commands::Session;
use crate::report::Failed;
use crate::settings::flags::{Flags, OfBundle};

/// The arguments of `modkeep bundle ls`.
#[derive(Debug, Clone, Args)]
pub struct LsArgs {
    /// A folder, a URL or `s3://BUCKET/PREFIX`; without it the first of the setting `bundles`, else of the project's own
    pub location: Option<String>,

    /// Print one JSON object per bundle.
    #[arg(long)]
    pub json: bool,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfBundle>,
}

/// One line for each bundle, the newest last: its id, when it was made, its size, what it is for, and the one that it builds on. It is
/// what the place says; only `pull` verifies it.
pub(super) fn run(args: &LsArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let (location, reach) = bundles::source(args.location.as_deref(), &settings, session)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let listed = runtime.block_on(bundle::depot::list(&location, &reach));
    for listing in listed.map_err(|error| not_moved("the bundles cannot be listed", &error))?.bundles {
        if args.json {
            writeln!(session.out, "{}", json!(listing))?;
            continue;
        }
        let (size, after) =
            (ByteSize(listing.size), listing.after.map(|id| format!("\tafter {id}")).unwrap_or_default());
        writeln!(
            session.out,
            "{}\t{}\t{size}\t{}{after}",
            listing.id,
            shown(&listing.created),
            shown(&listing.project)
        )?;
    }
    Ok(())
}

/// What a stranger wrote, without what a terminal would obey.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
