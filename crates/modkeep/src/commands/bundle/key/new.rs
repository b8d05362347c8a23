//! `modkeep bundle key new`.

use clap::Args;

use crate::commands::Session;
use crate::keys::{list, secret};
use crate::report::Failed;

/// The name of a key whose maker has none.
const NAMELESS: &str = "modkeep";

/// The arguments of `modkeep bundle key new`.
#[derive(Debug, Clone, Args)]
pub struct NewArgs {
    /// The name that signatures show, such as me@corp.example; without it the name of the user
    pub name: Option<String>,
}

/// Makes the key, trusts it, and prints its public half.
pub(super) fn run(args: &NewArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let of_user = || session.env.var("USER").and_then(|user| user.to_str()).unwrap_or(NAMELESS);
    let name = args.name.as_deref().unwrap_or_else(of_user);
    let (key, path) = secret::create(session.env, name)?;
    let trusted = list::add(session.env, &[key.verifier()])?;
    writeln!(session.out, "{}", key.verifier())?;
    writeln!(session.err, "secret key: {}", path.display())?;
    writeln!(session.err, "trusted in: {}", trusted.display())?;
    Ok(writeln!(session.err, "others trust it with: modkeep bundle key trust {}", key.verifier())?)
}
