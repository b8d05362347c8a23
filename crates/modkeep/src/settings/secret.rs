//! Something that nobody is shown, or where it is found.

use std::fmt;
use std::path::PathBuf;

use crate::mask;

/// Something that nobody is shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// The text itself.
    Text(String),
    /// The file that it is in.
    File(PathBuf),
    /// The environment variable that it is in. Its name is not shown either: whoever takes the key for the one of the secret
    /// writes that here.
    Variable(String),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) | Self::Variable(_) => f.write_str(mask::MASK),
            Self::File(path) => path.fmt(f),
        }
    }
}
