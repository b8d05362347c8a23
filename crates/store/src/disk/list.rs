//! The list of a module's versions: made from the names of the files that are there, never kept for its own sake.
//!
//! The file `@v/list` is for readers of the bare folder (`GOPROXY=file://DATA`). A module of which anything is kept has one,
//! if need be an empty one, because go takes a module without a list as nonexistent (protocol.md B13).

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use gomod::ModulePath;
use source::{Answer, Ask, Freshness, Kind, Origin, Trail, VersionList};

use super::Disk;
use super::layout::ask_of;
use super::publish::{is_absent, remove_if_there};
use crate::StoreError;

impl Disk {
    /// The versions of which all three files are there; `None` when nothing of the module is kept. Blocks.
    pub(super) fn list(&self, module: &ModulePath) -> Result<Option<Answer>, StoreError> {
        let folder = self.layout.versions(module);
        let read = || -> io::Result<_> {
            let Some(versions) = self.versions(module, None)? else { return Ok(None) };
            Ok(Some((versions, fs::metadata(&folder)?.modified()?)))
        };
        let Some((versions, changed_at)) = read().map_err(StoreError::io("list", &folder))? else {
            return Ok(None);
        };
        let answer = Answer::live(versions.to_text().into(), Origin::new("kept"), Trail::default());
        Ok(Some(Answer { freshness: Freshness::Kept(changed_at), ..answer }))
    }

    /// Writes the list file of a module as if `except` were not there. The caller holds the module's lock.
    ///
    /// Nothing depends on this file but readers of the bare folder, so that a failure is logged and no more.
    pub(super) fn refresh_list(&self, module: &ModulePath, except: Option<&Path>) {
        let path = self.layout.artifact(&Ask::List(module.clone()));
        if let Err(error) = self.write_list(module, except, &path) {
            tracing::warn!(file = %path.display(), %error, "cannot write the list of a module");
        }
    }

    fn write_list(&self, module: &ModulePath, except: Option<&Path>, path: &Path) -> io::Result<()> {
        let Some(versions) = self.versions(module, except)? else {
            return remove_if_there(path).map(drop);
        };
        let text = versions.to_text();
        if fs::read(path).is_ok_and(|current| current == text.as_bytes()) {
            return Ok(());
        }
        self.make_folder(&self.layout.versions(module))?;
        let draft = self.drafts.write(text.as_bytes())?;
        fs::rename(&draft.path, path)
    }

    fn versions(&self, module: &ModulePath, except: Option<&Path>) -> io::Result<Option<VersionList>> {
        let names = names_in(&self.layout.versions(module), except)?;
        let latest = self.layout.artifact(&Ask::Latest(module.clone()));
        let nothing_in = !names.iter().any(|name| ask_of(module, name).is_some());
        if nothing_in && (except == Some(&*latest) || !latest.exists()) {
            return Ok(None);
        }
        Ok(Some(whole_versions(module, &names)))
    }
}

fn names_in(folder: &Path, except: Option<&Path>) -> io::Result<BTreeSet<String>> {
    let except = except.and_then(Path::file_name).map(OsStr::to_owned);
    let entries = match fs::read_dir(folder) {
        Err(error) if is_absent(&error) => return Ok(BTreeSet::new()),
        entries => entries?,
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let name = entry?.file_name();
        if Some(&name) != except.as_ref() {
            names.extend(name.into_string().ok());
        }
    }
    Ok(names)
}

fn whole_versions(module: &ModulePath, names: &BTreeSet<String>) -> VersionList {
    let beside = |stem: &str, kind: Kind| names.contains(&format!("{stem}{}", kind.suffix()));
    let whole = |name: &&String| {
        let stem = name.strip_suffix(Kind::Zip.suffix());
        stem.is_some_and(|stem| beside(stem, Kind::Info) && beside(stem, Kind::Mod))
    };
    let version = |name: &String| match ask_of(module, name)? {
        Ask::Zip(module) => Some(module.version().clone()),
        _ => None,
    };
    names.iter().filter(whole).filter_map(version).collect()
}
