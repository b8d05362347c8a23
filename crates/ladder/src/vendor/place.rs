//! A vendor folder for one run: in a project that does not vendor, the snapshot stands at `vendor/` while a build needs it.

use std::path::{Path, PathBuf};
use std::process;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gomod::gosumdb::VerifierKey;

use super::copy::{check_listed, sync};
use super::digest::Digest;
use super::error::VendorError;
use super::journal::{Entry, Journal, Use, identity};
use super::list::List;
use super::plan::Plan;
use super::project::Project;
use super::publish::{rename, rename_new, write_new};
use super::recover::recover;
use super::restore::Copy;
use super::stored::Stored;
use super::tree::{Found, Tree, look};
use super::verify::read_list;
use super::work::{TREE, Work, stamp};
use super::{CHECKSUMS, PLACED, VENDOR};

/// Keeps git from taking the placed folder for a change: it would mark what is built as modified.
const GITIGNORE: &str = ".gitignore";

/// The most bytes of a marker that are read.
const MARKER_BYTES_MAX: u64 = 200;

/// A snapshot that stands at `vendor/`. Call [`Placement::remove`] after the run. Dropped without, it is removed as well, if nothing
/// stands against it; else, and after a `kill -9`, by the next [`sweep`].
#[derive(Debug)]
pub struct Placement {
    project: Project,
    state: PathBuf,
    copy: Option<Copy>,
    now: SystemTime,
    used: Option<Use>,
}

/// What became of a placed folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removed {
    /// It is gone.
    Gone,
    /// Another run uses it; the last one removes it.
    InUse,
    /// Somebody has changed files in it, so it was not deleted: it lies in `vendor/` of this folder.
    Kept(PathBuf),
    /// There is nothing of ours: what stands at `vendor/` now, if anything, is the user's, and was not touched.
    NotOurs,
}

impl Placement {
    /// Which copy of the snapshot was placed; `None` when another run had placed it.
    pub fn copy(&self) -> Option<&Copy> {
        self.copy.as_ref()
    }

    /// Removes the folder, unless another run uses it.
    pub fn remove(mut self) -> Result<Removed, VendorError> {
        self.end()
    }

    fn end(&mut self) -> Result<Removed, VendorError> {
        let Some(used) = self.used.take() else { return Ok(Removed::NotOurs) };
        drop(used);
        let removed = sweep(&self.project, &self.state, self.now)?;
        Ok(removed.unwrap_or(Removed::NotOurs))
    }
}

impl Drop for Placement {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next run.
        let _ = self.end();
    }
}

/// Places the project's snapshot at `vendor/` for a run with `-mod=vendor`. `state` is the user's folder for the journal; it must
/// last until the next run. A run that finds the folder placed by another one uses it too.
///
/// # Errors
/// [`VendorError::InTheWay`] when there is a vendor folder, or anything else of that name; those of [`restore`](super::restore())
/// that say why a snapshot cannot be used.
pub fn place(
    project: &Project,
    trusted: &[VerifierKey],
    state: &Path,
    now: SystemTime,
) -> Result<Placement, VendorError> {
    sweep(project, state, now)?;
    let placement = |copy, used| Placement {
        project: project.clone(),
        state: state.to_owned(),
        copy,
        now,
        used: Some(used),
    };
    let journal = Journal::of(state, project.root());
    let work = Work::begin(project)?;
    if let Some(used) = join(project, &journal)? {
        return Ok(placement(None, used));
    }
    let vendor = project.path(VENDOR);
    if look(&vendor)? != Found::Nothing {
        return Err(VendorError::InTheWay(vendor));
    }
    let (copy, list) = Stored::open(project, trusted)?.copy_out(&work.path(TREE))?;
    let entry = mark(&work.path(TREE), &list, now)?;
    let used = journal.write(&entry)?;
    if rename_new(&work.path(TREE), &vendor)? {
        return Ok(placement(Some(copy), used));
    }
    journal.remove()?;
    Err(VendorError::InTheWay(vendor))
}

