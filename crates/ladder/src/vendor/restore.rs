//! Putting a damaged vendor folder back as it was signed.

use std::path::{Path, PathBuf};

use gomod::gosumdb::VerifierKey;

use super::copy::sync;
use super::error::VendorError;
use super::findings::{Damage, NoList, Verdict};
use super::plan::Plan;
use super::project::Project;
use super::publish::{exchange, rename, rename_new};
use super::recover::recover;
use super::stored::Stored;
use super::tree::{Found, inode, look};
use super::verify::{Look, verify};
use super::work::{OLD, TREE, Work, stamp};
use super::{PLACED, VENDOR};

/// Which copy of the snapshot was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copy {
    /// vendor.offline/.
    Offline,
    /// vendor.bak/, since vendor.offline/ is not whole.
    Bak {
        /// What is wrong with vendor.offline/.
        offline: String,
    },
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What was wrong; `None` when there was no vendor folder at all.
    pub damage: Option<Damage>,
    /// Where the files came from.
    pub copy: Copy,
    /// How many files the vendor folder has now.
    pub files: usize,
    /// Where the vendor folder before lies now: in `vendor/` of this folder. `None` when there was none.
    pub kept: Option<PathBuf>,
}

/// Puts the vendor folder back as it was signed, if it is damaged or not there; `None` when it is whole.
///
/// The files come from vendor.offline/, else from vendor.bak/; each is checked against the list that a key of `trusted` has
/// signed for this project. The folder is exchanged in one step and the old one is kept. On a file system that cannot exchange two
/// folders it is two steps, and who dies between them leaves a project without vendor folder until the next [`recover`].
///
/// # Errors
/// [`VendorError::NoList`] and [`VendorError::ListDiffers`] when it is not known what is damaged; [`VendorError::NoSnapshot`],
/// [`VendorError::NoManifest`], [`VendorError::Unsigned`], [`VendorError::Foreign`], [`VendorError::Inconsistent`] and
/// [`VendorError::Spoiled`] when the snapshot cannot be used. The project is then as before.
pub fn restore(
    project: &Project,
    trusted: &[VerifierKey],
    how: &Look<'_>,
) -> Result<Option<Restored>, VendorError> {
    recover(project)?;
    let report = verify(project.root(), how)?;
    let damage = match report.verdict {
        Verdict::Whole => return Ok(None),
        Verdict::NoList(NoList::NoVendor) => None,
        Verdict::NoList(reason) => return Err(VendorError::NoList(reason)),
        Verdict::Damaged(damage) => Some(damage),
    };
    let placed = project.path(VENDOR).join(PLACED);
    if look(&placed)? != Found::Nothing {
        return Err(VendorError::InUse(project.path(VENDOR)));
    }
    let stored = Stored::open(project, trusted)?;
    if report.list.is_some_and(|list| list != stored.manifest.list) {
        return Err(VendorError::ListDiffers);
    }
    let (copy, files, kept) = replace(project, &stored, &stamp(how.now), exchange)?;
    Ok(Some(Restored { damage, copy, files, kept }))
}

/// Exchanges two folders in one step, or says that it cannot be done.
type Exchange = fn(&Path, &Path) -> Result<bool, VendorError>;

fn replace(
    project: &Project,
    stored: &Stored<'_>,
    stamp: &str,
    exchange: Exchange,
) -> Result<(Copy, usize, Option<PathBuf>), VendorError> {
    let mut work = Work::begin(project)?;
    let tree = work.path(TREE);
    let (copy, list) = stored.copy_out(&tree)?;
    sync(&tree, &list)?;
    work.prepare_replaced()?;
    let plan = Plan::Replace { stamp: stamp.to_owned(), staged: inode(&tree)? };
    work.commit(&plan)?;
    let moved = put_in(project, &work, exchange);
    // Also after a failure: the plan knows which of the two folders is which.
    let kept = work.finish(&plan);
    moved?;
    Ok((copy, list.files().len(), kept?))
}

/// Puts the new folder in the place of the old one, which comes into the work folder.
fn put_in(project: &Project, work: &Work<'_>, exchange: Exchange) -> Result<(), VendorError> {
    let (vendor, tree) = (project.path(VENDOR), work.path(TREE));
    if look(&vendor)? == Found::Nothing {
        let placed = rename_new(&tree, &vendor)?;
        return if placed { Ok(()) } else { Err(VendorError::InTheWay(vendor)) };
    }
    if !exchange(&tree, &vendor)? {
        rename(&vendor, &work.path(OLD))?;
        rename(&tree, &vendor)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::snapshot;
    use super::*;
    use gomod::note::SignerKey;
    use std::fs;

    #[test]
    fn a_file_system_that_cannot_exchange_folders_does_it_in_two_steps() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("go.mod"), "module example.com/m\ngo 1.23\nrequire a.b/c v1.0.0\n").unwrap();
        fs::create_dir_all(path("vendor/a.b/c")).unwrap();
        fs::write(path("vendor/modules.txt"), "# a.b/c v1.0.0\n## explicit\na.b/c\n").unwrap();
        fs::write(path("vendor/a.b/c/c.go"), "package c\n").unwrap();
        let key = SignerKey::from_seed("t.example", [1; 32]).unwrap();
        let project = Project::open(dir.path()).unwrap();
        snapshot(&project, &key, &[], None).unwrap();
        fs::write(path("vendor/a.b/c/c.go"), "damaged").unwrap();

        let stored = Stored::open(&project, &[key.verifier()]).unwrap();
        let (copy, files, kept) = replace(&project, &stored, "T", |_, _| Ok(false)).unwrap();
        assert_eq!((copy, files), (Copy::Offline, 2));
        assert_eq!(fs::read(path("vendor/a.b/c/c.go")).unwrap(), b"package c\n");
        assert_eq!(fs::read(kept.unwrap().join("vendor/a.b/c/c.go")).unwrap(), b"damaged");
        assert!(!path(".vendor.modkeep").exists());
    }
}
