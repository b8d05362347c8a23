//! Taking a kept artifact out of use whose hash is not the one that was accepted, also under a server that is running.
//!
//! No lock is needed for that: a server takes the files for the truth, reads on what it has open, and finds nothing under the
//! name afterwards. When it puts the artifact anew at that very moment, what may happen is that the new one goes too, or that
//! it gets a new sidecar; either way the next question is answered as if it were the first.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::time::SystemTime;

use gomod::H1;
use source::Ask;
use source::form::FormError;

use super::owner::give_to_owner;
use crate::StoreError;
use crate::disk::damage::forget_oldest;
use crate::disk::draft::Drafts;
use crate::disk::folder::Folder;
use crate::disk::layout::{Layout, sidecar_of};
use crate::disk::publish::{is_absent, remove_if_there, sync_folder};
use crate::disk::read::open_regular;
use crate::disk::sidecar::{Sidecar, unix_ms};
use crate::disk::stranger::look_into;

/// Moves the kept answer of `ask` to the damaged ones, unless its hash is `accepted`; where it lies then. Blocks.
pub(super) fn set_aside_others(root: &Path, ask: &Ask, accepted: H1) -> Result<Option<PathBuf>, StoreError> {
    let path = Layout::new(root).artifact(ask);
    let is_other = is_other(ask, &path, accepted).map_err(StoreError::io("read", &path))?;
    if !is_other {
        return Ok(None);
    }
    set_aside(root, ask, &path).map(Some).map_err(StoreError::io("move", &path))
}

fn is_other(ask: &Ask, path: &Path, accepted: H1) -> io::Result<bool> {
    let Some(file) = open_regular(path)? else { return Ok(false) };
    Ok(h1_of(ask, &file, path)? != Some(accepted))
}

/// The hash that a server would take it to have; `None` for what is damaged.
fn h1_of(ask: &Ask, file: &File, path: &Path) -> io::Result<Option<H1>> {
    match Sidecar::read(&sidecar_of(path)) {
        Ok((Ok(Sidecar { h1: Some(h1), .. }), _)) => return Ok(Some(h1)),
        Err(error) if !is_absent(&error) => return Err(error),
        _ => {}
    }
    match look_into(ask, file) {
        Ok(h1) => Ok(h1),
        Err(FormError::Io(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

fn set_aside(root: &Path, ask: &Ask, path: &Path) -> io::Result<PathBuf> {
    let place = place_for(root, ask)?;
    renew_list_without(root, ask, path);
    fs::rename(path, &place)?;
    remove_if_there(&sidecar_of(path))?;
    sync_folder(path.parent().unwrap_or(root))?;
    Ok(place)
}

/// A name among the damaged ones that no other process takes.
fn place_for(root: &Path, ask: &Ask) -> io::Result<PathBuf> {
    let folder = Layout::new(root).damaged();
    fs::create_dir_all(&folder)?;
    give_to_owner(&folder, root);
    forget_oldest(&folder)?;
    let (now, me) = (unix_ms(SystemTime::now()), process::id());
    Ok(folder.join(format!("{now:015}-other-hash-{me}{}", ask.kind().suffix())))
}

/// Writes the list file, for readers of the bare folder, by way of a draft that no running server's can be mistaken for.
fn renew_list_without(root: &Path, ask: &Ask, path: &Path) {
    let mut folder = Folder::new(Layout::new(root));
    let drafts = folder.layout.temporary().join(format!("accept-{}", process::id()));
    folder.in_use.begin();
    folder.drafts = Drafts::new(drafts.clone(), folder.in_use.clone());
    folder.refresh_list(ask.module(), &[path.to_owned()]);
    if let Some(module) = ask.module() {
        give_to_owner(&folder.layout.artifact(&Ask::List(module.clone())), root);
    }
    // Left behind it is swept at the next start.
    let _ = fs::remove_dir(drafts);
}