/// Uses the folder that another run has placed, if it is still there. The lock of the project is held.
fn join(project: &Project, journal: &Journal) -> Result<Option<Use>, VendorError> {
    match journal.read()? {
        Some(entry) if is_placed(project, &entry)? => journal.lock().map(Some),
        _ => Ok(None),
    }
}

/// Writes into the folder whose it is, and makes it durable.
fn mark(tree: &Path, list: &List, now: SystemTime) -> Result<Entry, VendorError> {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let token = Digest::of(format!("{} {}", process::id(), since.as_nanos()).as_bytes()).to_string();
    write_new(&tree.join(PLACED), token.as_bytes())?;
    let ignore = tree.join(GITIGNORE);
    if look(&ignore)? == Found::Nothing {
        write_new(&ignore, b"*\n")?;
    }
    sync(tree, list)?;
    Ok(Entry { folder: identity(tree)?, token })
}

/// Removes what a run placed in this project and did not live to remove. `None` when there is nothing of the kind; costs one
/// look then.
///
/// # Errors
/// [`VendorError::Io`] when it cannot be removed; [`VendorError::Busy`].
pub fn sweep(project: &Project, state: &Path, now: SystemTime) -> Result<Option<Removed>, VendorError> {
    let journal = Journal::of(state, project.root());
    if !journal.exists() {
        return Ok(None);
    }
    recover(project)?;
    let work = Work::begin(project)?;
    // The lock of the work folder is held: whoever wants to use the entry waits.
    if journal.is_used()? {
        return Ok(Some(Removed::InUse));
    }
    let entry = journal.read()?;
    let removed = match entry {
        Some(entry) if is_placed(project, &entry)? => take_away(project, work, now)?,
        _ => Removed::NotOurs,
    };
    journal.remove()?;
    Ok(Some(removed))
}

/// Whether the vendor folder is the one of the entry: the same folder, with the same marker.
fn is_placed(project: &Project, entry: &Entry) -> Result<bool, VendorError> {
    let vendor = project.path(VENDOR);
    if look(&vendor)? != Found::Folder || identity(&vendor)? != entry.folder {
        return Ok(false);
    }
    let marker = super::stored::read_plain(&vendor.join(PLACED), MARKER_BYTES_MAX);
    Ok(marker.ok().flatten().is_some_and(|marker| marker == entry.token.as_bytes()))
}

fn take_away(project: &Project, mut work: Work<'_>, now: SystemTime) -> Result<Removed, VendorError> {
    let (vendor, tree) = (project.path(VENDOR), work.path(TREE));
    if is_untouched(project)? {
        rename(&vendor, &tree)?;
        return Ok(Removed::Gone);
    }
    work.prepare_replaced()?;
    let plan = Plan::Replace { stamp: stamp(now), staged: 0 };
    work.commit(&plan)?;
    let moved = rename(&vendor, &tree);
    let kept = work.finish(&plan);
    moved?;
    Ok(kept?.map_or(Removed::Gone, Removed::Kept))
}

/// Whether the placed folder holds nothing but what was placed. Its own list is good enough: who changes both changes them on
/// purpose, and the marker says on what ground.
fn is_untouched(project: &Project) -> Result<bool, VendorError> {
    let Ok((list, _)) = read_list(project.root())? else { return Ok(false) };
    let vendor = project.path(VENDOR);
    let tree = Tree::walk(&vendor)?;
    let own = [CHECKSUMS, PLACED, GITIGNORE];
    let is_known = |name: &super::Name| list.get(name).is_some() || own.iter().any(|own| name.is_top(own));
    let all_known = tree.strange.is_empty() && tree.files.iter().all(|(name, _)| is_known(name));
    Ok(all_known && check_listed(&vendor, &list).is_ok())
}
