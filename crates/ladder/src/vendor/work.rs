//! The work folder: where a change is prepared, on the project's own file system, before it shows.
//!
//! Its name begins with a dot, so that go and its tools do not look into it. It is there only while its maker is at work; one that
//! is found under the lock is of a run that died. Then its plan is finished, and without a plan it is removed: so the
//! project is as after the change, or as before it.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::error::{VendorError, at};
use super::hash;
use super::lock::Lock;
use super::plan::{PLAN, PLAN_BYTES_MAX, Plan};
use super::project::Project;
use super::publish::{remove_tree, rename, rename_new, sync_folder, write_new};
use super::tree::{Found, inode, look};
use super::{BAK, CHECKSUMS, GO_MOD, OFFLINE, VENDOR, WORK, go_mod_text};

/// The name, in the work folder, of a vendor folder on its way in, or of the old one on its way out.
pub(super) const TREE: &str = "tree";
/// The old vendor folder, where two folders cannot be exchanged in one step.
pub(super) const OLD: &str = "old";
/// What becomes vendor.replaced-…: a folder with a go.mod, for the old vendor folder.
const REPLACED: &str = "replaced";

/// The first second that has no year of four digits.
const YEAR_10000: Duration = Duration::from_hours(70_389_528);

/// The work folder of a project, while the lock is held. Dropped, it is removed, unless a plan was written.
#[derive(Debug)]
pub(super) struct Work<'a> {
    project: &'a Project,
    folder: PathBuf,
    is_planned: bool,
    #[expect(dead_code, reason = "it is held")]
    lock: Lock,
}

impl<'a> Work<'a> {
    /// Takes the lock, finishes what an earlier run has left, and makes the folder.
    pub(super) fn begin(project: &'a Project) -> Result<Self, VendorError> {
        let lock = Lock::take(project.root())?;
        recover_locked(project)?;
        let folder = project.path(WORK);
        fs::create_dir(&folder).map_err(at("make", &folder))?;
        Ok(Self { project, folder, is_planned: false, lock })
    }

    /// A path in the folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes the plan down, for good. All that it needs must be durable.
    pub(super) fn commit(&mut self, plan: &Plan) -> Result<(), VendorError> {
        let draft = self.path("plan.draft");
        write_new(&draft, plan.to_text().as_bytes())?;
        sync_folder(&self.folder)?;
        rename(&draft, &self.path(PLAN))?;
        self.is_planned = true;
        sync_folder(self.project.root())
    }

    /// Prepares the folder under which an old vendor folder is kept.
    pub(super) fn prepare_replaced(&self) -> Result<(), VendorError> {
        let folder = self.path(REPLACED);
        fs::create_dir(&folder).map_err(at("make", &folder))?;
        write_new(&folder.join(GO_MOD), go_mod_text("replaced").as_bytes())?;
        sync_folder(&folder)
    }

    /// Does what was planned, and removes the folder.
    pub(super) fn finish(self, plan: &Plan) -> Result<Option<PathBuf>, VendorError> {
        finish(self.project, plan)
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        if !self.is_planned {
            // What is left is removed by the next run.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

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
    let read = || {
        let mut text = String::new();
        hash::open(path)?.take(PLAN_BYTES_MAX).read_to_string(&mut text)?;
        Ok(text)
    };
    match read() {
        Ok(text) => Ok(Some(text)),
        Err(error) if io::Error::kind(&error) == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at("read", path)(error)),
    }
}

/// Every step looks whether it was done before.
fn finish(project: &Project, plan: &Plan) -> Result<Option<PathBuf>, VendorError> {
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

/// The time in the name of a folder: `20240102T030405Z`. A clock that shows no year of four digits is taken to show 1970.
pub(super) fn stamp(now: SystemTime) -> String {
    let since = now.duration_since(UNIX_EPOCH).ok().filter(|since| *since < YEAR_10000);
    let now = UNIX_EPOCH + since.unwrap_or_default();
    humantime::format_rfc3339_seconds(now).to_string().replace(['-', ':'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_name_without_signs() {
        assert_eq!(stamp(UNIX_EPOCH + Duration::from_secs(1_704_164_645)), "20240102T030405Z");
        for odd in [UNIX_EPOCH - Duration::from_secs(1), UNIX_EPOCH + YEAR_10000] {
            assert_eq!(stamp(odd), "19700101T000000Z");
        }
    }
}
