//! From the page of a path to the tag that is followed (protocol.md E7–E9).

use std::sync::Arc;

use gomod::repository::imports::{self, GoImport, MatchError, Target};
use tokio::time::Instant;

use super::answers::Question;
use super::client::Reach;
use super::pages::Pages;
use crate::RepoError;

/// The tag about `path`, confirmed by the page of its own prefix, and where it leads.
///
/// Each path is asked for itself, even below a prefix that is known: its page may name another repository.
///
/// # Errors
/// `NotFound` where go finds no repository, and those of [`Pages::tags`].
pub(super) async fn find(
    pages: &Pages,
    path: &str,
    reach: Reach,
    deadline: Instant,
) -> Result<(GoImport, Target), RepoError> {
    let own = page(pages, path, reach, deadline).await?;
    let tag = imports::find(&own, path).map_err(|error| no_match(path, &error))?;
    if tag.prefix != path {
        confirm(pages, path, tag, reach, deadline).await?;
    }
    let target =
        tag.check().map_err(|error| RepoError::not_found(format!("https://{path}?go-get=1: {error}")))?;
    Ok((tag.clone(), target))
}

async fn page(
    pages: &Pages,
    path: &str,
    reach: Reach,
    deadline: Instant,
) -> Result<Arc<[GoImport]>, RepoError> {
    pages.tags(&Question { path: path.to_owned(), reach }, deadline).await
}

/// The page of the prefix must have the same tag: else anybody with a page below a host could speak for all of it.
async fn confirm(
    pages: &Pages,
    path: &str,
    tag: &GoImport,
    reach: Reach,
    deadline: Instant,
) -> Result<(), RepoError> {
    let prefix = &tag.prefix;
    let theirs = page(pages, prefix, reach, deadline).await?;
    if theirs.is_empty() {
        let place = format!("https://{prefix}?go-get=1");
        return Err(RepoError::not_found(format!(
            "fetching {prefix}: no go-import meta tag found in {place}"
        )));
    }
    if imports::find(&theirs, path) == Ok(tag) {
        return Ok(());
    }
    let (a, b) = (format!("https://{path}?go-get=1"), format!("https://{prefix}?go-get=1"));
    Err(RepoError::not_found(format!("{a} and {b} disagree about go-import for {prefix}")))
}

fn no_match(path: &str, error: &MatchError) -> RepoError {
    RepoError::not_found(format!("parse https://{path}?go-get=1: {error}"))
}
