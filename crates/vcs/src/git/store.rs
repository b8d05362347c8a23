//! A bare repository on our disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cache::folder;

/// What archives are made by: go's two attributes (protocol.md C12), and no driver for filters, whatever a tree asks for.
const ATTRIBUTES: &str = "* -export-subst -export-ignore -filter\n";

/// A branch that never is: a `HEAD` that leads to a commit would lend its attributes to every archive.
const HEAD: &str = "ref: refs/heads/.none\n";

const CONFIG_SHA1: &str = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";
const CONFIG_SHA256: &str =
    "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n";

/// The file that says that all of the remote was fetched, since it gives out no less.
const FULL: &str = "is-full";

/// One of the stores of a remote.
#[derive(Debug, Clone)]
pub(super) struct Store {
    path: PathBuf,
    /// The folder of references that mark what is here for good.
    marks: &'static str,
}

impl Store {
    pub(super) fn new(folder: &Path, name: &str, marks: &'static str) -> Self {
        Self { path: folder.join(name), marks }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The lock that whoever changes it holds.
    pub(super) fn lock(&self) -> PathBuf {
        self.path.with_extension("lock")
    }

    /// The reference that marks a commit as being here, with all that belongs to it.
    pub(super) fn mark(&self, commit: &str) -> String {
        format!("{}/{commit}", self.marks)
    }

    /// Whether a commit is here.
    pub(super) fn has(&self, commit: &str) -> bool {
        self.path.join(self.mark(commit)).is_file()
    }

    /// Makes it if it is not there, with hashes of this many digits, if that is known. One with other hashes, or with a
    /// configuration that is not ours, makes room. For who holds the lock.
    pub(super) fn prepare(&self, hash_digits: Option<usize>) -> io::Result<()> {
        let config = if hash_digits == Some(64) { CONFIG_SHA256 } else { CONFIG_SHA1 };
        match fs::read_to_string(self.path.join("config")) {
            Ok(found) if found == config || (hash_digits.is_none() && found == CONFIG_SHA256) => {
                return self.clear_remains();
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            _ => self.discard()?,
        }
        self.create(config)
    }

    fn create(&self, config: &str) -> io::Result<()> {
        let draft = folder::passing(self.path.parent().unwrap_or(&self.path))?;
        for folder in ["objects/pack", "refs", "info"] {
            fs::create_dir_all(draft.join(folder))?;
        }
        fs::write(draft.join("HEAD"), HEAD)?;
        fs::write(draft.join("config"), config)?;
        fs::write(draft.join("info/attributes"), ATTRIBUTES)?;
        fs::rename(draft, &self.path)
    }

    /// Removes what a killed fetch has left behind: its locks and half packs.
    fn clear_remains(&self) -> io::Result<()> {
        for folder in [&self.path, &self.path.join(self.marks), &self.path.join("objects/pack")] {
            let Ok(entries) = fs::read_dir(folder) else { continue };
            for entry in entries {
                let entry = entry?;
                let name = entry.file_name();
                let name = name.to_string_lossy();
                if name.ends_with(".lock") || name.starts_with("tmp_") {
                    fs::remove_file(entry.path())?;
                }
            }
        }
        Ok(())
    }

    /// Throws it away: it is damaged, or too large. For who holds the lock.
    pub(super) fn discard(&self) -> io::Result<()> {
        folder::remove(&self.path)
    }

    /// How many packs it has; each fetch leaves one.
    pub(super) fn packs(&self) -> usize {
        let files = fs::read_dir(self.path.join("objects/pack")).into_iter().flatten().flatten();
        files.filter(|file| file.path().extension().is_some_and(|end| end == "pack")).count()
    }

    /// Whether commits are here without their history.
    pub(super) fn is_shallow(&self) -> bool {
        self.path.join("shallow").exists()
    }

    /// Whether all of the remote was fetched.
    pub(super) fn is_full(&self) -> bool {
        self.path.join(FULL).exists()
    }

    /// Notes that all of the remote was fetched.
    pub(super) fn note_full(&self) -> io::Result<()> {
        fs::write(self.path.join(FULL), "")
    }

    /// Marks a commit by the object that was fetched under another mark, if it is that object.
    pub(super) fn rename_mark(&self, from: &str, object: &str, commit: &str) -> io::Result<()> {
        let from = self.path.join(from);
        if fs::read_to_string(&from)?.trim() == object {
            fs::create_dir_all(self.path.join(self.marks))?;
            return fs::rename(from, self.path.join(self.mark(commit)));
        }
        fs::remove_file(from)
    }
}
