//! The one call before a build.

use std::fs;

use ladder::vendor::{Guarded, NoList, Signature, VendorError, rewrite, snapshot};

use crate::scene::{Scene, stranger};

#[test]
fn a_project_without_vendor_folder_is_left_alone() {
    let scene = Scene::bare();
    assert_eq!(scene.guard(true).unwrap(), Guarded::NotVendored);
}

#[test]
fn a_missing_list_stops_only_who_has_opted_in() {
    let scene = Scene::new();
    assert_eq!(scene.guard(false).unwrap(), Guarded::NoList(NoList::Missing));
    assert!(matches!(scene.guard(true), Err(VendorError::NoList(NoList::Missing))));
}

#[test]
fn a_whole_folder_is_told_with_what_its_signature_is_worth() {
    let scene = Scene::new();
    rewrite(&scene.project()).unwrap();
    assert_eq!(scene.guard(true).unwrap(), Guarded::Whole { files: 3, signature: Signature::None });
    snapshot(&scene.project(), &stranger(), &[], None).unwrap();
    let guarded = scene.guard(true).unwrap();
    assert!(matches!(&guarded, Guarded::Whole { signature: Signature::NotBelieved(_), .. }), "{guarded:?}");
    scene.snapshot().unwrap();
    assert_eq!(scene.guard(true).unwrap(), Guarded::Whole { files: 3, signature: Signature::Good });
}

#[test]
fn files_and_list_that_were_changed_together_stop_the_build() {
    let scene = Scene::new();
    scene.snapshot().unwrap();
    scene.write("vendor/evil.go", "package evil\n");
    rewrite(&scene.project()).unwrap();
    assert_eq!(scene.verify().verdict.code(), 0);
    assert!(matches!(scene.guard(false), Err(VendorError::ListDiffers)));
}

#[test]
fn damage_is_mended_or_stops_the_build() {
    let scene = Scene::new();
    scene.snapshot().unwrap();
    scene.write("vendor/evil.go", "package evil\n");
    assert!(matches!(scene.guard(false).unwrap(), Guarded::Restored(_)));
    assert_eq!(scene.verify().verdict.code(), 0);
    scene.write("vendor/evil.go", "package evil\n");
    fs::remove_dir_all(scene.path("vendor.offline")).unwrap();
    assert!(matches!(scene.guard(false), Err(VendorError::NoSnapshot(_))));
}
