//! What a place is told before it is asked: all that will be asked of it, in one request.
//!
//! Only a modkeep understands that. It is known by the header of its answers, so that no other place hears of anything but the
//! questions themselves; and it hears of nothing that is private. Nobody waits for it, and nobody depends on it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{HeaderName, header};
use reqwest::Response;
use tokio::time::timeout;
use url::Url;

use super::client::HttpClient;
use super::redirects::is_at;
use crate::chain::policy::Policy;
use crate::{Ask, Foresight, Lifetime};

/// The header by which a modkeep is known.
const MARK: HeaderName = HeaderName::from_static("modkeep-cache");

/// Where the list is sent to, below the URL of the place.
const PATH: &str = "ahead";

/// As many lines as are read there.
const LINES_MAX: usize = 10_000;

/// As many bytes as are read there.
const BYTES_MAX: usize = 1 << 20;

/// How long sending the list may take.
const SENDING_MAX: Duration = Duration::from_secs(10);

/// What one place is told once, if it is a modkeep. It is sent with the first answer that comes when it is known what to tell.
#[derive(Debug)]
pub struct Notice {
    policy: Policy,
    is_private: bool,
    text: OnceLock<String>,
    sent: AtomicBool,
}

impl Notice {
    /// For a place that may hear of private paths, or may not; `policy` says which these are.
    pub fn new(policy: Policy, is_private: bool) -> Arc<Self> {
        Arc::new(Self { policy, is_private, text: OnceLock::new(), sent: AtomicBool::new(false) })
    }

    /// Tells the place, if it is a modkeep, there is something to tell, and it has not been told. `response` is its answer.
    pub(super) fn met(self: &Arc<Self>, client: &HttpClient, base: &Url, response: &Response) {
        let is_modkeep = is_at(base, response.url()) && response.headers().contains_key(MARK);
        let Some(text) = self.text.get().filter(|text| is_modkeep && !text.is_empty()) else { return };
        if !self.sent.swap(true, Ordering::Relaxed) {
            tokio::spawn(send(client.clone(), base.clone(), text.clone()));
        }
    }

    fn may_tell(&self, ask: &Ask) -> bool {
        let is_fixed = ask.lifetime() == Lifetime::Immutable && !matches!(ask, Ask::SumDb(_));
        is_fixed && (self.is_private || ask.module().is_some_and(|module| !self.policy.is_private(module)))
    }
}

impl Foresight for Notice {
    /// The first list counts.
    fn expect(&self, asks: Vec<Ask>) {
        let mut text = String::new();
        for ask in asks.iter().filter(|ask| self.may_tell(ask)).take(LINES_MAX) {
            let line = ask.address();
            if text.len() + line.len() >= BYTES_MAX {
                break;
            }
            text.push_str(&line);
            text.push('\n');
        }
        let _ = self.text.set(text);
    }
}

async fn send(client: HttpClient, base: Url, text: String) {
    let place = base.host_str().unwrap_or_default().to_owned();
    let lines = text.lines().count();
    match timeout(SENDING_MAX, client.post(&base, text)).await {
        Ok(Ok(status)) => tracing::debug!(place, lines, %status, "told what will be asked"),
        Ok(Err(error)) => tracing::debug!(place, lines, %error, "could not tell what will be asked"),
        Err(_) => tracing::debug!(place, lines, "could not tell what will be asked: it takes too long"),
    }
}

impl HttpClient {
    /// Sends the list to the place that this client is for. No redirect is followed: nobody else is to hear of it.
    async fn post(&self, base: &Url, text: String) -> Result<http::StatusCode, String> {
        let url = format!("{}/{PATH}", base.as_str().trim_end_matches('/'));
        let url = Url::parse(&url).map_err(|error| error.to_string())?;
        if let Some(bounds) = &self.bounds {
            bounds.check(&url)?;
        }
        let request =
            self.own.client.post(url.clone()).header(header::CONTENT_TYPE, "text/plain; charset=utf-8");
        let request = self.introduced(request, &url).await.body(text);
        let response = request.send().await.map_err(|error| error.without_url().to_string())?;
        Ok(response.status())
    }
}

#[cfg(test)]
mod tests {
    use gomod::glob::PrefixPatterns;
    use gomod::{ModulePath, ModuleVersion, Revision};

    use super::*;

    fn zip(path: &str) -> Ask {
        Ask::Zip(ModuleVersion::parse(path, "v1.0.0").unwrap())
    }

    fn told(is_private: bool, asks: Vec<Ask>) -> String {
        let patterns = PrefixPatterns::parse;
        let (goprivate, gonoproxy, gonosumdb) =
            (patterns("a.example"), patterns("b.example"), patterns("c.example"));
        let notice = Notice::new(Policy { goprivate, gonoproxy, gonosumdb, ..Policy::default() }, is_private);
        notice.expect(asks);
        notice.expect(vec![zip("later.example/m")]);
        notice.text.get().unwrap().clone()
    }

    #[test]
    fn private_names_stand_in_the_list_of_a_private_place_alone() {
        let asks = || ["a.example/m", "b.example/m", "c.example/m", "d.example/M"].map(zip).to_vec();
        assert_eq!(told(false, asks()), "d.example/!m/@v/v1.0.0.zip\n");
        assert_eq!(told(true, asks()).lines().count(), 4);
    }

    #[test]
    fn only_what_can_never_change_stands_in_it_and_no_more_than_is_read() {
        let path = || ModulePath::parse("d.example/m").unwrap();
        let revision = |text: &str| Ask::Info(path(), Revision::parse(text).unwrap());
        let asks = vec![Ask::List(path()), Ask::Latest(path()), revision("main"), revision("v1.0.0")];
        assert_eq!(told(false, asks), "d.example/m/@v/v1.0.0.info\n");
        assert_eq!(told(false, vec![zip("d.example/m"); LINES_MAX + 1]).lines().count(), LINES_MAX);
        let long = zip(&format!("d.example/{}", "m".repeat(2000)));
        assert!(told(false, vec![long; 1000]).len() <= BYTES_MAX);
    }
}
