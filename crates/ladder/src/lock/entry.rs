//! The entries of a modkeep.lock as TOML has them, and whether they say something possible.

use std::fmt;

use gomod::gosum::{GoSum, GoSumError};
use gomod::repository::Vcs;
use gomod::{H1, ModuleVersion};
use serde::{Deserialize, Serialize};
use vcs::Anchor;

use super::text::LockFlaw;

/// Longer than any address or name that is meant, in bytes.
const TEXT_BYTES_MAX: usize = 2048;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Module {
    path: String,
    version: String,
    h1: String,
    vcs: String,
    url: String,
    /// Where it is not the path of the module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    subdir: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    commit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tree: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tool {
    /// Lines as in go.sum.
    pub(super) sums: Vec<String>,
}

impl Module {
    pub(super) fn of(version: &ModuleVersion, anchor: &Anchor) -> Self {
        let path = version.path().to_string();
        Self {
            root: Some(anchor.root.clone()).filter(|root| *root != path),
            path,
            version: version.version().to_string(),
            h1: anchor.h1.to_string(),
            vcs: anchor.vcs.to_string(),
            url: anchor.url.clone(),
            subdir: anchor.subdir.clone(),
            tag: anchor.tag.clone(),
            commit: anchor.commit.clone(),
            tree: anchor.tree.clone(),
        }
    }

    pub(super) fn read(self) -> Result<(ModuleVersion, Anchor), LockFlaw> {
        let entry = format!("{}@{}", self.path, self.version);
        let wrong = |name, why: &dyn fmt::Display| field(&entry, name, why.to_string());
        let version =
            ModuleVersion::parse(&self.path, &self.version).map_err(|error| wrong("path", &error))?;
        let h1 = H1::parse(&self.h1).map_err(|error| wrong("h1", &error))?;
        let vcs = Vcs::parse(&self.vcs).ok_or_else(|| wrong("vcs", &"go knows no such system"))?;
        let texts = [("url", Some(&self.url)), ("root", self.root.as_ref()), ("tag", self.tag.as_ref())];
        for (name, text) in texts {
            text.map_or(Ok(()), |text| check_text(text)).map_err(|why| wrong(name, &why))?;
        }
        check_folder(&self.subdir).map_err(|why| wrong("subdir", &why))?;
        check_name(&self.commit, vcs == Vcs::Subversion).map_err(|why| wrong("commit", &why))?;
        let tree = self.tree.as_deref().map_or(Ok(()), |tree| check_name(tree, false));
        tree.map_err(|why| wrong("tree", &why))?;
        let root = self.root.unwrap_or(self.path);
        let Self { url, subdir, tag, commit, tree, .. } = self;
        Ok((version, Anchor { vcs, url, root, subdir, tag, commit, tree, h1 }))
    }
}

impl Tool {
    pub(super) fn read(self, name: &str) -> Result<GoSum, LockFlaw> {
        let wrong = |error: GoSumError| field(name, "sums", error.to_string());
        let sums = GoSum::parse(self.sums.join("\n").as_bytes()).map_err(wrong)?;
        for (path, version, hash) in sums.entries() {
            let version = version.strip_suffix("/go.mod").unwrap_or(version);
            ModuleVersion::parse(path, version).map_err(|error| field(name, "sums", error.to_string()))?;
            H1::parse(hash).map_err(|error| field(name, "sums", format!("{path}: {error}")))?;
        }
        Ok(sums)
    }
}

/// A field that cannot be.
pub(super) fn field(entry: &str, field: &'static str, why: String) -> LockFlaw {
    LockFlaw::Field { entry: entry.to_owned(), field, why }
}

/// What may go to a program or a terminal.
fn check_text(text: &str) -> Result<(), &'static str> {
    let is_odd = |c: char| c.is_control() || c.is_whitespace();
    match text {
        "" => Err("it is empty"),
        _ if text.len() > TEXT_BYTES_MAX => Err("it is too long"),
        _ if text.contains(is_odd) || text.starts_with('-') => Err("it has characters that none has"),
        _ => Ok(()),
    }
}

/// A folder in a repository; empty for its root.
fn check_folder(folder: &str) -> Result<(), &'static str> {
    let is_inner = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(char::is_control);
    if folder.is_empty() || folder.len() <= TEXT_BYTES_MAX && folder.split('/').all(is_inner) {
        return Ok(());
    }
    Err("it is no folder inside of a repository")
}

/// A full name in hex, or a number.
fn check_name(name: &str, is_number: bool) -> Result<(), &'static str> {
    let is_hex =
        matches!(name.len(), 40 | 64) && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let is_decimal = (1..=19).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_digit());
    if if is_number { is_decimal } else { is_hex } { Ok(()) } else { Err("it is no full name") }
}
