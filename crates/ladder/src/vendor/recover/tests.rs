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
