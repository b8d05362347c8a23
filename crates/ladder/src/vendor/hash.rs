//! Reading files for their hashes.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;
use sha2::{Digest as _, Sha256};

use super::digest::Digest;
use super::error::{VendorError, at};
use super::name::Name;
use super::threads::for_each;
use super::tree::{Stat, below};

/// How much is read at a time, in bytes.
pub(super) const PIECE_BYTES: usize = 64 * 1024;

/// What reading a file gave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hashed {
    pub(super) digest: Digest,
    /// The state of the file that was read, unless it changed meanwhile.
    pub(super) stat: Option<Stat>,
}

/// Opens a regular file that is no link. A pipe that has come to stand there does not block.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = File::options().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"))
    }
}

/// The hash of a file.
fn hash_file(path: &Path) -> io::Result<Hashed> {
    let mut file = open(path)?;
    let before = Stat::of(&file.metadata()?);
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; PIECE_BYTES]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => hasher.update(&piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let after = Stat::of(&file.metadata()?);
    Ok(Hashed { digest: Digest(hasher.finalize().into()), stat: (before == after).then_some(after) })
}

/// The hashes of these files below `root`, in their order.
pub(super) fn hash_files(root: &Path, names: &[&Name]) -> Result<Vec<Hashed>, VendorError> {
    for_each(names, |name| {
        let path = below(root, name);
        hash_file(&path).map_err(at("read", &path))
    })
}
