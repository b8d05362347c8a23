//! Where things lie in the data folder.
//!
//! The folder is the root of a GOPROXY: an artifact lies at its address, `GOPROXY=file://DATA` needs no server (protocol.md
//! B31). Everything else has a name that begins with a dot, which no element of a module path can (protocol.md A5).
//! Paths come from [`Ask::address`] alone, whose parts are checked types: no text of a client becomes a path.
//!
//! A name that is too long for the file system is an error of the system call, never cut: no two questions share a file.

use std::path::{Path, PathBuf};

use gomod::{EscapedPath, ModulePath, ModuleVersion, Revision, Version};
use source::{Ask, Kind};

/// The paths of one data folder.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    root: PathBuf,
}

impl Layout {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The data folder.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The file that answers a question.
    pub(super) fn artifact(&self, ask: &Ask) -> PathBuf {
        self.root.join(ask.address())
    }

    /// The folder of a module's versions.
    pub(super) fn versions(&self, module: &ModulePath) -> PathBuf {
        self.root.join(module.escaped().as_str()).join(VERSIONS)
    }

    /// Files that are being written, and the spool. On the same file system, so that a rename publishes them.
    pub(super) fn temporary(&self) -> PathBuf {
        self.root.join(".tmp")
    }

    /// Folders of drafts that dead processes left, until they are deleted.
    pub(super) fn swept(&self) -> PathBuf {
        self.root.join(".swept")
    }

    /// Files that contradicted their sidecar, for a person to look at.
    pub(super) fn damaged(&self) -> PathBuf {
        self.root.join(".damaged")
    }

    /// Bytes that somebody has sent in place of the right ones, for a person to look at.
    pub(super) fn quarantine(&self) -> PathBuf {
        self.root.join(".quarantine")
    }

    /// The file that is locked while a process uses the folder.
    pub(super) fn lock(&self) -> PathBuf {
        self.root.join(".lock")
    }

    /// The mark of a process that went in peace: there while nobody uses the folder and all of it is on disk.
    pub(super) fn closed(&self) -> PathBuf {
        self.root.join(".closed")
    }
}

/// The name of a module's folder of versions. `@` is no letter of a module path, so it never clashes with one.
pub(super) const VERSIONS: &str = "@v";

/// The sidecar of the artifact at `path`. Its suffix is that of no artifact.
pub(super) fn sidecar_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.meta"))
}

/// The name of the artifact whose sidecar has this one; `None` for any other file.
pub(super) fn artifact_of(name: &str) -> Option<&str> {
    name.strip_prefix('.')?.strip_suffix(".meta")
}

/// The module whose folder lies at `below_root`, a relative path with `/`; `None` for any other folder.
pub(super) fn module_of(below_root: &str) -> Option<ModulePath> {
    EscapedPath::parse(below_root).ok().map(|path| path.unescape())
}

/// The question that the file `name` among a module's versions answers; `None` for sidecars, lists and foreign files.
pub(super) fn ask_of(module: &ModulePath, name: &str) -> Option<Ask> {
    if let Some(revision) = name.strip_suffix(Kind::Info.suffix()) {
        return Some(Ask::Info(module.clone(), Revision::unescape(revision).ok()?));
    }
    if let Some(version) = name.strip_suffix(Kind::Mod.suffix()) {
        return version_of(module, version).map(Ask::Mod);
    }
    version_of(module, name.strip_suffix(Kind::Zip.suffix())?).map(Ask::Zip)
}

fn version_of(module: &ModulePath, escaped: &str) -> Option<ModuleVersion> {
    ModuleVersion::new(module.clone(), Version::unescape(escaped).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module() -> ModulePath {
        ModulePath::parse("example.com/Upper").unwrap()
    }

    #[test]
    fn a_file_name_leads_back_to_its_question() {
        let info = |revision: &str| Ask::Info(module(), Revision::parse(revision).unwrap());
        let version = ModuleVersion::parse("example.com/Upper", "v1.0.0-RC1").unwrap();
        for ask in [info("Main"), info("v1.0.0"), info(".x"), Ask::Mod(version.clone()), Ask::Zip(version)] {
            let address = ask.address();
            let (folder, name) = address.split_once("/@v/").unwrap();
            assert_eq!(module_of(folder), Some(module()));
            assert_eq!(ask_of(&module(), name), Some(ask));
        }
    }

    #[test]
    fn foreign_files_answer_nothing() {
        let foreign =
            ["list", ".v1.0.0.zip.meta", "v1.0.0.ziphash", "v1.0.0", "V1.0.0.info", "v2.0.0.zip", ".zip"];
        for name in foreign {
            assert_eq!(ask_of(&module(), name), None, "{name}");
        }
        assert_eq!(module_of("example.com/Upper"), None);
        assert_eq!(module_of(".tmp"), None);
    }

    #[test]
    fn no_sidecar_is_an_artifact_and_no_two_artifacts_share_one() {
        let layout = Layout::new(Path::new("/data"));
        let zip = layout.artifact(&Ask::Zip(ModuleVersion::parse("example.com/m", "v1.0.0").unwrap()));
        assert_eq!(sidecar_of(&zip), Path::new("/data/example.com/m/@v/.v1.0.0.zip.meta"));
        assert_ne!(sidecar_of(&zip), sidecar_of(&zip.with_extension("mod")));
        assert_eq!(artifact_of(".v1.0.0.zip.meta"), Some("v1.0.0.zip"));
        assert_eq!(artifact_of("v1.0.0.zip"), None);
    }
}
