//! What was measured where: a figure without that is none.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::peers::Peers;
use crate::failure::Failure;
use crate::run;
use crate::workspace::Workspace;

/// Day, machine and versions, in one sentence.
pub(super) fn told(
    workspace: &Workspace,
    modkeep: &Path,
    go: &Path,
    peers: &Peers,
) -> Result<String, Failure> {
    let day = run::capture(Command::new("date").args(["-u", "+%F"]))?;
    let go = run::capture(Command::new(go).args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local"))?;
    let mut git = Command::new("git");
    let commit = run::capture(git.current_dir(&workspace.root).args(["rev-parse", "--short", "HEAD"]));
    let version = run::capture(Command::new(modkeep).arg("--version"))?;
    let ours = format!("{} ({})", version.trim(), commit.unwrap_or_else(|_| "no commit".to_owned()).trim());
    let versions =
        [ours, go.trim().to_owned()].into_iter().chain(peers.versions()).collect::<Vec<_>>().join(", ");
    let missing = peers.missing().iter().map(|why| format!(" Left out: {}.", one_line(why)));
    let missing = missing.collect::<Vec<_>>().concat();
    Ok(format!("Measured on {}: {}; {versions}.{missing}", day.trim(), hardware()))
}

fn one_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end_matches('.')
}

fn hardware() -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| model(&text));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let model = model.unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!("{processors} processors ({model}), Linux {}", kernel.trim())
}

/// The name of the first processor in `/proc/cpuinfo`.
fn model(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::model;

    #[test]
    fn the_processor_has_a_name_where_the_kernel_knows_one() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nflags\t: a\n";
        assert_eq!(model(text).as_deref(), Some("Some CPU @ 2 GHz"));
        assert_eq!(model("processor\t: 0\n"), None);
    }
}
