//! What has to hold before a build can do without any network, each told as held, broken, or not checked.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use gomod::ModuleVersion;
use gomod::gosum::{GoSum, Part};
use gomod::modules_txt::ModulesTxt;

/// How many complaints of one lock are kept.
const COMPLAINTS_MAX: usize = 20;

/// The longest modules.txt that is read, in bytes.
const MODULES_TXT_MAX: u64 = 16 << 20;

/// What go says when it lacks a module that it may not fetch.
const LACKING: [&str; 2] = ["module lookup disabled by GOPROXY=off", "missing go.sum entry"];

/// One of the locks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// What it is about, as people call it.
    pub name: &'static str,
    /// How it stands.
    pub state: State,
}

/// How a lock stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It holds.
    Held,
    /// It does not, for these reasons.
    Broken(Vec<String>),
    /// It could not be checked, for this reason.
    Unchecked(String),
}

impl Lock {
    /// Whether it is known to be broken.
    pub fn is_broken(&self) -> bool {
        matches!(self.state, State::Broken(_))
    }

    fn of(name: &'static str, complaints: Vec<String>) -> Self {
        let state = if complaints.is_empty() { State::Held } else { State::Broken(complaints) };
        Self { name, state }
    }
}

/// Whether go.sum has both lines for each module that `vendor/modules.txt` names and nothing replaces (protocol.md F4, F8).
pub fn sums(root: &Path, pins: &GoSum) -> Lock {
    const NAME: &str = "go.sum is complete";
    let path = root.join("vendor/modules.txt");
    let is_short = fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() <= MODULES_TXT_MAX);
    let content = if is_short { fs::read(&path).ok() } else { None };
    let Some(content) = content else {
        return Lock { name: NAME, state: State::Broken(vec![format!("{} cannot be read", path.display())]) };
    };
    let list = ModulesTxt::parse(&content);
    let versions = list.modules.iter().filter(|module| module.replacement.is_none());
    let missing = versions.flat_map(|module| {
        let version = module.version.as_deref().unwrap_or_default();
        missing_of(&module.path, version, pins)
    });
    Lock::of(NAME, missing.take(COMPLAINTS_MAX).collect())
}

/// The lines that go.sum lacks for one version.
fn missing_of(path: &str, version: &str, pins: &GoSum) -> Vec<String> {
    let Ok(module) = ModuleVersion::parse(path, version) else {
        return vec![format!("vendor/modules.txt names {path} {version}, which is no module version")];
    };
    let parts = [(Part::Zip, ""), (Part::GoMod, "/go.mod")];
    let lacks = |(part, suffix): (Part, &str)| {
        let is_there = pins.hashes(&module, part).any(|hash| hash.starts_with("h1:"));
        (!is_there).then(|| format!("go.sum has no line for {path} {version}{suffix}"))
    };
    parts.into_iter().filter_map(lacks).collect()
}

/// Whether go.mod is tidy, as far as go can tell from what is on this machine. `go` is the program; its module cache is the user's.
pub fn tidy(root: &Path, go: &Path) -> Lock {
    const NAME: &str = "go.mod is tidy";
    let mut command = Command::new(go);
    command.current_dir(root).args(["mod", "tidy", "-diff"]).stdin(Stdio::null());
    command.envs([
        ("GOPROXY", "off"),
        ("GOSUMDB", "off"),
        ("GOTOOLCHAIN", "local"),
        ("GOWORK", "off"),
        ("GOFLAGS", "-mod=mod"),
    ]);
    let state =
        command.output().map_or_else(|error| State::Unchecked(error.to_string()), |output| judged(&output));
    Lock { name: NAME, state }
}

fn judged(output: &Output) -> State {
    if output.status.success() {
        return State::Held;
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let diff = String::from_utf8_lossy(&output.stdout);
    let changes: Vec<String> =
        diff.lines().filter(|line| is_change(line)).take(COMPLAINTS_MAX).map(str::to_owned).collect();
    if !changes.is_empty() {
        return State::Broken(changes);
    }
    if LACKING.iter().any(|lacking| said.contains(lacking)) {
        return State::Unchecked(
            "modules that it needs are not in the module cache; `modkeep go mod download` fetches them"
                .to_owned(),
        );
    }
    State::Unchecked(said.lines().last().unwrap_or("go says nothing").to_owned())
}

/// A line of a diff that says what tidying would change.
fn is_change(line: &str) -> bool {
    (line.starts_with('+') || line.starts_with('-')) && !line.starts_with("+++") && !line.starts_with("---")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: &str = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    fn checked(modules: &str, lines: &str) -> State {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("vendor")).unwrap();
        fs::write(root.path().join("vendor/modules.txt"), modules).unwrap();
        sums(root.path(), &GoSum::parse(lines.as_bytes()).unwrap()).state
    }

    #[test]
    fn each_module_that_nothing_replaces_needs_both_lines() {
        let modules = "# a.example/m v1.0.0\na.example/m\n# b.example/m v1.0.0 => ../b\nb.example/m\n";
        let (zip, go_mod) =
            (format!("a.example/m v1.0.0 {SUM}\n"), format!("a.example/m v1.0.0/go.mod {SUM}\n"));
        assert_eq!(checked(modules, &format!("{zip}{go_mod}")), State::Held);
        let broken = checked(modules, &zip);
        assert_eq!(
            broken,
            State::Broken(vec!["go.sum has no line for a.example/m v1.0.0/go.mod".to_owned()])
        );
        assert!(sums(Path::new("/nowhere"), &GoSum::default()).is_broken());
    }

    #[test]
    fn what_go_says_is_told_apart() {
        use std::os::unix::process::ExitStatusExt as _;
        let output = |code: i32, stdout: &str, stderr: &str| Output {
            status: std::process::ExitStatus::from_raw(code << 8),
            stdout: stdout.into(),
            stderr: stderr.into(),
        };
        assert_eq!(judged(&output(0, "", "")), State::Held);
        let diff = "diff current/go.mod tidy/go.mod\n--- current/go.mod\n+++ tidy/go.mod\n-require a.example/m v1.0.0\n";
        assert_eq!(
            judged(&output(1, diff, "")),
            State::Broken(vec!["-require a.example/m v1.0.0".to_owned()])
        );
        let lacking = judged(&output(1, "", "go: a.example/m@v1.0.0: module lookup disabled by GOPROXY=off"));
        assert!(matches!(lacking, State::Unchecked(_)));
    }
}
