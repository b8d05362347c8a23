//! `modkeep init`: prepares a project, new or existing, for all rungs, and says what it did and why.
//!
//! Everything is thought out first ([`plan`]) and written then, all of it or nothing ([`mod@write`]). No file of the user is
//! overwritten; one that lacks lines gets them at its end.
//!
//! * [`module`]: the module, and its go.mod if there is none; [`name`]: what it is called.
//! * [`repository`]: what git knows of the folder.
//! * [`attributes`] with [`pattern`], [`ci`], [`old_locks`]: the single files.
//! * [`paths`]: names of files for a shell in the working folder.
//! * [`interrupts`]: what Ctrl-C comes to.

mod attributes;
mod ci;
mod interrupts;
mod module;
mod name;
mod old_locks;
mod paths;
mod pattern;
mod plan;
mod program;
mod repository;
mod write;

use clap::{Args, ValueEnum};

use crate::commands::Session;
use crate::report::Failed;
use interrupts::Interrupts;
use plan::Plan;

/// The arguments of `modkeep init`.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// The path of a new module, such as example.com/you/project
    ///
    /// Without it the path comes from the place below GOPATH/src, else from the git remote origin, else from the name of the folder.
    #[arg(value_name = "MODULE")]
    pub module: Option<String>,
    /// For which CI to write a job; without it the one that the git remote or the folder tells of
    #[arg(long, value_enum, value_name = "CI")]
    pub ci: Option<Ci>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// A CI that a job can be written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// GitHub Actions: .github/workflows/modkeep.yml
    Github,
    /// GitLab CI: .gitlab-ci.yml
    Gitlab,
    /// None
    None,
}

/// Thinks, writes, tells.
pub fn run(args: &InitArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    // Ctrl-C is seen while files are written, too.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let plan = runtime.block_on(prepared(args, session))?;
    plan.tell(args.dry_run, session.out)
}

async fn prepared(args: &InitArgs, session: &Session<'_>) -> Result<Plan, Failed> {
    let mut interrupts = Interrupts::install()?;
    let plan = tokio::select! {
        plan = plan::of(args, session) => plan?,
        failed = interrupts.came() => return Err(failed),
    };
    if !args.dry_run {
        write::all(&plan.root, &plan.drafts, || interrupts.check())?;
    }
    Ok(plan)
}
