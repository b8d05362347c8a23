//! How `config show` tells the tables of `direct`: where repositories are, and who we are to their hosts.

use serde_json::{Value as Json, json};

use super::file_origin;
use crate::mask;
use crate::settings::Settings;
use crate::settings::credential::{self, Credential};
use crate::settings::origin::Position;
use crate::settings::repository::{self as keys, Repository, Rewrite};

/// One line for each table.
pub(super) fn lines(settings: &Settings) -> impl Iterator<Item = String> {
    let repositories = settings.repositories().iter().map(repository_line);
    let rewrites = settings.rewrites().iter().map(rewrite_line);
    repositories.chain(rewrites).chain(settings.credentials().iter().map(credential_line))
}

fn repository_line(repository: &Repository) -> String {
    let Repository { prefix, vcs, url, subdir, position } = repository;
    let folder = if subdir.is_empty() { String::new() } else { format!(", in its folder {subdir}") };
    format!("repository {prefix} is {vcs} at {url}{folder}  # {}\n", line_of(position))
}

fn rewrite_line(rewrite: &Rewrite) -> String {
    let Rewrite { url, instead_of, position } = rewrite;
    format!("rewrite {instead_of} to {url}  # {}\n", line_of(position))
}

fn credential_line(credential: &Credential) -> String {
    let Credential { host, user, position, .. } = credential;
    format!(
        "credential {host} is asked as {user} with a password ({})  # {}\n",
        mask::MASK,
        line_of(position)
    )
}

fn line_of(position: &Position) -> String {
    format!("{}:{}", position.path.display(), position.line)
}

/// A `[[repository]]` table.
pub(super) fn repository(repository: &Repository) -> Json {
    let Repository { prefix, vcs, url, subdir, position } = repository;
    json!({
        keys::PREFIX: prefix,
        keys::VCS: vcs.as_str(),
        keys::URL: url,
        keys::SUBDIR: subdir,
        "origin": file_origin(position),
    })
}

/// A `[[rewrite]]` table.
pub(super) fn rewrite(rewrite: &Rewrite) -> Json {
    let Rewrite { url, instead_of, position } = rewrite;
    json!({ keys::URL: url, keys::INSTEAD_OF: instead_of, "origin": file_origin(position) })
}

/// A `[[credential]]` table, without its password and where that is.
pub(super) fn credential(credential: &Credential) -> Json {
    let Credential { host, user, position, .. } = credential;
    json!({
        credential::HOST: host,
        credential::USER: user,
        credential::PASSWORD: mask::MASK,
        "origin": file_origin(position),
    })
}
