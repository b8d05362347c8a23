//! `Tree`: what a commit holds, or what it changes.

use std::io::{self, Write};

use super::Object;

/// Files by path, in the order in which they were added. Paths are bytes: whatever git takes, a file system and a shell
/// need not. Nothing is checked here; `git fast-import` refuses empty elements and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    entries: Vec<(Vec<u8>, Entry)>,
}

#[derive(Clone, Debug)]
enum Entry {
    Bytes { mode: &'static str, bytes: Vec<u8> },
    Known { mode: &'static str, name: String },
    Deleted,
}

impl Tree {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, path: impl AsRef<[u8]>, entry: Entry) -> Self {
        self.entries.push((path.as_ref().to_vec(), entry));
        self
    }

    /// A regular file.
    #[must_use]
    pub fn file(self, path: impl AsRef<[u8]>, bytes: impl Into<Vec<u8>>) -> Self {
        self.with(path, Entry::Bytes { mode: "100644", bytes: bytes.into() })
    }

    /// An executable file.
    #[must_use]
    pub fn executable(self, path: impl AsRef<[u8]>, bytes: impl Into<Vec<u8>>) -> Self {
        self.with(path, Entry::Bytes { mode: "100755", bytes: bytes.into() })
    }

    /// A symbolic link.
    #[must_use]
    pub fn symlink(self, path: impl AsRef<[u8]>, target: impl Into<Vec<u8>>) -> Self {
        self.with(path, Entry::Bytes { mode: "120000", bytes: target.into() })
    }

    /// A regular file whose content is there already ([`super::History::blob`]).
    #[must_use]
    pub fn blob(self, path: impl AsRef<[u8]>, blob: Object) -> Self {
        self.with(path, Entry::Known { mode: "100644", name: format!(":{}", blob.mark()) })
    }

    /// A submodule at this commit of some other repository, in hex.
    #[must_use]
    pub fn submodule(self, path: impl AsRef<[u8]>, commit: &str) -> Self {
        self.with(path, Entry::Known { mode: "160000", name: commit.to_owned() })
    }

    /// In a change: no such file or folder any more.
    #[must_use]
    pub fn delete(self, path: impl AsRef<[u8]>) -> Self {
        self.with(path, Entry::Deleted)
    }

    /// All entries of `other` too.
    #[must_use]
    pub fn and(mut self, other: &Tree) -> Self {
        self.entries.extend(other.entries.iter().cloned());
        self
    }

    /// Whether it has nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        self.entries.iter().try_for_each(|(path, entry)| entry.write_to(&quoted(path), out))
    }
}

impl Entry {
    fn write_to(&self, path: &str, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Deleted => writeln!(out, "D {path}"),
            Self::Known { mode, name } => writeln!(out, "M {mode} {name} {path}"),
            Self::Bytes { mode, bytes } => {
                writeln!(out, "M {mode} inline {path}\ndata {}", bytes.len())?;
                out.write_all(bytes)?;
                writeln!(out)
            }
        }
    }
}

/// A path as fast-import reads it: in quotes, with octal numbers for all but plain letters.
fn quoted(path: &[u8]) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    let escaped: String = path
        .iter()
        .map(|&byte| if plain(byte) { char::from(byte).to_string() } else { format!("\\{byte:03o}") })
        .collect();
    format!("\"{escaped}\"")
}
