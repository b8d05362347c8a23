//! From an answer or a failure to an HTTP response.
//!
//! * [`form`]: which bytes are sent, and what identifies them.
//! * [`content`]: all of them, or a part.
//! * [`marks`]: where they come from and how old they are.
//! * [`told`]: what a person is told when there are none.

mod content;
mod form;
mod marks;
mod told;

use axum::body::Body as HttpBody;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use source::{Answer, Ask, Ctx, Failure, Freshness, Lifetime, Retry, Want};

use crate::caching::Caching;
use crate::coding::Compressed;
use crate::conditional::{Validators, Verdict};
use crate::options::UnavailableStatus;
use crate::status::status_of;
use form::Form;

/// How long a client should wait before it tries again what may pass by itself, in seconds: long enough not to add to an
/// overload, short enough for somebody who waits for a build.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("10");

/// How answers and failures are told, apart from what is in them.
#[derive(Debug, Clone)]
pub(crate) struct Respond {
    /// For how long.
    pub(crate) caching: Caching,
    /// How "could not find out" is told.
    pub(crate) unavailable: UnavailableStatus,
    /// What was compressed before.
    pub(crate) compressed: Compressed,
}

/// One question as it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) ctx: &'a Ctx,
    pub(crate) method: &'a Method,
    pub(crate) headers: &'a HeaderMap,
}

impl Asked<'_> {
    fn kept_only(&self) -> bool {
        self.ctx.want == Want::KeptOnly
    }

    fn is_head(&self) -> bool {
        self.method == Method::HEAD
    }
}

impl Respond {
    /// The response that carries an answer, or says that the client has it.
    ///
    /// # Errors
    /// The failure of a body that has to be read before anything can be said about it.
    pub(crate) async fn answer(&self, asked: &Asked<'_>, answer: Answer) -> Result<Response, Failure> {
        let answer = form::identified(asked, answer).await?;
        let form = Form::of(asked, &answer);
        let head = self.head(asked, &answer, &form);
        match form.validators.judge(asked.headers) {
            Verdict::Send => content::send(asked, &form, answer, head, &self.compressed).await,
            Verdict::NotModified => Ok(bare(StatusCode::NOT_MODIFIED, head)),
            Verdict::Failed => {
                Ok(text(StatusCode::PRECONDITION_FAILED, "the condition of the request does not hold"))
            }
        }
    }

    /// The headers that an answer and a 304 in its place have in common (RFC 9110, section 15.4.5).
    fn head(&self, asked: &Asked<'_>, answer: &Answer, form: &Form) -> HeaderMap {
        let mut head = HeaderMap::with_capacity(16);
        let lifetime = asked.ask.lifetime();
        head.insert(header::CACHE_CONTROL, self.caching.of_answer(lifetime, asked.kept_only()));
        identify(&mut head, &form.validators);
        if form.varies {
            head.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        marks::set(&mut head, lifetime, answer);
        head
    }

    /// The response for a failure.
    pub(crate) fn failure(&self, failure: &Failure, kept_only: bool) -> Response {
        let status = status_of(failure.kind(), self.unavailable);
        let mut response = text(status, &told::lines(failure).join("\n"));
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, self.caching.of_failure(failure.kind(), kept_only));
        if status.is_server_error() && failure.retry() == Retry::MayHelp {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        response
    }

    /// The response for a request that asks nothing.
    pub(crate) fn refusal(&self, status: StatusCode, message: &str) -> Response {
        let mut response = text(status, message);
        let value = self.caching.of_refusal(status == StatusCode::NOT_FOUND);
        response.headers_mut().insert(header::CACHE_CONTROL, value);
        response
    }
}

fn identify(head: &mut HeaderMap, validators: &Validators) {
    if let Some(tag) = &validators.tag {
        head.insert(header::ETAG, tag.value());
    }
    if let Some(date) = validators.last_modified() {
        head.insert(header::LAST_MODIFIED, date);
    }
}

/// Since when an answer is what it is, where that is known. A list is put together anew each time.
fn modified(ask: &Ask, answer: &Answer) -> Option<std::time::SystemTime> {
    match (ask.lifetime(), answer.freshness) {
        (Lifetime::Immutable, Freshness::Kept(since) | Freshness::Recent(since)) => Some(since),
        _ => None,
    }
}

fn bare(status: StatusCode, head: HeaderMap) -> Response {
    let mut response = Response::new(HttpBody::empty());
    *response.status_mut() = status;
    *response.headers_mut() = head;
    response
}

/// A redirect to an absolute URL.
pub(crate) fn redirect(location: HeaderValue, cache_control: HeaderValue) -> Response {
    let shown = String::from_utf8_lossy(location.as_bytes());
    let mut response = text(StatusCode::FOUND, &format!("to be fetched at {shown}"));
    response.headers_mut().insert(header::CACHE_CONTROL, cache_control);
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// A plain text response. Control characters would make go drop the whole text, so they become spaces.
pub(crate) fn text(status: StatusCode, message: &str) -> Response {
    let shown = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    let message: String = message.chars().map(shown).collect();
    let mut response = Response::new(HttpBody::from(format!("{message}\n")));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}
