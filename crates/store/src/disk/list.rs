//! The list of a module's versions: made from the names of the files that are there, never kept for its own sake.
//!
//! An empty list means two things. In the answer of a server it tells go that the module has no version to choose
//! (protocol.md B13), so that none is given where not even `@latest` can be chosen. The file `@v/list` is for readers of the bare
//! folder (`GOPROXY=file://DATA`), to whom the folder is all there is: a module of which anything is kept has one, if need be
//! an empty one, because go takes a module without a list as nonexistent.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use gomod::{ModulePath, Version};
use source::{Answer, Ask, Freshness, Kind, Origin, Trail, VersionList};

use super::Disk;
use super::folder::Folder;
use super::layout::{artifact_of, ask_of};
use super::publish::{is_absent, remove_if_there};
use super::read::open_regular;
use crate::StoreError;

/// What the names in a module's folders say is kept.
pub(super) struct Kept {
    names: BTreeSet<String>,
    latest: bool,
}

impl Disk {
    /// The versions of which all three files are there; `None` when nothing that go could choose is kept. Blocks.
    pub(super) fn list(&self, module: &ModulePath) -> Result<Option<Answer>, StoreError> {
        let folder = self.layout.versions(module);
        self.choosable(module, &folder).map_err(StoreError::io("list", &folder))
    }

    fn choosable(&self, module: &ModulePath, folder: &Path) -> io::Result<Option<Answer>> {
        let kept = self.kept_of(module, &[])?;
        let whole = kept.whole_versions(module);
        if whole.is_empty() && !kept.latest {
            return Ok(None);
        }
        let latest = self.layout.artifact(&Ask::Latest(module.clone()));
        let changed_at = fs::metadata(folder).or_else(|_| fs::metadata(latest))?.modified()?;
        let versions: VersionList = whole.into_iter().collect();
        let answer = Answer::live(versions.to_text().into(), Origin::new("kept"), Trail::default());
        Ok(Some(Answer { freshness: Freshness::Kept(changed_at), ..answer }))
    }
}

impl Folder {
    /// Writes the list file of a module as if the files `except` were not there. The caller holds the module's lock.
    ///
    /// Nothing depends on this file but readers of the bare folder, so that a failure is logged and no more. Whether it is
    /// right now.
    pub(super) fn refresh_list<'a>(
        &self,
        module: impl Into<Option<&'a ModulePath>>,
        except: &[PathBuf],
    ) -> bool {
        let Some(module) = module.into() else { return true };
        let path = self.layout.artifact(&Ask::List(module.clone()));
        let written = self.write_list(module, except, &path);
        if let Err(error) = &written {
            tracing::warn!(file = %path.display(), %error, "cannot write the list of a module; the next start tries again");
            self.note_unlisted();
        }
        written.is_ok()
    }

    fn write_list(&self, module: &ModulePath, except: &[PathBuf], path: &Path) -> io::Result<()> {
        let Some(text) = self.kept_of(module, except)?.list_file(module) else {
            return remove_if_there(path).map(drop);
        };
        if says(path, &text) {
            return Ok(());
        }
        self.make_folder(&self.layout.versions(module))?;
        let draft = self.drafts.write(text.as_bytes())?;
        fs::rename(&draft.path, path)
    }

    /// Whether the list file of a module is what these names make of it.
    pub(super) fn is_listed(&self, module: &ModulePath, kept: &Kept) -> bool {
        let path = self.layout.artifact(&Ask::List(module.clone()));
        kept.list_file(module).is_some_and(|text| says(&path, &text))
    }

    /// What is kept of a module, as if the files `except` were not there.
    pub(super) fn kept_of(&self, module: &ModulePath, except: &[PathBuf]) -> io::Result<Kept> {
        let names = names_in(&self.layout.versions(module), except)?;
        let latest = self.layout.artifact(&Ask::Latest(module.clone()));
        let is_there = fs::symlink_metadata(&latest).is_ok_and(|about| about.is_file());
        Ok(Kept { names, latest: is_there && !except.contains(&latest) })
    }
}

fn says(path: &Path, text: &str) -> bool {
    let Ok(Some(file)) = open_regular(path) else { return false };
    let mut current = vec![0; text.len()];
    let is_as_long = file.metadata().is_ok_and(|about| about.len() == text.len() as u64);
    is_as_long && file.read_exact_at(&mut current, 0).is_ok() && current == text.as_bytes()
}

fn names_in(folder: &Path, except: &[PathBuf]) -> io::Result<BTreeSet<String>> {
    let except: BTreeSet<&OsStr> = except.iter().filter_map(|path| path.file_name()).collect();
    let entries = match fs::read_dir(folder) {
        Err(error) if is_absent(&error) => return Ok(BTreeSet::new()),
        entries => entries?,
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let name = entry?.file_name();
        if !except.contains(&*name) {
            names.extend(name.into_string().ok());
        }
    }
    Ok(names)
}

impl Kept {
    /// The names of the sidecars among the versions whose artifacts are not there.
    pub(super) fn orphans(&self) -> impl Iterator<Item = &str> {
        let is_alone = |name: &&str| artifact_of(name).is_some_and(|artifact| !self.names.contains(artifact));
        self.names.iter().map(String::as_str).filter(is_alone)
    }

    /// Whether there is an answer to `@latest`.
    pub(super) fn has_latest(&self) -> bool {
        self.latest
    }

    /// What the list file should say; `None` when there should be none.
    fn list_file(&self, module: &ModulePath) -> Option<String> {
        let whole = || self.whole_versions(module).into_iter().collect::<VersionList>();
        (!self.is_nothing(module)).then(|| whole().to_text())
    }

    fn is_nothing(&self, module: &ModulePath) -> bool {
        !self.latest && !self.names.iter().any(|name| ask_of(module, name).is_some())
    }

    /// The versions of which all three files are there, pseudo-versions too.
    fn whole_versions(&self, module: &ModulePath) -> Vec<Version> {
        let whole = |name: &&String| {
            let stem = name.strip_suffix(Kind::Zip.suffix());
            stem.is_some_and(|stem| self.has(stem, Kind::Info) && self.has(stem, Kind::Mod))
        };
        let version = |name: &String| match ask_of(module, name)? {
            Ask::Zip(module) => Some(module.version().clone()),
            _ => None,
        };
        self.names.iter().filter(whole).filter_map(version).collect()
    }

    fn has(&self, stem: &str, kind: Kind) -> bool {
        self.names.contains(&format!("{stem}{}", kind.suffix()))
    }
}
