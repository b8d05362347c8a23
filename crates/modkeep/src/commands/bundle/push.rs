//! `modkeep bundle push`.

use std::path::PathBuf;

use clap::Args;

use super::problems::{not_moved, unreadable};
use crate::bundles;
use crate::commands::Session;
use crate::commands::watch::watch;
use crate::keys::KeyArgs;
use crate::progress::Progress;
use crate::report::Failed;
use crate::settings::flags::{Flags, OfBundle};

/// The arguments of `modkeep bundle push`.
#[derive(Debug, Clone, Args)]
pub struct PushArgs {
    /// The bundle
    pub file: PathBuf,

    /// A folder, or `s3://BUCKET/PREFIX`; without it the first of the setting `bundles`
    pub location: Option<String>,

    /// Who is believed to have made it.
    #[command(flatten)]
    pub keys: KeyArgs,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfBundle>,
}

/// Verifies that it is a bundle, sends it, and lists it there.
pub(super) fn run(args: &PushArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let keys = args.keys.trusted(&settings, session.env)?;
    let location = bundles::location(args.location.as_deref(), &settings, session.env)?;
    let reach = bundles::reach(&settings, session)?;
    let file = session.env.cwd().join(&args.file);
    let size = file.metadata().map_err(|error| unreadable(&file, &error))?.len();
    let progress = Progress::new("pushing", size, session.env);
    let shown = location.to_string();
    let pushed = watch(progress, session, |sent| async move {
        // Who stops listening stops nothing.
        let mut each = |bytes| sent.send(bytes).unwrap_or_default();
        bundle::depot::push(&file, &keys, &location, &reach, &mut each).await
    })?;
    let listing = pushed.map_err(|error| not_moved("the bundle was not pushed", &error))?;
    Ok(writeln!(session.out, "{shown}: {} (bundle {})", listing.file, listing.id)?)
}
