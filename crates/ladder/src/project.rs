//! The project that a go command works on: where its go.mod and go.work are, and with them its hashes.

use std::fs;
use std::path::{Component, Path, PathBuf};

use gomod::modfile::{GoMod, Replace, Replacement, WorkFile};

/// The longest go.mod or go.work that is read, in bytes: 16 MiB, as for the go.mod of a dependency.
pub(crate) const MOD_BYTES_MAX: u64 = 16 << 20;

/// What a go command finds from a folder upwards. Without a go.mod, nothing is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Project {
    /// The nearest go.mod.
    pub go_mod: Option<PathBuf>,
    /// The workspace that counts.
    pub go_work: Option<PathBuf>,
    /// What stands in for go.mod.
    pub modfile: Option<PathBuf>,
}

impl Project {
    /// Looks as go does from `folder` (protocol.md I): `gowork` is the value of GOWORK, with which a user names another workspace, or
    /// none (`off`).
    pub fn find(folder: &Path, gowork: Option<&str>) -> Self {
        let workspace = match gowork {
            None | Some("" | "auto") => above(folder, "go.work"),
            Some("off") => None,
            Some(path) => Some(folder.join(path)),
        };
        Self { go_mod: above(folder, "go.mod"), go_work: workspace, modfile: None }
    }

    /// The same with another file in the place of go.mod, as `-modfile` says. The folder stays that of go.mod; a workspace takes no
    /// such flag.
    #[must_use]
    pub fn with_modfile(self, file: PathBuf) -> Self {
        Self { modfile: Some(file).filter(|_| self.go_work.is_none()), ..self }
    }

    /// The folder of the workspace, else that of the module.
    pub fn root(&self) -> Option<&Path> {
        self.go_work.as_deref().or(self.go_mod.as_deref()).and_then(Path::parent)
    }

    /// The path of the module that the nearest go.mod declares; none where it cannot be read, about which go itself complains.
    pub fn module_path(&self) -> Option<String> {
        let text = read_short(self.go_mod.as_deref()?);
        GoMod::parse_lax(&text).ok()?.module.map(|module| module.path)
    }

    /// The versions of go that the workspace, or without one the module, asks for: its `go` line and its `toolchain` line, as they stand
    /// there.
    pub fn wanted_versions(&self) -> Vec<String> {
        let (go, toolchain) = match (&self.go_work, &self.go_mod) {
            (Some(file), _) => {
                let work = WorkFile::parse(&read_short(file)).ok();
                work.map(|work| (work.go, work.toolchain)).unwrap_or_default()
            }
            (None, Some(file)) => {
                let module = GoMod::parse_lax(&read_short(file)).ok();
                module.map(|module| (module.go, module.toolchain)).unwrap_or_default()
            }
            (None, None) => (None, None),
        };
        go.map(|version| version.to_string()).into_iter().chain(toolchain).collect()
    }

    /// What it puts in the place of modules: the `replace` lines of its workspace, and of its main modules. Those of a file that cannot be
    /// read are left out, about which go itself complains.
    pub fn replaced(&self) -> Vec<Replace> {
        let Some(work) = &self.go_work else {
            let go_mod = self.modfile.as_ref().or(self.go_mod.as_ref());
            return go_mod.map(|file| replace_lines(file)).unwrap_or_default();
        };
        let folder = work.parent().unwrap_or(Path::new("/"));
        let of_members =
            uses(work).into_iter().flat_map(|used| replace_lines(&folder.join(used).join("go.mod")));
        let of_work = WorkFile::parse(&read_short(work)).map(|work| work.replace).unwrap_or_default();
        of_members.chain(of_work).collect()
    }

    /// All files that hold hashes for it, whether they are there or not. A workspace counts those of its modules too (protocol.md
    /// F4).
    pub fn sum_files(&self) -> Vec<PathBuf> {
        let Some(work) = &self.go_work else {
            let beside = self.modfile.as_ref().map(|file| file.with_extension("sum"));
            let own = || self.go_mod.as_ref().map(|file| file.with_file_name("go.sum"));
            return beside.or_else(own).into_iter().collect();
        };
        let mut own = work.clone().into_os_string();
        own.push(".sum");
        let mut files = vec![PathBuf::from(own)];
        let folder = work.parent().unwrap_or(Path::new("/"));
        files.extend(uses(work).iter().map(|module| folder.join(module).join("go.sum")));
        files
    }

