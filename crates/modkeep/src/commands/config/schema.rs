//! `modkeep config schema`: the JSON Schema of modkeep.toml.

use crate::commands::Session;
use crate::report::Failed;
use crate::settings::schema::schema;

/// Prints the schema.
pub fn run(session: &mut Session<'_>) -> Result<(), Failed> {
    Ok(writeln!(session.out, "{:#}", schema())?)
}
