//! Finishing what a killed run began: so the project is as after the change, or as before it.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::error::{VendorError, at};
use super::hash;
use super::lock::Lock;
use super::plan::{PLAN, PLAN_BYTES_MAX, Plan};
use super::project::Project;
use super::publish::{remove_tree, rename, rename_new};
use super::tree::{Found, inode, look};
use super::work::{OLD, REPLACED, TREE};
use super::{BAK, CHECKSUMS, OFFLINE, VENDOR, WORK};

/// Finishes a change of the vendor folder that a run began and did not live to finish. Costs one look when there is none.
///
/// Gives the folder where an old vendor folder was put, if it was one of those changes.
///
/// # Errors
/// [`VendorError::InTheWay`] when there is something under the name of the work folder that modkeep did not make;
/// [`VendorError::Busy`]; [`VendorError::Io`].
pub fn recover(project: &Project) -> Result<Option<PathBuf>, VendorError> {
    if look(&project.path(WORK))? == Found::Nothing {
        return Ok(None);
    }
    let _lock = Lock::take(project.root())?;
    recover_locked(project)
}

pub(super) fn recover_locked(project: &Project) -> Result<Option<PathBuf>, VendorError> {
    let folder = project.path(WORK);
    match look(&folder)? {
        Found::Nothing => return Ok(None),
        Found::Other => return Err(VendorError::InTheWay(folder)),
        Found::Folder => {}
    }
    match read_plan(&folder.join(PLAN))? {
        None => remove_tree(&folder).map(|()| None),
        Some(text) => {
            let plan = Plan::parse(&text).ok_or(VendorError::InTheWay(folder))?;
            finish(project, &plan)
        }
    }
}

fn read_plan(path: &Path) -> Result<Option<String>, VendorError> {
    let read = || -> io::Result<String> {
        let mut text = String::new();
        hash::open(path)?.take(PLAN_BYTES_MAX).read_to_string(&mut text)?;
        Ok(text)
    };
    match read() {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at("read", path)(error)),
    }
}

/// Every step looks whether it was done before.
pub(super) fn finish(project: &Project, plan: &Plan) -> Result<Option<PathBuf>, VendorError> {
    let kept = match plan {
        Plan::Snapshot { keeps_old } => finish_snapshot(project, *keeps_old).map(|()| None),
        Plan::Replace { stamp, staged } => finish_replace(project, stamp, *staged),
    }?;
    remove_tree(&project.path(WORK))?;
    Ok(kept)
}

/// The list goes first: from then on the vendor folder is what the new snapshot says.
fn finish_snapshot(project: &Project, keeps_old: bool) -> Result<(), VendorError> {
    let work = project.path(WORK);
    let list = work.join(CHECKSUMS);
    if look(&list)? == Found::Other && look(&project.path(VENDOR))? == Found::Folder {
        rename(&list, &project.path(VENDOR).join(CHECKSUMS))?;
    }
    let old = if keeps_old { BAK } else { "old-offline" };
    move_in(&work.join(OFFLINE), &project.path(OFFLINE), &work.join(old))?;
    move_in(&work.join(BAK), &project.path(BAK), &work.join("old-bak"))
}

/// Puts a folder in its place, if that was not done yet; what stands there is put aside first.
fn move_in(new: &Path, place: &Path, aside: &Path) -> Result<(), VendorError> {
    if look(new)? == Found::Nothing {
        return Ok(());
    }
    if look(place)? != Found::Nothing {
        rename(place, aside)?;
    }
    rename(new, place)
}

fn finish_replace(project: &Project, stamp: &str, staged: u64) -> Result<Option<PathBuf>, VendorError> {
    let work = project.path(WORK);
    let (tree, old, replaced) = (work.join(TREE), work.join(OLD), work.join(REPLACED));
    let kept = replaced.join(VENDOR);
    if look(&old)? == Found::Folder {
        if look(&tree)? == Found::Folder && look(&project.path(VENDOR))? == Found::Nothing {
            rename(&tree, &project.path(VENDOR))?;
        }
        rename(&old, &kept)?;
    } else if look(&tree)? == Found::Folder && inode(&tree)? != staged {
        rename(&tree, &kept)?;
    }
    if look(&kept)? == Found::Folder {
        publish_replaced(project, &replaced, stamp).map(Some)
    } else {
        Ok(None)
    }
}

/// Gives the old vendor folder a name of its own beside the others that were replaced.
fn publish_replaced(project: &Project, replaced: &Path, stamp: &str) -> Result<PathBuf, VendorError> {
    let mut place = project.path(&format!("{VENDOR}.replaced-{stamp}"));
    let mut number = 2;
    while !rename_new(replaced, &place)? {
        place = project.path(&format!("{VENDOR}.replaced-{stamp}-{number}"));
        number += 1;
    }
    Ok(place)
}

#[cfg(test)]
mod tests;
