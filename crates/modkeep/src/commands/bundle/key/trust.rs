//! `modkeep bundle key trust`.

use std::path::Path;

use clap::Args;

use crate::commands::Session;
use crate::exit::Exit;
use crate::keys::{self, list};
use crate::report::{self, Failed, Problem};
use crate::settings::flags::{Flags, OfKeys};
use crate::settings::origin::Origin;
use crate::settings::table;

/// The arguments of `modkeep bundle key trust`.
#[derive(Debug, Clone, Args)]
pub struct TrustArgs {
    /// Public keys, name+hash+base64, or files with one a line
    #[arg(required = true, value_name = "KEY")]
    pub keys: Vec<String>,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfKeys>,
}

/// Adds the keys and says where; warns where the settings make other files count.
pub(super) fn run(args: &TrustArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let given = keys::KeyArgs { keys: args.keys.clone() };
    let new = given.trusted(&settings, session.env)?;
    if new.is_empty() {
        return Err(Failed::new(Exit::Usage, Problem::new("there is no key in what was given")));
    }
    let path = list::add(session.env, &new)?;
    for key in &new {
        writeln!(session.out, "trusted {key}")?;
    }
    let counted = keys::trusted(&settings)?;
    if new.iter().any(|key| !counted.contains(key)) {
        let warning = without_effect(&path, &settings.value(&table::TRUSTED_KEYS)?.origin);
        report::write_warnings(&[warning], session.err)?;
    }
    Ok(())
}

fn without_effect(path: &Path, origin: &Origin) -> Problem {
    let path = path.display();
    let problem = Problem::new(format!("the keys are in {path}, which does not count here"));
    problem
        .because(format!("`trusted-keys` is set by {origin}"))
        .advise(format!("add {path} to that setting"))
}
