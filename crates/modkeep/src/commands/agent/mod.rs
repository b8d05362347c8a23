//! `modkeep agent`: the ladder as a daemon of the user, for gopls, IDEs and plain go.
//!
//! * [`start`]: puts it into the background, and waits until it answers.
//! * [`daemon`]: the agent itself.
//! * [`stop`], [`status`], [`mod@env`]: what is done with one.
//! * [`holder`]: who has its port, if somebody else does.

mod daemon;
pub mod env;
mod holder;
pub mod start;
mod status;
mod stop;

use clap::{Args, Subcommand};

use crate::commands::Session;
use crate::report::Failed;

/// The arguments of `modkeep agent`.
#[derive(Debug, Clone, Args)]
pub struct AgentArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AgentCommand,
}

/// What can be done with the agent.
#[derive(Debug, Clone, Subcommand)]
pub enum AgentCommand {
    /// Start the agent in the background, unless it runs already.
    ///
    /// It listens on a port of loopback, and its address holds a secret word that stays the same. Plain go uses it after
    /// eval "$(modkeep agent env)".
    Start(start::StartArgs),
    /// End the agent, when it has finished what is under way.
    Stop,
    /// Tell whether the agent runs: exit code 0 if it does, 3 if it does not.
    Status,
    /// Print the variable that makes go ask the agent first, for a shell to evaluate.
    ///
    /// It is GOPROXY alone, and behind the agent stands your own list: when the agent does not run, go works as without it. The
    /// address is a secret: with it other users of this machine could ask your agent.
    Env(env::EnvArgs),
}

/// Runs the chosen command.
pub fn run(args: &AgentArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    match &args.command {
        AgentCommand::Start(args) => start::run(args, session),
        AgentCommand::Stop => stop::run(session),
        AgentCommand::Status => status::run(session),
        AgentCommand::Env(args) => env::run(args, session),
    }
}
