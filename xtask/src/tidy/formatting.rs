//! One format, chosen by rustfmt.

use super::{Check, Problem};
use crate::failure::Failure;
use crate::run;
use crate::workspace::Workspace;

pub(super) const CHECK: Check = Check {
    name: "format",
    why: "one format means that a diff shows what changed and nothing else",
    mend: "run `cargo fmt --all` (and the same in fuzz/, which is a workspace of its own)",
    find: |workspace| {
        let mut problems = badly_formatted(workspace, "Cargo.toml")?;
        if workspace.root.join(FUZZ).is_file() {
            problems.extend(badly_formatted(workspace, FUZZ)?);
        }
        Ok(problems)
    },
};

/// The fuzz targets are outside of the workspace, so `--all` does not reach them.
const FUZZ: &str = "fuzz/Cargo.toml";

fn badly_formatted(workspace: &Workspace, manifest: &str) -> Result<Vec<Problem>, Failure> {
    let check = ["fmt", "--all", "--manifest-path", manifest, "--", "--check", "--files-with-diff"];
    let output = run::output(workspace.cargo().args(check))?;
    if output.status.success() {
        return Ok(Vec::new());
    }
    let root = workspace.root.display().to_string();
    let files = files_in(&String::from_utf8_lossy(&output.stdout), &root);
    if files.is_empty() {
        return Err(Failure::new(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(files)
}

/// One problem per file that rustfmt names, told from the root.
fn files_in(named: &str, root: &str) -> Vec<Problem> {
    let lines: std::collections::BTreeSet<&str> = named.lines().collect();
    let told = lines.into_iter().map(|line| line.trim_start_matches(root).trim_start_matches('/'));
    told.map(|file| Problem(format!("{file}: is not formatted"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_told_once_from_the_root() {
        let found = files_in("/r/a/src/b.rs\n/r/a/src/b.rs\n", "/r");
        assert_eq!(found, [Problem("a/src/b.rs: is not formatted".into())]);
        assert_eq!(files_in("", "/r"), []);
    }
}
