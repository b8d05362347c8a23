//! `cargo xtask fuzz`: the fuzz targets in fuzz/, compiled on stable Rust.
//!
//! They are a workspace of their own, because their coverage instrumentation would otherwise reach into every build.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::failure::{Context as _, Failure};
use crate::run;
use crate::tools::debian;
use crate::workspace::Workspace;

/// Runs the fuzz targets in fuzz/: generated inputs against every parser, in search of a panic or a broken promise.
///
/// What is found stays in fuzz/artifacts, what was learnt in fuzz/corpus; both are ignored by git. fuzz/README.md says
/// how the targets work.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The target to run; all of them, one after the other, when none is named
    target: Option<String>,
    /// How long each target runs
    #[arg(long, default_value_t = 60, value_name = "N")]
    seconds: u32,
}

/// Runs the target that was asked for, or all.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<(), Failure> {
    let targets = build(workspace)?;
    let Some(wanted) = &args.target else { return run_all(workspace, &targets, args.seconds) };
    let chosen: Vec<String> = targets.iter().filter(|target| *target == wanted).cloned().collect();
    if chosen.is_empty() {
        return Err(Failure::new(format!(
            "no fuzz target is called {wanted}; there are {}",
            targets.join(", ")
        )));
    }
    run_all(workspace, &chosen, args.seconds)
}

/// Runs every target for `seconds`, to see that each compiles, starts and finds nothing at once.
pub(crate) fn smoke(workspace: &Workspace, seconds: u32) -> Result<(), Failure> {
    run_all(workspace, &build(workspace)?, seconds)
}

/// Compiles the targets and returns their names.
fn build(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    if !workspace.root.join("fuzz/Cargo.toml").is_file() {
        return Err(Failure::new("fuzz/Cargo.toml is missing, so no fuzz target can run"));
    }
    debian::install(debian::FOR_FUZZ)?;
    let targets =
        targets(&run::capture(cargo(workspace).args(["metadata", "--no-deps", "--format-version=1"]))?)?;
    run::run(cargo(workspace).args(["build", "--locked", "--release", "--bins"]))?;
    Ok(targets)
}

/// `cargo` in fuzz/, where its own `.cargo/config.toml` turns the instrumentation on. Variables that would take the place
/// of what stands there are removed: without instrumentation a target sees none of what it tries, and passes.
pub(crate) fn cargo(workspace: &Workspace) -> Command {
    let mut cargo = workspace.cargo();
    cargo.current_dir(workspace.root.join("fuzz"));
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in names.filter(|name| replaces_flags(name)) {
        cargo.env_remove(name);
    }
    cargo
}

/// Whether cargo, given the variable `name`, leaves the flags or the target in fuzz/.cargo/config.toml unread.
fn replaces_flags(name: &str) -> bool {
    let of_a_target = name.starts_with("CARGO_TARGET_") && name.ends_with("_RUSTFLAGS");
    let names = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET"];
    of_a_target || names.contains(&name)
}

/// The names of all programs in the answer of `cargo metadata`.
fn targets(metadata: &str) -> Result<Vec<String>, Failure> {
    let metadata: Value = serde_json::from_str(metadata).cannot("read cargo's answer about fuzz/")?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let all =
        list(&metadata["packages"]).iter().flat_map(|package| list(&package["targets"])).collect::<Vec<_>>();
    let programs = all.iter().filter(|target| list(&target["kind"]).iter().any(|kind| kind == "bin"));
    let names: Vec<String> =
        programs.filter_map(|target| target["name"].as_str()).map(str::to_owned).collect();
    if names.is_empty() { Err(Failure::new("fuzz/ has no targets")) } else { Ok(names) }
}

fn run_all(workspace: &Workspace, targets: &[String], seconds: u32) -> Result<(), Failure> {
    let mut failed = Vec::new();
    for target in targets {
        if let Err(failure) = run_one(workspace, target, seconds) {
            println!("{target}: {failure}");
            failed.push(target.as_str());
        }
    }
    println!("{} fuzz targets ran for {seconds} s each, {} failed", targets.len(), failed.len());
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("fuzz targets failed: {}", failed.join(", "))))
    }
}

fn run_one(workspace: &Workspace, target: &str, seconds: u32) -> Result<(), Failure> {
    let fuzz = workspace.root.join("fuzz");
    let folder = |name: &str| -> Result<PathBuf, Failure> {
        let folder = fuzz.join(name).join(target);
        std::fs::create_dir_all(&folder).cannot(format_args!("make {}", folder.display()))?;
        Ok(folder)
    };
    let (corpus, artifacts) = (folder("corpus")?, folder("artifacts")?);
    let mut command = cargo(workspace);
    command.args(["run", "--quiet", "--locked", "--release", "--bin", target, "--"]).arg(corpus);
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    command.args([format!("-max_total_time={seconds}"), "-verbosity=0".to_owned()]);
    watched(&mut command)
}

/// Runs a target, and fails also when libFuzzer says that it sees nothing of what it tries.
fn watched(command: &mut Command) -> Result<(), Failure> {
    let mut is_blind = false;
    run::run_watching(command, |line| is_blind |= line.contains(BLIND))?;
    if !is_blind {
        return Ok(());
    }
    Err(Failure::new(
        "ran without coverage, so it proves nothing: something takes the place of the flags in fuzz/.cargo/config.toml. \
         Look for `rustflags` in cargo's other settings, such as config.toml in its home folder",
    ))
}

/// How libFuzzer says that no input led it anywhere new.
const BLIND: &str = "no interesting inputs were found so far";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_the_programs_of_the_package() {
        let metadata =
            r#"{"packages":[{"targets":[{"name":"go_mod","kind":["bin"]},{"name":"fuzz","kind":["lib"]}]}]}"#;
        assert_eq!(targets(metadata).unwrap(), ["go_mod"]);
        assert!(targets(r#"{"packages":[]}"#).is_err(), "no target must not pass for a good run");
    }

    #[test]
    fn variables_that_replace_the_instrumentation_are_known() {
        let all = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET"];
        for name in all.into_iter().chain(["CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS"]) {
            assert!(replaces_flags(name), "{name}");
        }
        for name in ["CARGO_TARGET_DIR", "RUSTDOCFLAGS", "PATH"] {
            assert!(!replaces_flags(name), "{name}");
        }
    }

    #[test]
    fn a_target_without_coverage_fails_although_it_ends_well() {
        let says = |words: &str| watched(Command::new("sh").args(["-c", "echo \"$0\" >&2", words]));
        let warning =
            "WARNING: no interesting inputs were found so far. Is the code instrumented for coverage?";
        assert!(says(warning).is_err_and(|failure| failure.to_string().contains("without coverage")));
        assert!(says("Done 7 runs in 2 second(s)").is_ok());
    }
}
