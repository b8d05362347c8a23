//! `modkeep agent env`.

use clap::Args;

use crate::agent::home::{self, Home};
use crate::agent::list;
use crate::commands::Session;
use crate::exit::Exit;
use crate::go::GoSettings;
use crate::report::{self, Failed, Problem};
use crate::settings::flags::{Flags, OfPort};
use crate::settings::table;

/// The variable.
const GOPROXY: &str = "GOPROXY";

/// What go does where nobody has set a list.
const NO_LIST: &str = "direct";

/// The list of a user who wants nobody to be asked.
const OFF: &str = "off";

/// The arguments of `modkeep agent env`.
#[derive(Debug, Clone, Args)]
pub struct EnvArgs {
    /// Print a JSON object, for the settings of an IDE
    #[arg(long, conflicts_with = "fish")]
    pub json: bool,
    /// Print a line for fish
    #[arg(long)]
    pub fish: bool,
    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfPort>,
}

/// Prints the one line.
pub(super) fn run(args: &EnvArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let word = Home::of(session.env)?.word()?;
    let port = session.settings(&args.flags.given)?.get(&table::AGENT_PORT)?;
    let set = GoSettings::load(session.env, session.files).get(GOPROXY);
    let users = set.map_or_else(|| NO_LIST.to_owned(), |(list, _)| list);
    let others = list::without(&users, &word);
    if others.is_empty() {
        return Err(nobody_else());
    }
    if others == OFF {
        let problem = Problem::new("GOPROXY is off, so nobody is to be asked, and that includes the agent");
        report::write_warnings(&[problem.advise("set GOPROXY to a list to use the agent")], session.err)?;
        return print(args, OFF, session);
    }
    print(args, &format!("{}|{others}", home::url(port, &word)), session)
}

fn print(args: &EnvArgs, value: &str, session: &mut Session<'_>) -> Result<(), Failed> {
    let line = match args {
        EnvArgs { json: true, .. } => serde_json::json!({ GOPROXY: value }).to_string(),
        EnvArgs { fish: true, .. } => format!("set -gx {GOPROXY} {}", quoted_for_fish(value)),
        _ => format!("export {GOPROXY}={}", quoted(value)),
    };
    Ok(writeln!(session.out, "{line}")?)
}

/// One word for a shell: in single quotes nothing has a meaning but their end.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The same for fish, which knows two escapes in single quotes.
fn quoted_for_fish(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

/// Without the agent there would be no plain go behind it.
pub(super) fn nobody_else() -> Failed {
    let problem = Problem::new("the list in GOPROXY names the agent and nobody else");
    let advice = "unset GOPROXY, or run go env -u GOPROXY, so that your own list is seen: the agent asks it, and so does go when \
                  the agent does not run";
    Failed::new(Exit::Config, problem.advise(advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_reads_is_what_was_meant() {
        let text = r"a'b\c$(d) `e`";
        assert_eq!(quoted(text), r"'a'\''b\c$(d) `e`'");
        assert_eq!(quoted_for_fish(text), r"'a\'b\\c$(d) `e`'");
    }
}
