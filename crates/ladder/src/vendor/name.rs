//! The name of a file in a vendor folder.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// The path of a file below a folder, with slashes: any bytes that the system allows, but never a way out of the folder.
/// Ordered by its bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Box<[u8]>);

impl Name {
    /// Takes a path whose parts are all names: not empty, not `.`, not `..`, and without a NUL byte.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let is_name = |part: &[u8]| !matches!(part, b"" | b"." | b"..") && !part.contains(&0);
        bytes.split(|&byte| byte == b'/').all(is_name).then(|| Self(bytes.into()))
    }

    /// The bytes, with slashes between the parts.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path below the folder.
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }

    /// The name of an entry in the folder of this name; `None` stands for the root.
    pub(super) fn below(folder: Option<&Self>, entry: &OsStr) -> Self {
        let folder = folder.map_or(&[][..], |folder| &folder.0);
        let slash = if folder.is_empty() { &[][..] } else { b"/" };
        Self([folder, slash, entry.as_bytes()].concat().into())
    }

    /// Whether it lies in the folder itself and is called so.
    pub(super) fn is_top(&self, name: &str) -> bool {
        *self.0 == *name.as_bytes()
    }
}

/// For people: what could spoil a terminal or a line is escaped.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                if c.is_control() { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
            }
            chunk.invalid().iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for good in ["a", "a/b", "..a/b..", "a b", ".checksums"] {
            assert!(Name::parse(good.as_bytes()).is_some(), "{good}");
        }
        for bad in ["", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a/\0"] {
            assert!(Name::parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn names_are_shown_on_one_line() {
        assert_eq!(Name::parse(b"a\n\x1b[1m\xff\xc3\xa9").unwrap().to_string(), "a\\n\\u{1b}[1m\\xff\u{e9}");
    }
}
