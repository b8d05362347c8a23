//! What git cannot tell about addresses of the web: where it may connect to, and what a page there says.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::time::{Instant, timeout_at};
use url::Url;

use super::client::{Reach, Web};
use super::url_text;
use crate::{Probe, RepoError, Route};

/// What git asks first behind the address of a repository.
const FIRST_QUESTION: &str = "/info/refs?service=git-upload-pack";

/// A web client that goes where discovery may go.
#[derive(Debug)]
pub(super) struct Scout {
    web: Arc<Web>,
}

impl Scout {
    pub(super) fn new(web: Arc<Web>) -> Self {
        Self { web }
    }

    /// The status of a page in the end, and where that was. None if nothing could be found out.
    async fn look(&self, address: &str, route: &Route, deadline: Instant) -> Option<(u16, Url)> {
        let url = Url::parse(address).ok()?;
        // A place that the operator named may be inside, and so may be where it sends us.
        let is_private = route.is_private || route.is_vouched;
        let looking = self.web.end(&url, Reach { is_private, is_insecure: false });
        timeout_at(deadline, looking).await.ok()?.ok()
    }
}

#[async_trait::async_trait]
impl Probe for Scout {
    async fn addresses(&self, route: &Route, deadline: Instant) -> Result<Vec<IpAddr>, RepoError> {
        if route.is_vouched {
            return Ok(Vec::new());
        }
        let url = url_text::parse(&route.url).map_err(RepoError::refused)?;
        self.web.guard.check(&url, route.is_private, deadline).await
    }

    async fn is_missing(&self, route: &Route, deadline: Instant) -> bool {
        let looked = self.look(&route.url, route, deadline).await;
        looked.is_some_and(|(status, _)| matches!(status, 404 | 410))
    }

    async fn moved_to(&self, route: &Route, deadline: Instant) -> Option<Route> {
        let question = format!("{}{FIRST_QUESTION}", route.url.trim_end_matches('/'));
        let (_, end) = self.look(&question, route, deadline).await?;
        let url = end.as_str().strip_suffix(FIRST_QUESTION).filter(|_| end.as_str() != question)?;
        let is_private = route.is_private || route.is_vouched;
        Some(Route { url: url.to_owned(), is_vouched: false, is_private })
    }
}
