//! What holds a project to what it was built from: go.sum, modkeep.lock, `vendor/.checksums`.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use doctor::Severity;
use gomod::ModuleVersion;
use gomod::gosum::{GoSum, Part};
use gomod::modfile::GoMod;
use ladder::pins::PinsError;
use ladder::project::Project;

use super::finding::Local;

/// The longest go.mod that is read, in bytes.
const MOD_BYTES_MAX: u64 = 16 << 20;

/// Modules without a hash that are named.
const NAMED_MAX: usize = 10;

const AREA: &str = "project";

/// What is missing in the project, if there is one.
pub(super) fn findings(project: &Project, pins: &GoSum) -> Vec<Local> {
    let Some(root) = project.root() else { return Vec::new() };
    let mut found = Vec::new();
    found.extend(project.go_mod.as_deref().and_then(|go_mod| sums(go_mod, pins)));
    if root.join("vendor").is_dir() && !root.join("vendor/.checksums").is_file() {
        let message = "vendor/ has no list of its hashes (vendor/.checksums)";
        let fix = "run `modkeep vendor snapshot`; plain `go mod vendor` deletes the list, `modkeep go mod vendor` keeps it";
        found.push(Local::new(AREA, "no-vendor-checksums", Severity::Warning, message, fix));
    }
    if !root.join("modkeep.lock").is_file() {
        let message = "there is no modkeep.lock: repositories are not held to tags and commits";
        let fix = "run `modkeep lock`, and commit the file";
        found.push(Local::new(AREA, "no-lock", Severity::Note, message, fix));
    }
    found
}

/// A go.sum that is there and cannot be read.
pub(super) fn unread_sums(error: &PinsError) -> Local {
    let fix = "make it readable for this user, or bring it back from version control";
    Local::new(AREA, "sum-unreadable", Severity::Broken, error.to_string(), fix)
}

/// Whether go.sum has what go needs of each module that go.mod requires.
fn sums(go_mod: &Path, pins: &GoSum) -> Option<Local> {
    let file = match read(go_mod) {
        Ok(file) => file,
        Err(why) => {
            let message = format!("{} cannot be read", go_mod.display());
            let local = Local::new(AREA, "mod-unreadable", Severity::Broken, message, "correct it");
            return Some(local.with([why]));
        }
    };
    let missing = missing(&file, pins);
    if missing.is_empty() {
        return None;
    }
    let fix = "run `go mod tidy`, and commit go.sum";
    let is_there = go_mod.with_file_name("go.sum").is_file();
    let (cause, message) = if is_there {
        ("sum-incomplete", format!("go.sum lacks {} modules that go.mod requires", missing.len()))
    } else {
        ("no-sum", format!("there is no go.sum for the {} modules that go.mod requires", missing.len()))
    };
    let named = missing.into_iter().take(NAMED_MAX);
    Some(Local::new(AREA, cause, Severity::Warning, message, fix).with(named))
}

fn read(path: &Path) -> Result<GoMod, String> {
    let mut text = Vec::new();
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(MOD_BYTES_MAX).read_to_end(&mut text).map_err(|error| error.to_string())?;
    GoMod::parse(&text).map_err(|errors| errors.to_string())
}

/// The required modules whose go.mod has no hash on record; what is replaced is not fetched.
fn missing(file: &GoMod, pins: &GoSum) -> Vec<String> {
    let is_replaced = |path: &str| file.replace.iter().any(|replace| replace.path == path);
    let required = file.require.iter().filter(|require| !is_replaced(&require.path));
    let lacks = required.filter_map(|require| {
        let module = ModuleVersion::parse(&require.path, require.version.as_str()).ok()?;
        pins.hashes(&module, Part::GoMod).next().is_none().then(|| module.to_string())
    });
    lacks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn causes(files: &[(&str, &str)]) -> Vec<&'static str> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let project = Project::find(folder.path(), Some("off"));
        let pins = ladder::pins::read(&project.sum_files()).unwrap();
        findings(&project, &pins).into_iter().map(|found| found.cause).collect()
    }

    #[test]
    fn each_missing_lock_is_told() {
        let lock = ("modkeep.lock", "");
        let go_mod = ("go.mod", "module example.com/m\n\nrequire example.com/a v1.0.0\n");
        let sum = "example.com/a v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
        assert_eq!(causes(&[go_mod, ("go.sum", sum), lock]), Vec::<&str>::new());
        assert_eq!(causes(&[go_mod, lock]), ["no-sum"]);
        assert_eq!(causes(&[go_mod, ("go.sum", ""), lock]), ["sum-incomplete"]);
        assert_eq!(causes(&[("go.mod", "module example.com/m\n")]), ["no-lock"]);
        assert_eq!(causes(&[("go.mod", "nonsense\n"), lock]), ["mod-unreadable"]);
        let vendored = [("go.mod", "module example.com/m\n"), ("vendor/modules.txt", ""), lock];
        assert_eq!(causes(&vendored), ["no-vendor-checksums"]);
        let replaced =
            "module example.com/m\n\nrequire example.com/a v1.0.0\n\nreplace example.com/a => ./a\n";
        assert_eq!(causes(&[("go.mod", replaced), lock]), Vec::<&str>::new());
        assert_eq!(causes(&[]), Vec::<&str>::new());
    }
}
