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
mod tests {
    use super::super::GO_MOD;
    use super::super::publish::exchange;
    use super::*;
    use std::fs;

    /// A project in which things lie as a killed run left them.
    struct Left {
        dir: tempfile::TempDir,
    }

    impl Left {
        fn new(plan: &str) -> Self {
            let left = Self { dir: tempfile::tempdir().unwrap() };
            fs::write(left.dir.path().join(GO_MOD), "module m\n").unwrap();
            left.folder(WORK);
            fs::write(left.path(&format!("{WORK}/{PLAN}")), plan).unwrap();
            left
        }

        fn path(&self, name: &str) -> PathBuf {
            self.dir.path().join(name)
        }

        fn folder(&self, name: &str) {
            fs::create_dir_all(self.path(name)).unwrap();
        }

        /// A folder that can be told from others.
        fn marked(&self, name: &str, mark: &str) {
            self.folder(name);
            fs::write(self.path(name).join("mark"), mark).unwrap();
        }

        fn mark(&self, name: &str) -> String {
            fs::read_to_string(self.path(name).join("mark")).unwrap_or_default()
        }

        fn rename(&self, from: &str, to: &str) {
            fs::rename(self.path(from), self.path(to)).unwrap();
        }

        fn recover(&self) -> Option<PathBuf> {
            let kept = recover(&Project::open(self.dir.path()).unwrap()).unwrap();
            assert!(!self.path(WORK).exists());
            kept
        }
    }

    /// The renames of a snapshot that keeps the one before, in their order.
    const SNAPSHOT: [(&str, &str); 5] = [
        (".vendor.modkeep/.checksums", "vendor/.checksums"),
        ("vendor.offline", ".vendor.modkeep/vendor.bak"),
        (".vendor.modkeep/vendor.offline", "vendor.offline"),
        ("vendor.bak", ".vendor.modkeep/old-bak"),
        (".vendor.modkeep/vendor.bak", "vendor.bak"),
    ];

    #[test]
    fn a_snapshot_is_completed_from_wherever_it_was_left() {
        for done in 0..=SNAPSHOT.len() {
            let left = Left::new("snapshot true\n");
            left.folder(VENDOR);
            fs::write(left.path(".vendor.modkeep/.checksums"), "new").unwrap();
            left.marked(".vendor.modkeep/vendor.offline", "new");
            left.marked(OFFLINE, "old");
            left.marked(BAK, "older");
            SNAPSHOT[..done].iter().for_each(|(from, to)| left.rename(from, to));
            assert_eq!(left.recover(), None);
            assert_eq!((left.mark(OFFLINE), left.mark(BAK)), ("new".into(), "old".into()), "{done}");
            assert_eq!(fs::read_to_string(left.path("vendor/.checksums")).unwrap(), "new", "{done}");
        }
    }

    /// A restore that was planned, with the damaged folder in place.
    fn restoring() -> Left {
        let left = Left::new("");
        left.marked(VENDOR, "damaged");
        left.marked(".vendor.modkeep/tree", "whole");
        left.folder(".vendor.modkeep/replaced");
        let staged = inode(&left.path(".vendor.modkeep/tree")).unwrap();
        fs::write(left.path(".vendor.modkeep/plan"), format!("replace T {staged}\n")).unwrap();
        left
    }

    #[test]
    fn a_restore_that_did_not_come_to_the_exchange_never_happened() {
        let left = restoring();
        assert_eq!((left.recover(), left.mark(VENDOR)), (None, "damaged".into()));
    }

    #[test]
    fn a_restore_is_completed_once_the_folders_are_exchanged() {
        let rest = [
            (".vendor.modkeep/tree", ".vendor.modkeep/replaced/vendor"),
            (".vendor.modkeep/replaced", "vendor.replaced-T"),
        ];
        for done in 0..=rest.len() {
            let left = restoring();
            assert!(exchange(&left.path(".vendor.modkeep/tree"), &left.path(VENDOR)).unwrap());
            rest[..done].iter().for_each(|(from, to)| left.rename(from, to));
            left.recover();
            let found = (left.mark(VENDOR), left.mark("vendor.replaced-T/vendor"));
            assert_eq!(found, ("whole".into(), "damaged".into()), "{done}");
        }
    }

    #[test]
    fn where_folders_cannot_be_exchanged_two_steps_are_completed_too() {
        let steps = [("vendor", ".vendor.modkeep/old"), (".vendor.modkeep/tree", "vendor")];
        for done in 1..=steps.len() {
            let left = restoring();
            steps[..done].iter().for_each(|(from, to)| left.rename(from, to));
            left.recover();
            let found = (left.mark(VENDOR), left.mark("vendor.replaced-T/vendor"));
            assert_eq!(found, ("whole".into(), "damaged".into()), "{done}");
        }
    }

    #[test]
    fn what_was_not_planned_never_happened() {
        let left = Left::new("");
        fs::remove_file(left.path(".vendor.modkeep/plan")).unwrap();
        left.marked(".vendor.modkeep/vendor.offline", "new");
        assert_eq!((left.recover(), left.path(OFFLINE).exists()), (None, false));
    }

    #[test]
    fn a_plan_that_nobody_here_wrote_is_told() {
        let left = Left::new("remove everything\n");
        let error = recover(&Project::open(left.dir.path()).unwrap()).unwrap_err();
        assert!(matches!(error, VendorError::InTheWay(_)), "{error}");
    }
}