    /// The folders whose go.mod, go.sum, go.work and go.work.sum go reads for it: its own, those that its workspace uses, and
    /// those that stand in for modules. Folders that are named from the root of the file system are not among them.
    pub fn folders(&self) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        if let Some(root) = self.go_work.as_deref().and_then(Path::parent) {
            let work = self.go_work.as_deref().map(read_short).unwrap_or_default();
            let work = WorkFile::parse(&work).unwrap_or_default();
            let uses = work.uses.iter().filter(|used| Path::new(used).is_relative());
            folders.push(root.to_owned());
            folders.extend(uses.map(|used| joined(root, used)));
            folders.extend(replaced(root, &work.replace));
        } else {
            folders.extend(self.root().map(Path::to_owned));
        }
        for folder in folders.clone() {
            let go_mod = GoMod::parse(&read_short(&folder.join("go.mod"))).ok();
            folders.extend(go_mod.map(|go_mod| replaced(&folder, &go_mod.replace)).unwrap_or_default());
        }
        folders.sort();
        folders.dedup();
        folders
    }
}

/// A folder that a file names, in the short form that go takes it for: `..` leads up from the name, whatever lies there.
fn joined(folder: &Path, named: &str) -> PathBuf {
    let mut joined = PathBuf::new();
    for part in folder.join(named).components() {
        match part {
            Component::ParentDir => drop(joined.pop()),
            Component::CurDir => {}
            part => joined.push(part),
        }
    }
    joined
}

/// The folders that stand in for modules, if they are named from `folder`.
fn replaced(folder: &Path, lines: &[Replace]) -> Vec<PathBuf> {
    let directory = |line: &Replace| match &line.with {
        Replacement::Directory(named) if Path::new(named).is_relative() => Some(joined(folder, named)),
        _ => None,
    };
    lines.iter().filter_map(directory).collect()
}

/// The folders that a workspace uses; none where it cannot be read, about which go itself complains.
fn uses(work: &Path) -> Vec<String> {
    WorkFile::parse(&read_short(work)).map(|work| work.uses).unwrap_or_default()
}

fn replace_lines(go_mod: &Path) -> Vec<Replace> {
    GoMod::parse(&read_short(go_mod)).map(|file| file.replace).unwrap_or_default()
}

/// The content of a go.mod or go.work; nothing where there is none, or where it is no such file.
fn read_short(path: &Path) -> Vec<u8> {
    let is_short = fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() <= MOD_BYTES_MAX);
    if is_short { fs::read(path).unwrap_or_default() } else { Vec::new() }
}

fn above(folder: &Path, name: &str) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_folders_are_known_that_go_reads() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["a", "b", "near", "far"] {
            fs::create_dir_all(root.join("work").join(name)).unwrap();
        }
        let replaced =
            "module example.com/a\nreplace x.example/n => ../near\nreplace x.example/e => /elsewhere\n";
        fs::write(root.join("work/a/go.mod"), replaced).unwrap();
        let below =
            |names: &[&str]| names.iter().map(|name| root.join("work").join(name)).collect::<Vec<_>>();
        assert_eq!(Project::find(&root.join("work/a"), None).folders(), below(&["a", "near"]));
        let work = "go 1.21\nuse ./a\nuse b/../b\nuse /elsewhere\nreplace x.example/f => ./far\n";
        fs::write(root.join("work/go.work"), work).unwrap();
        let expected = [vec![root.join("work")], below(&["a", "b", "far", "near"])].concat();
        assert_eq!(Project::find(&root.join("work/a"), None).folders(), expected);
        assert_eq!(Project::find(Path::new("/nowhere"), None).folders(), Vec::<PathBuf>::new());
    }

    #[test]
    fn the_nearest_files_count_and_a_workspace_brings_those_of_its_modules() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let inner = root.join("a/pkg");
        fs::create_dir_all(&inner).unwrap();
        fs::write(root.join("a/go.mod"), "module example.com/a\n").unwrap();
        let alone = Project::find(&inner, None);
        assert_eq!(alone.sum_files(), [root.join("a/go.sum")]);
        let other = alone.clone().with_modfile(root.join("ci.mod"));
        assert_eq!(other.sum_files(), [root.join("ci.sum")]);
        assert_eq!(alone.module_path().as_deref(), Some("example.com/a"));
        fs::write(root.join("go.work"), "go 1.21\nuse (\n\t./a\n\t./b\n)\n").unwrap();
        let work = Project::find(&inner, None);
        assert_eq!(work.root(), Some(root));
        let expected = ["go.work.sum", "./a/go.sum", "./b/go.sum"].map(|file| root.join(file));
        assert_eq!(work.sum_files(), expected);
        fs::copy(root.join("go.work"), root.join("ci.work")).unwrap();
        let named = Project::find(&inner, root.join("ci.work").to_str());
        assert_eq!(named.sum_files()[0], root.join("ci.work.sum"));
        assert_eq!(Project::find(&inner, Some("off")), alone);
        assert_eq!(Project::find(Path::new("/nowhere"), None).sum_files(), Vec::<PathBuf>::new());
    }
}
