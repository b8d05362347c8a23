//! The parts of the Rust toolchain that a minimal installation leaves out.

use std::process::Command;

use crate::failure::Failure;
use crate::run;
use crate::workspace::Workspace;

/// Makes sure that `cargo fmt` and `cargo clippy` work, by asking rustup for what is missing.
pub(crate) fn install(workspace: &Workspace) -> Result<(), Failure> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if run::succeeds(workspace.cargo().args([subcommand, "--version"])) {
            continue;
        }
        run::run(Command::new("rustup").args(["component", "add", component])).map_err(|failure| {
            Failure::new(format!(
                "{failure}. `cargo {subcommand}` is needed: add it to your Rust installation"
            ))
        })?;
    }
    Ok(())
}
