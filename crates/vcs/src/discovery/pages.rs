//! The pages that hosts answer `?go-get=1` with (protocol.md E4).

use gomod::repository::imports::{self, GoImport};
use http::StatusCode;
use source::FailureKind;
use std::sync::Arc;
use tokio::time::Instant;

use super::answers::{Answers, Found, Lifetimes, Question, Weigh};
use super::client::{Page, Web};
use super::shelf::Shelf;
use crate::RepoError;

/// Tags that a page may have. Hosts that name all they have on one page have some hundreds.
const TAGS_MAX: usize = 2000;

/// The tags of pages, kept for a while.
#[derive(Debug)]
pub(super) struct Pages {
    web: Arc<Web>,
    answers: Answers<Arc<[GoImport]>>,
    shelf: Shelf,
}

impl Weigh for Arc<[GoImport]> {
    fn weight(&self) -> usize {
        let text = |tag: &GoImport| tag.prefix.len() + tag.vcs.len() + tag.url.len() + tag.subdir.len();
        self.iter().map(|tag| size_of::<GoImport>() + text(tag)).sum()
    }
}

impl Pages {
    pub(super) fn new(web: Arc<Web>, lifetimes: Lifetimes, shelf: Shelf) -> Self {
        Self { web, answers: Answers::new(lifetimes), shelf }
    }

    /// The tags of the page for this path; it may be that none is about it.
    ///
    /// # Errors
    /// `NotFound` when the host says so or its page cannot be read, `Refused` when the host or a rule of ours says no,
    /// `Unavailable` for everything else.
    pub(super) async fn tags(
        &self,
        question: &Question,
        deadline: Instant,
    ) -> Result<Arc<[GoImport]>, RepoError> {
        self.answers.get(question, deadline, self.find(question)).await
    }

    async fn find(&self, question: &Question) -> Result<Found<Arc<[GoImport]>>, RepoError> {
        match self.fetch(question).await {
            Ok(tags) => {
                self.shelf.put(question, &tags).await;
                Ok(Found::New(tags.into()))
            }
            Err(error) if error.kind == FailureKind::Unavailable => {
                let kept = self.shelf.get(question).await;
                kept.map(|tags| Found::Old(tags.into())).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Asks the host. A word against us counts when it is repeated (house.md, contract of Source).
    async fn fetch(&self, question: &Question) -> Result<Vec<GoImport>, RepoError> {
        let place = place(&question.path)?;
        let get = || self.web.get(&place, question.reach, imports::head_ends);
        match read(&place, &get().await?) {
            Err(error) if error.kind == FailureKind::Refused => read(&place, &get().await?),
            read => read,
        }
    }
}

/// Where the page of a path is, without the scheme.
fn place(path: &str) -> Result<String, RepoError> {
    let (host, below) = path.split_once('/').unwrap_or((path, ""));
    if !host.contains('.') {
        return Err(RepoError::not_found("import path does not begin with hostname"));
    }
    Ok(format!("{host}/{below}?go-get=1"))
}

/// Any status will do for a page with tags.
fn read(place: &str, page: &Page) -> Result<Vec<GoImport>, RepoError> {
    let tags = imports::parse(&page.body);
    match tags {
        Ok(tags) if tags.len() > TAGS_MAX => {
            Err(RepoError::refused(format!("the page at {place} has more than {TAGS_MAX} go-import tags")))
        }
        Ok(tags) if !tags.is_empty() || page.status == StatusCode::OK => Ok(tags),
        Err(error) if page.status == StatusCode::OK => {
            Err(RepoError::not_found(format!("parsing https://{place}: {error}")))
        }
        _ => Err(bad_status(place, page.status)),
    }
}

pub(super) fn bad_status(place: &str, status: StatusCode) -> RepoError {
    let message = format!("reading https://{place}: {status}");
    match status.as_u16() {
        404 | 410 => RepoError::not_found(message),
        401 | 403 | 451 => RepoError::refused(message),
        _ => RepoError::unavailable(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, body: &str) -> Result<usize, FailureKind> {
        let page = Page { status: StatusCode::from_u16(status).unwrap(), body: body.into() };
        read("a.example/", &page).map(|tags| tags.len()).map_err(|error| error.kind)
    }

    #[test]
    fn a_page_with_tags_is_good_whatever_its_status() {
        let tag = "<meta name=go-import content='a.example git https://b.example'>";
        for status in [200, 404, 500, 403] {
            assert_eq!(kind(status, tag), Ok(1), "{status}");
        }
        assert_eq!(kind(200, ""), Ok(0));
        assert_eq!(kind(200, "<a"), Err(FailureKind::NotFound));
        assert_eq!(kind(200, &tag.repeat(TAGS_MAX + 1)), Err(FailureKind::Refused));
    }

    #[test]
    fn without_tags_the_status_says_what_may_be_concluded() {
        for (status, expected) in [
            (404, FailureKind::NotFound),
            (410, FailureKind::NotFound),
            (403, FailureKind::Refused),
            (429, FailureKind::Unavailable),
            (500, FailureKind::Unavailable),
            (302, FailureKind::Unavailable),
        ] {
            assert_eq!(kind(status, ""), Err(expected), "{status}");
            assert_eq!(kind(status, "<a"), Err(expected), "{status}");
        }
    }

    #[test]
    fn a_bare_host_is_asked_for_its_root() {
        assert_eq!(place("a.example").unwrap(), "a.example/?go-get=1");
        assert_eq!(place("a.example/b").unwrap(), "a.example/b?go-get=1");
        assert!(place("example/b").unwrap_err().is_not_found());
    }
}
