//! `cargo xtask real-project`: the main promise, kept with a project from the real world.

use crate::docs;
use crate::failure::Failure;
use crate::run;
use crate::tools::go;
use crate::workspace::Workspace;

/// Builds a published project of hundreds of modules through `modkeep serve`: cold, then without upstreams; or by `modkeep go`.
///
/// Uses the network, through the upstreams that an installed go would use. Fails when a build fails or when the zips are
/// not the same bytes each time. Tests do the same with a generated graph and no network.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A published main module with a go.sum, at a version
    #[arg(default_value = "github.com/goreleaser/goreleaser/v2@v2.9.0", value_name = "MODULE@VERSION")]
    project: String,
    /// Build it with `modkeep go` while more and more is broken, instead of through a server
    #[arg(long)]
    ladder: bool,
}

/// Runs the driver, an example of crate `testkit`, with a release build of modkeep.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<(), Failure> {
    let go = go::find_or_fetch(&workspace.tools())?;
    let modkeep = docs::build_modkeep(workspace, &["--release"])?;
    let example = if args.ladder { "real_ladder" } else { "real_project" };
    let mut driver = workspace.cargo();
    driver.args(["run", "--locked", "--quiet", "--package", "testkit", "--example", example, "--"]);
    run::run(driver.arg(&modkeep).arg(&args.project).env(go::VARIABLE, &go))
}
