//! What a bundle says about itself, as the text of a signed note.
//!
//! The first line tells this text from all others that the same key may sign. Then one line of JSON about the bundle, and one for
//! each file, so that neither side holds more of it as text than it must.

mod time;

use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::BundleError;

/// The first line of every manifest.
const FIRST_LINE: &str = "modkeep bundle v1";

/// The most files that a bundle has: those of some 50,000 module versions.
pub const FILES_MAX: usize = 1 << 18;

/// The longest manifest, in bytes: [`FILES_MAX`] lines of a usual length.
pub const BYTES_MAX: u64 = 128 << 20;

/// What a bundle is, as its maker describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct About {
    /// When it was made, in whole seconds.
    #[serde(with = "time")]
    pub created: SystemTime,
    /// The module path of the project, or words for what it was made for.
    pub project: String,
    /// How it was found out what to take: `builds`, `all` or `record`.
    pub scope: String,
    /// What it was made with, such as `go1.26.8`; empty when no go was asked.
    pub go: String,
    /// For which platforms.
    pub platforms: Vec<Platform>,
}

/// A platform that builds are for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// GOOS.
    pub goos: String,
    /// GOARCH.
    pub goarch: String,
    /// Build tags, sorted.
    pub tags: Vec<String>,
}

impl fmt::Display for Platform {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.goos, self.goarch)?;
        if self.tags.is_empty() { Ok(()) } else { write!(out, " ({})", self.tags.join(",")) }
    }
}

/// The head of a checksum database's tree against which the records in a bundle are proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseHead {
    /// The name of the database.
    pub name: String,
    /// Its key.
    pub key: String,
    /// How many records the tree has.
    pub size: u64,
    /// Its root, in base64.
    pub root: String,
}

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Where it lies in the bundle.
    pub path: String,
    /// How long it is, in bytes.
    pub size: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// The content hash of a `.mod` or `.zip`, as go.sum has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub h1: Option<String>,
}

/// What a bundle is called: the SHA-256 of its manifest's text, in hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(String);

impl Id {
    fn of(text: &str) -> Self {
        Self(hex(&Sha256::digest(text).into()))
    }

    /// All of it, 64 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is one: 64 hexadecimal digits. One that was read may be anything.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.len() == 64 && self.0.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }

    /// The beginning, which is enough for people and file names.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.short())
    }
}

/// The whole manifest of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// What it is.
    pub about: About,
    /// The checksum databases that are in it.
    pub databases: Vec<DatabaseHead>,
    /// The bundle that it builds on.
    pub after: Option<Id>,
    /// The files, in the order in which they lie in it.
    pub files: Vec<FileEntry>,
}

/// The second line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecondLine {
    about: About,
    databases: Vec<DatabaseHead>,
    after: Option<Id>,
    files: usize,
}

impl Manifest {
    /// The text that is signed.
    ///
    /// # Errors
    /// More files than [`FILES_MAX`], or longer than [`BYTES_MAX`].
    pub fn to_text(&self) -> Result<String, BundleError> {
        if self.files.len() > FILES_MAX {
            return Err(BundleError::Manifest(format!("more than {FILES_MAX} files")));
        }
        let Self { about, databases, after, files } = self;
        let second = SecondLine {
            about: about.clone(),
            databases: databases.clone(),
            after: after.clone(),
            files: files.len(),
        };
        let mut text = format!("{FIRST_LINE}\n{}\n", json(&second)?);
        for file in files {
            text.extend([json(file)?.as_str(), "\n"]);
        }
        if text.len() as u64 > BYTES_MAX {
            return Err(BundleError::Manifest(format!("it is longer than {BYTES_MAX} bytes")));
        }
        Ok(text)
    }

    /// Reads the text, which is believed by now. What it says about paths and sizes is for the reader to check.
    ///
    /// # Errors
    /// [`BundleError::Manifest`] for what has another form, or one of a later modkeep.
    pub fn parse(text: &str) -> Result<(Self, Id), BundleError> {
        let wrong = |reason: &str| BundleError::Manifest(reason.to_owned());
        let mut lines = text.split_terminator('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(wrong("it has another first line"));
        }
        let second = lines.next().ok_or_else(|| wrong("it has no second line"))?;
        let second: SecondLine = serde_json::from_str(second).map_err(|error| wrong(&error.to_string()))?;
        if second.files > FILES_MAX {
            return Err(wrong(&format!("it names more than {FILES_MAX} files")));
        }
        let files: Result<Vec<FileEntry>, _> = lines.take(FILES_MAX + 1).map(serde_json::from_str).collect();
        let files = files.map_err(|error| wrong(&error.to_string()))?;
        if files.len() != second.files {
            return Err(wrong("it names another number of files than it says"));
        }
        let SecondLine { about, databases, after, .. } = second;
        Ok((Self { about, databases, after, files }, Id::of(text)))
    }

    /// What the bundle is called.
    ///
    /// # Errors
    /// As [`to_text`](Self::to_text).
    pub fn id(&self) -> Result<Id, BundleError> {
        Ok(Id::of(&self.to_text()?))
    }

    /// The bytes of all files together.
    pub fn size(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.size))
    }
}

fn json(value: &impl Serialize) -> Result<String, BundleError> {
    serde_json::to_string(value).map_err(|error| BundleError::Manifest(error.to_string()))
}

/// A hash as it stands in a manifest.
pub(crate) fn hex(bytes: &[u8; 32]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests;
