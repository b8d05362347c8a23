//! Whether a module's folder is in order, and putting it so: no sidecar without its artifact, and a list that says what is there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gomod::ModulePath;
use source::{Ask, Kind};

use super::folder::Folder;
use super::layout::{VERSIONS, artifact_of, module_of, sidecar_of};
use super::list::Kept;
use super::publish::remove_if_there;

/// What a folder of modules holds.
#[derive(Default)]
pub(super) struct Contents {
    /// Whether anything of the module lies here whose path is the folder's.
    pub(super) is_module: bool,
    pub(super) folders: Vec<String>,
}

impl Contents {
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let mut found = Self::default();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // No name of ours is anything else than UTF-8.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let is_of_module =
                name == VERSIONS || artifact_of(&name).unwrap_or(&name) == Kind::Latest.suffix();
            found.is_module |= is_of_module;
            if !is_of_module && !name.starts_with('.') && entry.file_type()?.is_dir() {
                found.folders.push(name);
            }
        }
        Ok(found)
    }
}

/// Looks at a module, and puts it in order where it is not; whether it is then.
pub(super) fn tidy_module(folder: &Folder, below_root: &Path) -> bool {
    let Some(module) = below_root.to_str().and_then(module_of) else { return true };
    // Somebody who is just changing the module makes it look out of order, which costs a second look and no more.
    is_in_order(folder, &module).unwrap_or(false) || put_in_order(folder, &module)
}

fn is_in_order(folder: &Folder, module: &ModulePath) -> io::Result<bool> {
    let kept = folder.kept_of(module, &[])?;
    Ok(orphans(folder, module, &kept).is_empty() && folder.is_listed(module, &kept))
}

/// Removes what a put or a removal that was cut short left of a module, and writes its list; whether all of that could be done.
fn put_in_order(folder: &Folder, module: &ModulePath) -> bool {
    let _changing = folder.locks.write(module);
    let removed = remove_orphans(folder, module);
    if let Err(error) = &removed {
        tracing::warn!(%module, %error, "cannot remove what an interrupted removal left");
    }
    let listed = folder.refresh_list(module, &[]);
    folder.prune(&folder.layout.versions(module));
    removed.is_ok() && listed
}

/// Removes all that can be removed; the first error of those that cannot.
fn remove_orphans(folder: &Folder, module: &ModulePath) -> io::Result<()> {
    let kept = folder.kept_of(module, &[])?;
    let remove = |sidecar: PathBuf| remove_if_there(&sidecar).map(drop);
    let removed: Vec<io::Result<()>> = orphans(folder, module, &kept).into_iter().map(remove).collect();
    removed.into_iter().collect()
}

/// The sidecars of artifacts that are not there.
fn orphans(folder: &Folder, module: &ModulePath, kept: &Kept) -> Vec<PathBuf> {
    let versions = folder.layout.versions(module);
    let latest = sidecar_of(&folder.layout.artifact(&Ask::Latest(module.clone())));
    let of_latest = (!kept.has_latest() && latest.is_file()).then_some(latest);
    kept.orphans().map(|name| versions.join(name)).chain(of_latest).collect()
}
