//! What was pulled: a folder with bundles, and the names of those that are in use, the last that were found good.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use gomod::gosumdb::VerifierKey;
use serde::{Deserialize, Serialize};
use source::durable::{self, Already, Readers};

use super::folder::absent;
use super::index::is_file_name;
use crate::{BundleError, Chain};

/// The file with the names, one a line, the newest first.
const CURRENT: &str = "current";

/// The file that says where they come from, and for which project they are.
const FROM: &str = "from";

/// The file that whoever pulls holds.
const LOCK: &str = ".pulling";

/// What a file is called whose end has not come yet.
const PART: &str = "part";

/// A folder for what is pulled from one depot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    folder: PathBuf,
}

/// Where something was pulled from, and for which project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PulledFrom {
    /// The depot, as people may see it.
    pub place: String,
    /// The module path of the project.
    pub project: String,
}

impl Pulled {
    /// The folder at this path. It need not be there yet.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The bundles that are in use, verified; `None` when nothing was pulled yet. Blocks.
    ///
    /// # Errors
    /// Those of [`Chain::open`].
    pub fn open(&self, keys: &[VerifierKey]) -> Result<Option<Chain>, BundleError> {
        let files = self.current()?;
        if files.is_empty() { Ok(None) } else { Chain::open(&files, keys).map(Some) }
    }

    /// Notes where it was pulled from, and for which project. The caller holds the lock.
    pub(super) fn note(&self, from: &PulledFrom) -> io::Result<()> {
        durable::write(&self.folder.join(FROM), &serde_json::to_vec(from)?, Readers::All, Already::Replace)
    }

    /// What was noted; `None` where nothing was, or what nobody can read.
    pub fn from(&self) -> Option<PulledFrom> {
        serde_json::from_slice(&fs::read(self.folder.join(FROM)).ok()?).ok()
    }

    /// The files that are in use.
    pub fn current(&self) -> io::Result<Vec<PathBuf>> {
        let text = absent(fs::read_to_string(self.folder.join(CURRENT)))?.unwrap_or_default();
        Ok(text.lines().filter(|name| is_file_name(name)).map(|name| self.path(name)).collect())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Where a file grows that is being fetched.
    pub(super) fn part(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{PART}"))
    }

    /// Keeps others from pulling into the same folder until the file is dropped; `None` while another does.
    pub(super) fn lock(&self) -> io::Result<Option<File>> {
        fs::create_dir_all(&self.folder)?;
        let lock = File::options().create(true).truncate(false).write(true).open(self.folder.join(LOCK))?;
        Ok(lock.try_lock().is_ok().then_some(lock))
    }

    /// Lets these bundles be the ones in use, and removes those that were before. Who has them open goes on reading them.
    pub(super) fn use_these(&self, names: &[String]) -> io::Result<()> {
        let text = names.iter().fold(String::new(), |text, name| text + name + "\n");
        durable::write(&self.folder.join(CURRENT), text.as_bytes(), Readers::All, Already::Replace)?;
        for entry in self.folder.read_dir()? {
            let name = entry?.file_name();
            let Some(name) = name.to_str() else { continue };
            let is_bundle = is_file_name(name.strip_suffix(&format!(".{PART}")).unwrap_or(name));
            if is_bundle && !names.iter().any(|used| used == name) {
                // What cannot go now goes with the next pull.
                let _ = fs::remove_file(self.folder.join(name));
            }
        }
        Ok(())
    }
}
