//! Reads the `[[repository]]` and `[[rewrite]]` tables.

use gomod::path::{check_file_path, check_path};
use gomod::repository::Vcs;
use toml::de::DeTable;

use super::texts::Texts;
use super::{REPOSITORY, REWRITE, Reader};
use crate::settings::repository::{
    INSTEAD_OF, PREFIX, REPOSITORY_KEYS, REWRITE_KEYS, Repository, Rewrite, SUBDIR, URL, VCS,
};
use crate::settings::{Invalid, address};

impl Reader<'_> {
    pub(super) fn repository(&mut self, table: &DeTable<'_>, start: usize) {
        let kind = (REPOSITORY, &REPOSITORY_KEYS[..]);
        let read = self.entry(kind, (table, start), repository, |reader| &reader.layer.repositories);
        self.layer.repositories.extend(read);
    }

    pub(super) fn rewrite(&mut self, table: &DeTable<'_>, start: usize) {
        let kind = (REWRITE, &REWRITE_KEYS[..]);
        let read = self.entry(kind, (table, start), rewrite, |reader| &reader.layer.rewrites);
        self.layer.rewrites.extend(read);
    }
}

fn repository(texts: &mut Texts) -> Option<Repository> {
    let prefix = texts.needed(PREFIX, |text, _| prefix(text));
    let subdir = texts.optional(SUBDIR, |text, _| subdir(text));
    let vcs = texts.optional(VCS, |text, _| vcs(text));
    // With a system that is wrong, whether the scheme is one of its own cannot be said.
    let vcs = vcs?.unwrap_or(Vcs::Git);
    let url = texts.needed(URL, |text, _| address::whole(text, vcs));
    let (prefix, subdir) = (prefix?, subdir?.unwrap_or_default());
    Some(Repository { prefix, vcs, url: url?, subdir, position: texts.position.clone() })
}

fn rewrite(texts: &mut Texts) -> Option<Rewrite> {
    let url = texts.needed(URL, |text, _| address::beginning(text));
    let instead_of = texts.needed(INSTEAD_OF, |text, _| address::beginning(text));
    Some(Rewrite { url: url?, instead_of: instead_of?, position: texts.position.clone() })
}

fn prefix(text: &str) -> Result<String, Invalid> {
    check_path(text).map_err(|error| Invalid(error.flaw.to_string()))?;
    Ok(text.to_owned())
}

fn vcs(text: &str) -> Result<Vcs, Invalid> {
    let found = address::SYSTEMS.into_iter().find(|vcs| vcs.as_str() == text);
    let names = address::SYSTEMS.map(Vcs::as_str).join(", ");
    found.ok_or_else(|| Invalid(format!("it is none of {names}")))
}

/// A folder that stays in the repository and that no program takes for an option.
fn subdir(text: &str) -> Result<String, Invalid> {
    if text.starts_with('-') {
        return Err(Invalid("it begins with a dash".to_owned()));
    }
    check_file_path(text).map_err(|error| Invalid(error.flaw.to_string()))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
