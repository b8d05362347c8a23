//! The work folder: where a change is prepared, on the project's own file system, before it shows.
//!
//! Its name begins with a dot, so that go and its tools do not look into it. It is there only while its maker is at work; one that
//! is found under the lock is of a run that died. Then its plan is finished, and without a plan it is removed: so the
//! project is as after the change, or as before it.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::error::{VendorError, at};
use super::lock::Lock;
use super::plan::{PLAN, Plan};
use super::project::Project;
use super::publish::{rename, sync_folder, write_new};
use super::recover::{finish, recover_locked};
use super::{GO_MOD, WORK, go_mod_text};

/// The name, in the work folder, of a vendor folder on its way in, or of the old one on its way out.
pub(super) const TREE: &str = "tree";
/// The old vendor folder, where two folders cannot be exchanged in one step.
pub(super) const OLD: &str = "old";
/// What becomes vendor.replaced-…: a folder with a go.mod, for the old vendor folder.
pub(super) const REPLACED: &str = "replaced";

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
