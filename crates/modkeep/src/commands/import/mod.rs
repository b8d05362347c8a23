//! `modkeep import`: fills the store from what is there already.
//!
//! * [`place`]: what the argument is, and the place that answers for it.
//! * [`list`](mod@list): the module versions that a proxy is asked for, read from a list.
//! * [`questions`]: everything that is to be imported, one question per file.
//! * [`importer`]: what becomes of one of them.
//! * [`judging`]: whether it is the right one.
//! * [`trust`], [`heads`]: who vouches for it, the proofs that lie in the place included.
//! * [`progress`]: what is told meanwhile and at the end.
//!
//! Each file is durable before the next one counts as done, and what is kept is not read again. So an import that was
//! stopped, in whatever way, goes on where it was when it is run again.

mod heads;
mod importer;
mod judging;
mod list;
mod place;
mod progress;
mod questions;
mod trust;

use std::sync::Arc;

use clap::Args;
use futures_util::{StreamExt, TryStreamExt};
use source::Source;

use super::serve;
use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::flags::{Flags, OfImport};
use crate::settings::{Settings, table};
use crate::wiring::access::Keyring;
use crate::wiring::reach::{self, Reach};
use importer::Importer;
use judging::Judge;
use place::{Kind, Place};
use progress::Progress;
use questions::Questions;
use trust::Opening;

/// The arguments of `modkeep import`.
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// A folder, or the URL of a running proxy.
    ///
    /// A folder may be a module cache (GOMODCACHE), its cache/download, the files of a proxy (what GOPROXY=file:// takes), or
    /// the disk store of an Athens proxy.
    #[arg(value_name = "DIR|URL")]
    pub from: String,

    /// What it is, where that cannot be seen.
    #[arg(long = "from", value_name = "KIND")]
    pub kind: Option<Kind>,

    /// The file that names what to fetch from a proxy; - reads it from stdin.
    ///
    /// One module per line: `path@version`, `path version`, or `path@all` for all versions that the proxy lists. A go.sum, and
    /// what `go list -m all` and `go mod download -json` print, can be given as they are; the hashes in them are compared.
    #[arg(long, value_name = "FILE")]
    pub modules: Option<String>,

    /// How many files are worked on at a time.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: u8,

    /// Look at everything and keep nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfImport>,
}

/// Imports, and tells what came of it.
pub fn run(args: &ImportArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let place = Place::recognise(&args.from, args.kind, session.env.cwd())?;
    let listed = list::read(&place, args.modules.as_deref(), session)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(import(args, &settings, place, listed, session))
}

async fn import(
    args: &ImportArgs,
    settings: &Settings,
    place: Place,
    listed: Option<list::List>,
    session: &mut Session<'_>,
) -> Result<(), Failed> {
    place.is_not(&settings.get(&table::DATA)?)?;
    let keyring = Keyring::of(session.env, session.files);
    let reach = Reach::of(settings, session.env, &keyring)?;
    let client = reach::client(&reach::http_options(settings, reach)?)?;
    let source = place.source(&client)?;
    let (store, dry_run) = (serve::open_store(settings)?, args.dry_run);
    let opening =
        Opening { settings, place: &place, store: &store, client: &client, keyring: &keyring, dry_run };
    let ledger = opening.ledger().await?;
    let patience = settings.get(&table::ASK_TIMEOUT)?;
    let importer = Importer::new(&place, source.clone(), store, Judge { ledger, patience }, dry_run);
    let questions = Questions::of(&place, listed, &source, patience).await?;
    let mut progress = Progress::begin(questions.count().await, session);
    let jobs = usize::from(args.jobs);
    let mut outcomes = questions.into_stream().map(|item| importer.import(item)).buffer_unordered(jobs);
    while let Some((what, outcome)) = outcomes.try_next().await.map_err(stopped)? {
        progress.tell(&what, outcome)?;
    }
    progress.end(dry_run)
}

/// A store that cannot keep one file will keep none of the thousands that follow.
#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn stopped(error: store::StoreError) -> Failed {
    let advice = "what was imported is kept; when the cause is gone, run the same command again to go on";
    Failed::new(Exit::Failure, Problem::from_error(&error).advise(advice))
}

/// The place, as the importer and the lists ask it.
type Asked = Arc<dyn Source>;
