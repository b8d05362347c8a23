//! Who owns what is made in the data folder.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

/// Gives `path` to the owner of the data folder `root`, where root made it on their behalf.
///
/// Whoever else made it can only have made it for themselves, and a file system that knows no owners needs none: nothing
/// depends on it but the next who wants to write there, and is told.
pub(super) fn give_to_owner(path: &Path, root: &Path) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    if let (Ok(owner), Ok(made)) = (fs::metadata(root), fs::symlink_metadata(path))
        && made.uid() != owner.uid()
    {
        let _ = chown(path, Some(owner.uid()), Some(owner.gid()));
    }
}
