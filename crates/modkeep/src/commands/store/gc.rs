//! `modkeep store gc`: removes what nobody has asked for.

use std::time::{Duration, SystemTime};

use bytesize::ByteSize;
use clap::Args;
use gomod::ModulePath;
use store::disk::gc::{Limits, Look, collect};

use crate::commands::Session;
use crate::commands::store::removal::{Consent, Removal};
use crate::commands::store::selection::{data_folder, patterns};
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::flags::{Flags, OfStore};
use crate::settings::{Settings, table};

/// The arguments of `modkeep store gc`.
#[derive(Debug, Clone, Args)]
pub struct GcArgs {
    /// Versions that nobody has asked for this long go, such as 90d. Default: the setting gc-older-than.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub older_than: Option<Duration>,

    /// The least recently used go until the rest fits in this size, such as 50GB. Default: the setting gc-max-size.
    #[arg(long, value_name = "SIZE")]
    pub max_size: Option<ByteSize>,

    /// Look only at module paths that match this pattern, written as in GOPRIVATE: others are neither counted nor removed.
    #[arg(long)]
    pub pattern: Option<String>,

    /// Whether to remove.
    #[command(flatten)]
    pub consent: Consent,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfStore>,
}

/// Removes what is over the limits, or says what it would remove.
pub fn run(args: &GcArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let pattern = args.pattern.as_deref().map(patterns).transpose()?;
    let settings = session.settings(&args.flags.given)?;
    let limits = limits(args, &settings)?;
    let root = data_folder(&settings)?;
    let wanted = |module: &ModulePath| match &pattern {
        Some(pattern) if !pattern.matches(module.as_str()) => Look::Past,
        _ => Look::At,
    };
    let mut removal = Removal::begin(&root, args.consent, session)?;
    let outcome = collect(&root, &limits, SystemTime::now(), &wanted, &mut |unit| removal.take(unit));
    removal.end(&outcome)
}

/// The limits of the command line; those of the settings when it names none.
fn limits(args: &GcArgs, settings: &Settings) -> Result<Limits, Failed> {
    let given = Limits { older_than: args.older_than, size_max: args.max_size.map(|size| size.0) };
    if given != Limits::default() {
        return Ok(given);
    }
    let set = Limits {
        older_than: settings.get(&table::GC_OLDER_THAN)?,
        size_max: settings.get(&table::GC_MAX_SIZE)?,
    };
    if set != Limits::default() {
        return Ok(set);
    }
    let problem = Problem::new("there is no limit, so nothing can be over it");
    Err(Failed::new(Exit::Usage, problem.advise("give --older-than 90d, --max-size 50GB, or both")))
}
