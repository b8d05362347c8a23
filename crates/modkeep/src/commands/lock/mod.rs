//! `modkeep lock`: which commit of which repository each module of a project was built from. The file itself is in `ladder::lock`.
//!
//! * [`subject`]: the project; [`make`]: asking repositories; [`check`]: whether the lock is as it should be; [`tools`]: the hashes of
//!   tools.

mod check;
mod make;
mod subject;
mod tools;

use std::path::Path;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use ladder::lock::{Lock, LockError, NAME};
use vcs::Hold;

use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::flags::{Flags, OfClient};
use subject::Subject;

/// The arguments of `modkeep lock`.
#[derive(Debug, Clone, Args)]
pub struct LockArgs {
    /// Change nothing, ask nobody, and say in what the lock differs from go.sum and go.mod.
    ///
    /// Ends with 0 when it differs in nothing, else with 1. With --on, it must also hold on that.
    #[arg(long, conflicts_with = "anew")]
    pub check: bool,

    /// What must hold when a module is built from its repository; else what the lock says, and commit at first.
    ///
    /// commit: the version is the commit that was locked; a deleted tag stops no build. tag: the tag must be there too. tree: another
    /// commit will do, if it holds the same files.
    #[arg(long, value_name = "ANCHOR", value_parser = hold())]
    pub on: Option<Hold>,

    /// Ask again about what the lock has already.
    #[arg(long)]
    pub anew: bool,

    /// Leave out what no repository gives, instead of keeping the lock as it was; with --check, let that be left out.
    #[arg(long)]
    pub partial: bool,

    /// Write down the hashes of everything that a tool is built from, and change nothing else
    ///
    /// PACKAGE@VERSION as for `go install`, with a whole version. From then on `modkeep go install` and `modkeep go run` of exactly that
    /// hold it to these hashes. What the checksum database says of them is kept among your caches. It may be given more than once.
    #[arg(long, value_name = "PACKAGE@VERSION", conflicts_with_all = ["check", "anew", "partial"], value_parser = tools::parse)]
    pub tool: Vec<String>,

    /// Forget the hashes of a tool.
    #[arg(long, value_name = "PACKAGE@VERSION", conflicts_with_all = ["check", "anew", "partial"])]
    pub drop_tool: Vec<String>,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfClient>,
}

fn hold() -> impl clap::builder::TypedValueParser<Value = Hold> {
    PossibleValuesParser::new(Hold::ALL.map(Hold::as_str)).map(|word| Hold::parse(&word).unwrap_or_default())
}

/// Makes the lock, or checks it.
pub fn run(args: &LockArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let subject = Subject::find(session)?;
    if args.check {
        return check::run(args, &subject, session);
    }
    let made = if args.tool.is_empty() && args.drop_tool.is_empty() {
        make::run(args, &settings, &subject, session)?
    } else {
        tools::run(args, &settings, &subject, session)?
    };
    let (modules, tools) = (made.modules.len(), made.tools.len());
    let told = format!("{NAME}: {modules} modules and {tools} tools, held on {}", made.hold);
    if subject.lock.as_ref() == Some(&made) {
        writeln!(session.out, "{told}; nothing has changed")?;
        return Ok(());
    }
    made.write(&subject.root).map_err(|error| unusable(&error))?;
    writeln!(session.out, "{told}")?;
    Ok(())
}

/// The lock of the project in `root`; none where there is none.
///
/// # Errors
/// It cannot be read or understood: it is never passed over, since it is there to hold something.
pub(in crate::commands) fn read(root: Option<&Path>) -> Result<Option<Lock>, Failed> {
    root.map_or(Ok(None), Lock::read).map_err(|error| unusable(&error))
}

fn unusable(error: &LockError) -> Failed {
    let problem = Problem::from_error(error);
    Failed::new(
        Exit::Failure,
        match error {
            LockError::Write { .. } => {
                problem.advise("make the folder writable; the lock is as it was before")
            }
            _ => problem.advise("bring it back from version control, or remove it and run `modkeep lock`"),
        },
    )
}
