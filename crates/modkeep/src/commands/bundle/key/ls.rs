//! `modkeep bundle key ls`.

use clap::Args;

use crate::commands::Session;
use crate::exit::Exit;
use crate::keys::{self, secret};
use crate::report::{self, Failed, Problem};
use crate::settings::flags::{Flags, OfKeys};

/// The arguments of `modkeep bundle key ls`.
#[derive(Debug, Clone, Args)]
pub struct LsArgs {
    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfKeys>,
}

/// One line a key: what it is for, tab, the public key, and behind another tab the file of a secret one.
pub(super) fn run(args: &LsArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let folder = secret::folder(session.env)?;
    let files = secret::all(&folder).map_err(|error| {
        let problem = Problem::new(format!("cannot read {}", folder.display()));
        Failed::new(Exit::Unavailable, problem.because(error.to_string()))
    })?;
    for path in files {
        match secret::read(&path) {
            Ok(key) => writeln!(session.out, "signs\t{}\t{}", key.verifier(), path.display())?,
            // One bad file hides no other.
            Err(failed) => report::write_warnings(&failed.problems, session.err)?,
        }
    }
    for key in keys::trusted(&settings)? {
        writeln!(session.out, "trusted\t{key}")?;
    }
    Ok(())
}
