//! Asking a proxy over HTTP/1.1 or HTTP/2.
//!
//! Requests are what the go command sends: plain GETs without query (protocol.md B4). Bodies are taken as they are:
//! they are kept and hashed, so nothing is decompressed. A 401, 403 or 451 counts only when the same place repeats it (B5).

use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::Response;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::client::HttpClient;
use super::content::Content;
use super::redirects::GetError;
use super::status::{kind_of, may_pass, retry_after};
use crate::{Answer, Ask, Attempt, Ctx, Failure, FailureKind, Origin, Symptom, Trail};

/// At most this many bytes of an error's text are shown to the user, as go does (protocol.md B12).
const ERROR_TEXT_MAX: usize = 648;

impl HttpClient {
    pub(super) async fn ask(
        &self,
        origin: &Origin,
        base: &Url,
        path: &str,
        ask: &Ask,
        ctx: &Ctx,
    ) -> Result<Answer, Failure> {
        let call = Call { client: self, origin, begun: Instant::now(), ctx };
        let url =
            address(base, path).map_err(|e| call.unavailable(format!("cannot form the request: {e}")))?;
        let mut response = call.get(&url).await?;
        let is_renewed = self.is_renewed(&url, &response).await;
        if is_renewed || kind_of(response.status()) == FailureKind::Refused {
            // Before the other is asked for: it must not wait for a slot that this one has.
            drop(response);
            response = call.get(&url).await?;
        }
        if let Some(authorizer) = self.authorizer(&url).filter(|_| is_renewed) {
            authorizer.judged(&url, response.status()).await;
        }
        if let Some(notice) = &self.notice {
            notice.met(self, base, &response);
        }
        call.answer(ask, url, response).await
    }
}

impl HttpClient {
    /// Whether somebody knows better who we are, now that the place has said no.
    async fn is_renewed(&self, url: &Url, response: &Response) -> bool {
        match self.authorizer(url).filter(|_| response.status().is_client_error()) {
            Some(authorizer) => authorizer.renew(url, response.status(), response.headers()).await,
            None => false,
        }
    }
}

fn address(base: &Url, path: &str) -> Result<Url, url::ParseError> {
    Url::parse(&format!("{}/{path}", base.as_str().trim_end_matches('/')))
}

impl HttpClient {
    /// Sends one GET. Bodies are wanted as they are.
    pub(super) async fn send(&self, url: &Url, mut headers: HeaderMap) -> Result<Response, GetError> {
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        self.get(url, &headers).await
    }
}

/// One question to one place.
struct Call<'a> {
    client: &'a HttpClient,
    origin: &'a Origin,
    begun: Instant,
    ctx: &'a Ctx,
}

impl Call<'_> {
    async fn get(&self, url: &Url) -> Result<Response, Failure> {
        match timeout_at(self.ctx.deadline, self.client.send(url, HeaderMap::new())).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(why @ (GetError::Redirect(_) | GetError::Redirects))) => {
                Err(self.unavailable(format!("bad redirect: {why}")).permanent())
            }
            Ok(Err(GetError::OutOfBounds(why))) => Err(self.unavailable(why).permanent()),
            Ok(Err(GetError::Transport(error))) => Err(self.transport_failure(&error)),
            Ok(Err(GetError::Silent)) | Err(_) => {
                let waited = self.begun.elapsed().as_secs_f64();
                Err(self.unavailable(format!("no answer within {waited:.1} s")).with_symptom(Symptom::Silent))
            }
        }
    }

    /// Only 200 is success (protocol.md B11).
    async fn answer(&self, ask: &Ask, url: Url, response: Response) -> Result<Answer, Failure> {
        if response.status() != StatusCode::OK {
            return Err(self.refusal(response).await);
        }
        if let Some(coding) =
            response.headers().get(header::CONTENT_ENCODING).filter(|coding| *coding != "identity")
        {
            let why = format!("the body has Content-Encoding {coding:?}, which was not asked for");
            return Err(self.unavailable(why).permanent());
        }
        if let Some(progress) = &self.ctx.progress {
            progress.head();
        }
        let attempt = Attempt {
            origin: self.origin.clone(),
            failed: None,
            note: "".into(),
            took: self.begun.elapsed(),
        };
        let body = Content::new(self.client.clone(), self.origin.clone(), ask, url, response)
            .watched_by(self.ctx.progress.clone())
            .into_body();
        Ok(Answer::live(body, self.origin.clone(), Trail::of(attempt)))
    }

    async fn refusal(&self, response: Response) -> Failure {
        let status = response.status();
        let wait = retry_after(&response);
        let message = match error_text(response, self.ctx.deadline).await {
            Some(text) => format!("{status}: {text}"),
            None => status.to_string(),
        };
        let failure = Failure::new(kind_of(status), self.origin, message, self.begun.elapsed());
        if may_pass(status) { failure.with_retry_after(wait) } else { failure.permanent() }
    }

    fn transport_failure(&self, error: &reqwest::Error) -> Failure {
        let failure = self.unavailable(match error {
            e if e.is_timeout() && e.is_connect() => "cannot connect: timed out".to_owned(),
            e if e.is_connect() => format!("cannot connect: {}", root_cause(e)),
            e if e.is_timeout() => "timed out".to_owned(),
            e => format!("the request failed: {}", root_cause(e)),
        });
        let symptom = if error.is_timeout() { Symptom::Silent } else { Symptom::Unreachable };
        failure.with_symptom(symptom)
    }

    fn unavailable(&self, message: String) -> Failure {
        Failure::unavailable(self.origin, message, self.begun.elapsed())
    }
}

/// The innermost reason: "connection refused" rather than "error sending request". Callers take the URL out of the error
/// before, since it may hold a password.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// The text of an error as go would show it: plain text, up to the first blank line (protocol.md B12).
async fn error_text(mut response: Response, deadline: Instant) -> Option<String> {
    let plain = response.headers().get(header::CONTENT_TYPE)?.to_str().ok()?.starts_with("text/plain");
    let mut text = Vec::new();
    while plain && text.len() < ERROR_TEXT_MAX {
        match timeout_at(deadline, response.chunk()).await {
            Ok(Ok(Some(chunk))) => text.extend_from_slice(&chunk),
            _ => break,
        }
    }
    text.truncate(ERROR_TEXT_MAX);
    let text = String::from_utf8_lossy(&text);
    let shown: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let shown = shown.join(" ");
    (!shown.is_empty() && !shown.contains(char::is_control)).then_some(shown)
}

#[cfg(test)]
mod tests {
    use gomod::{ModulePath, Revision};

    use super::*;

    #[test]
    fn addresses_are_written_as_go_writes_them() {
        let base = Url::parse("https://proxy.example/go/").unwrap();
        let info =
            |rev: &str| Ask::Info(ModulePath::parse("a.example/Big").unwrap(), Revision::parse(rev).unwrap());
        let url = |rev| address(&base, &info(rev).url_path()).unwrap().to_string();
        assert_eq!(url("v1.0.0-RC1"), "https://proxy.example/go/a.example/%21big/@v/v1.0.0-%21r%21c1.info");
        assert_eq!(
            url("v2.0.0+incompatible"),
            "https://proxy.example/go/a.example/%21big/@v/v2.0.0+incompatible.info"
        );
        assert_eq!(url("a#b %41"), "https://proxy.example/go/a.example/%21big/@v/a%23b%20%2541.info");
    }
}
