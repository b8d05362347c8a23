//! Taking a snapshot: the list and the signed copy of the vendor folder.

use std::path::{Path, PathBuf};

use gomod::gosumdb::VerifierKey;
use gomod::note::SignerKey;

use super::copy::{copy, copy_listed, sync};
use super::error::VendorError;
use super::hash::hash_files;
use super::list::List;
use super::manifest::Manifest;
use super::name::Name;
use super::plan::Plan;
use super::project::Project;
use super::publish::{rename, sync_folder, write_new};
use super::stored::{Stored, check_fit};
use super::tree::{Found, Tree, look};
use super::work::Work;
use super::{BAK, CHECKSUMS, GO_MOD, MANIFEST, OFFLINE, PLACED, VENDOR, go_mod_text};

/// Names in the vendor folder itself that a snapshot needs for its own files.
const RESERVED: [&str; 3] = [GO_MOD, MANIFEST, PLACED];

/// What a snapshot holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// How many files.
    pub files: usize,
    /// The modules that it is for.
    pub modules: Vec<String>,
    /// Whether vendor.bak/ now holds the snapshot before this one; else it holds a second copy of this one.
    pub kept_old: bool,
}

/// Takes a snapshot of the vendor folder: writes `vendor/.checksums` and the signed `vendor.offline/`, and keeps the tree before as
/// `vendor.bak/`.
///
/// The tree before is the snapshot before, if that is still whole and signed by `signer` or one of `trusted`; else it is the vendor
/// folder as it is found, so that there are two copies from the start. With `from`, the files come from that folder
/// instead (`go mod vendor -o` makes one), and the project's own vendor folder is not touched.
///
/// When this returns an error or is killed, the project is as before; killed late, the next [`recover`](super::recover()) completes it.
///
/// # Errors
/// [`VendorError::Inconsistent`] when modules.txt does not fit go.mod; [`VendorError::Strange`] for links; those of the system.
pub fn snapshot(
    project: &Project,
    signer: &SignerKey,
    trusted: &[VerifierKey],
    from: Option<&Path>,
) -> Result<Taken, VendorError> {
    let mut work = Work::begin(project)?;
    [OFFLINE, BAK].iter().try_for_each(|name| check_ours(&project.path(name)))?;
    let source = from.map_or_else(|| project.path(VENDOR), Path::to_owned);
    let names = files_of(&source)?;
    let modules = check_fit(project, &source, &source.join(super::MODULES_TXT))?;
    let list = prepare_copy(&source, &names, &work.path(OFFLINE), "offline")?;
    let note = Manifest::of(modules.clone(), &list).sign(signer)?;
    write_new(&work.path(OFFLINE).join(MANIFEST), note.as_bytes())?;
    sync_folder(&work.path(OFFLINE))?;
    if from.is_none() {
        write_new(&work.path(CHECKSUMS), &list.to_text())?;
    }
    // What stands against the old snapshot is no error here: then it is not kept.
    let kept_old = Stored::open(project, &keys(signer, trusted)).is_ok_and(|old| old.is_whole());
    if !kept_old {
        prepare_bak(&work.path(OFFLINE), &list, &work.path(BAK))?;
    }
    let plan = Plan::Snapshot { keeps_old: kept_old };
    work.commit(&plan)?;
    work.finish(&plan)?;
    Ok(Taken { files: list.files().len(), modules, kept_old })
}

/// Writes `vendor/.checksums` anew for what lies in the vendor folder, as after `go mod vendor`, which deletes it. Gives the number of
/// files; `None` when there is no vendor folder, as in a project without dependencies.
///
/// # Errors
/// [`VendorError::Strange`] for links; those of the system.
pub fn rewrite(project: &Project) -> Result<Option<usize>, VendorError> {
    let vendor = project.path(VENDOR);
    if look(&vendor)? == Found::Nothing {
        return Ok(None);
    }
    let work = Work::begin(project)?;
    let names = files_of(&vendor)?;
    let files: Vec<&Name> = names.iter().collect();
    let hashed = hash_files(&vendor, &files)?;
    let list = List::new(names.iter().cloned().zip(hashed.iter().map(|hashed| hashed.digest)).collect());
    let draft = work.path(CHECKSUMS);
    write_new(&draft, &list.to_text())?;
    rename(&draft, &vendor.join(CHECKSUMS))?;
    Ok(Some(names.len()))
}

/// The names of everything that belongs into a list.
fn files_of(folder: &Path) -> Result<Vec<Name>, VendorError> {
    match look(folder)? {
        Found::Nothing => return Err(VendorError::NoVendor(folder.to_owned())),
        Found::Other => return Err(VendorError::InTheWay(folder.to_owned())),
        Found::Folder => {}
    }
    let tree = Tree::walk(folder)?;
    if !tree.strange.is_empty() {
        return Err(VendorError::Strange { folder: folder.to_owned(), names: tree.strange });
    }
    let names = tree.files.into_iter().map(|(name, _)| name).filter(|name| !name.is_top(CHECKSUMS));
    let names: Vec<Name> = names.collect();
    match names.iter().find(|name| RESERVED.iter().any(|reserved| name.is_top(reserved))) {
        Some(name) => Err(VendorError::Reserved(folder.join(name.as_path()))),
        None => Ok(names),
    }
}

/// Copies a vendor folder, with its list and a go.mod, and makes it durable.
fn prepare_copy(source: &Path, names: &[Name], to: &Path, what: &str) -> Result<List, VendorError> {
    let list = copy(source, &names.iter().collect::<Vec<_>>(), to)?;
    add_own_files(to, &list, what)?;
    Ok(list)
}

/// A second copy, from the first: it must have the same list.
fn prepare_bak(offline: &Path, list: &List, to: &Path) -> Result<(), VendorError> {
    copy_listed(offline, list, to)?;
    add_own_files(to, list, "bak")
}

fn add_own_files(folder: &Path, list: &List, what: &str) -> Result<(), VendorError> {
    write_new(&folder.join(CHECKSUMS), &list.to_text())?;
    write_new(&folder.join(GO_MOD), go_mod_text(what).as_bytes())?;
    sync(folder, list)
}

/// Refuses to put a folder of ours where the user has something else.
fn check_ours(folder: &Path) -> Result<(), VendorError> {
    let is_ours = match look(folder)? {
        Found::Nothing => true,
        Found::Other => false,
        Found::Folder => {
            look(&folder.join(GO_MOD))? == Found::Other && look(&folder.join(CHECKSUMS))? == Found::Other
        }
    };
    if is_ours { Ok(()) } else { Err(VendorError::InTheWay(PathBuf::from(folder))) }
}

/// The trusted keys and the one that signs, each once.
fn keys(signer: &SignerKey, trusted: &[VerifierKey]) -> Vec<VerifierKey> {
    let own = signer.verifier();
    let others = trusted.iter().filter(|key| **key != own).cloned();
    others.chain([signer.verifier()]).collect()
}
