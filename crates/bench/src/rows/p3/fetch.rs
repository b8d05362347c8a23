//! Fetching the real graph, once, from where the installed go fetches modules.
//!
//! Also of versions of which go reads only the go.mod, all files are fetched: a server in between may ask for more than go does, and an upstream has
//! them all. go's checksum database vouches for everything, as it does for any download.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use testkit::go::Downloaded;
use testkit::module::escape::unescape;

use crate::trees;

/// The project: every module that is downloaded, pinned.
const GO_MOD: &str = include_str!("../../../graph/go.mod");

/// How many versions one go is asked for: a command line has a limit.
const AT_ONCE: usize = 100;

/// Below `folder`, the files as go's module cache keeps them, which is how a GOPROXY has them.
pub(super) fn downloads(folder: &Path) -> PathBuf {
    folder.join("modules/cache/download")
}

/// Below `folder`, the go.mod and go.sum of the project. The go.sum comes last: when it is there, everything is.
pub(super) fn project(folder: &Path) -> PathBuf {
    folder.join("project")
}

/// Fetches everything into `folder`, unless that was done before for this very project. What a run that was stopped has fetched is kept.
pub(super) fn fetched(folder: &Path, go: &Path) -> Result<(), String> {
    let (go_mod, go_sum) = (project(folder).join("go.mod"), project(folder).join("go.sum"));
    if go_sum.is_file() && fs::read_to_string(&go_mod).is_ok_and(|kept| kept == GO_MOD) {
        return Ok(());
    }
    eprintln!("fetching the modules of the real graph into {}, once", folder.display());
    let cannot = |error: io::Error| format!("cannot write below {}: {error}", folder.display());
    let (asking, outside) = (folder.join("asking"), folder.join("outside"));
    for needed in [&project(folder), &asking, &outside] {
        fs::create_dir_all(needed).map_err(cannot)?;
    }
    fs::write(asking.join("go.mod"), GO_MOD).map_err(cannot)?;
    let go = Fetching { go, folder: folder.canonicalize().map_err(cannot)? };
    let required = go.download(&asking, &[])?;
    let mut sums = lines(&required);
    for some in others(&downloads(folder), &required).chunks(AT_ONCE) {
        sums.extend(lines(&go.download(&outside, some)?));
    }
    tidied(folder);
    // That of an older project goes first, so that none is taken for the sums of this one.
    let _ = fs::remove_file(&go_sum);
    fs::write(&go_mod, GO_MOD).map_err(cannot)?;
    fs::write(&go_sum, sums.into_iter().collect::<String>()).map_err(cannot)
}

/// go with a module cache of its own.
struct Fetching<'a> {
    go: &'a Path,
    folder: PathBuf,
}

impl Fetching<'_> {
    /// `go mod download` of these, or of the project that `dir` is. A version that cannot be had is left out: go reads its go.mod alone.
    fn download(&self, dir: &Path, versions: &[String]) -> Result<Vec<Downloaded>, String> {
        let mut command = Command::new(self.go);
        command.current_dir(dir).args(["mod", "download", "-json"]).args(versions);
        command.env("GOMODCACHE", self.folder.join("modules")).env("GOFLAGS", "-modcacherw");
        command.env("GOWORK", "off").env("GOTOOLCHAIN", "local");
        let output = command.stdin(Stdio::null()).stderr(Stdio::piped()).output();
        let output = output.map_err(|error| format!("go does not start: {error}"))?;
        if versions.is_empty() && !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(said.lines().next().unwrap_or("go mod download failed").to_owned());
        }
        let objects: Result<Vec<Downloaded>, _> =
            serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect();
        objects.map_err(|error| format!("go mod download said no JSON: {error}"))
    }
}

/// The lines of go.sum for what was downloaded.
fn lines(downloaded: &[Downloaded]) -> BTreeSet<String> {
    let line = |path: &str, version: String, sum: &str| {
        (!sum.is_empty()).then(|| format!("{path} {version} {sum}\n"))
    };
    let both = |module: &Downloaded| {
        let (path, version) = (&module.path, &module.version);
        [
            line(path, version.clone(), &module.sum),
            line(path, format!("{version}/go.mod"), &module.go_mod_sum),
        ]
    };
    downloaded.iter().flat_map(both).flatten().collect()
}

/// `MODULE@VERSION` of each version that was not asked for, but whose go.mod was read.
fn others(downloads: &Path, asked: &[Downloaded]) -> Vec<String> {
    let asked: BTreeSet<String> =
        asked.iter().map(|module| format!("{}@{}", module.path, module.version)).collect();
    let all = trees::files(downloads).into_iter().filter_map(|file| query(downloads, &file));
    all.filter(|query| !asked.contains(query)).collect()
}

/// What the go.mod at `file` is that of.
fn query(downloads: &Path, file: &Path) -> Option<String> {
    let name = file.strip_prefix(downloads).ok()?.to_str()?.strip_suffix(".mod")?;
    let (module, version) = name.split_once("/@v/")?;
    Some(format!("{}@{}", unescape(module)?, unescape(version)?))
}

/// Leaves the files of the proxy alone: what go unpacked is several times as large.
fn tidied(folder: &Path) {
    let modules = folder.join("modules");
    let entries = fs::read_dir(&modules).into_iter().flatten().flatten();
    let unpacked =
        entries.map(|entry| entry.path()).filter(|path| path.file_name().is_some_and(|name| name != "cache"));
    for path in
        unpacked.chain([downloads(folder).join("sumdb"), folder.join("asking"), folder.join("outside")])
    {
        // What stays takes room, no more.
        let _ = fs::remove_dir_all(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_were_only_looked_at_are_found_by_their_true_names() {
        let folder = tempfile::tempdir().unwrap();
        let versions = folder.path().join("a.example/!big/@v");
        fs::create_dir_all(&versions).unwrap();
        for name in ["v1.0.0.mod", "v1.0.0.zip", "v1.1.0-!r!c1.mod", "v1.1.0-!r!c1.info", "list"] {
            fs::write(versions.join(name), "").unwrap();
        }
        let asked =
            Downloaded { path: "a.example/Big".into(), version: "v1.0.0".into(), ..Downloaded::default() };
        assert_eq!(others(folder.path(), &[asked]), ["a.example/Big@v1.1.0-RC1"]);
    }

    #[test]
    fn what_was_downloaded_becomes_lines_of_go_sum() {
        let module = Downloaded {
            path: "a.example/a".into(),
            version: "v1.0.0".into(),
            sum: "h1:zip=".into(),
            go_mod_sum: "h1:mod=".into(),
            ..Downloaded::default()
        };
        let failed = Downloaded { path: "a.example/b".into(), error: "gone".into(), ..Downloaded::default() };
        let text: String = lines(&[module, failed]).into_iter().collect();
        assert_eq!(text, "a.example/a v1.0.0 h1:zip=\na.example/a v1.0.0/go.mod h1:mod=\n");
    }

    #[test]
    fn what_is_there_is_not_fetched_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(project(folder.path())).unwrap();
        fs::write(project(folder.path()).join("go.mod"), GO_MOD).unwrap();
        fs::write(project(folder.path()).join("go.sum"), "").unwrap();
        assert_eq!(fetched(folder.path(), Path::new("no-such-go")), Ok(()));
        fs::write(project(folder.path()).join("go.mod"), "module other\n").unwrap();
        assert!(fetched(folder.path(), Path::new("no-such-go")).is_err());
    }
}
