//! From an answer or a failure to an HTTP response.

use axum::body::Body as HttpBody;
use axum::response::Response;
use futures_util::TryStreamExt;
use http::{HeaderValue, StatusCode, header};
use source::{Answer, Ask, Failure, Freshness, Lifetime};

use crate::status::status_of;

/// Says which place gave the answer (house.md, invariant 6).
const ORIGIN: &str = "modkeep-origin";

/// As many lines as go shows of an error (protocol.md B12).
const ERROR_LINES_MAX: usize = 8;

/// The response that carries an answer.
pub(crate) fn answer(ask: &Ask, answer: Answer) -> Response {
    let Answer { body, origin, freshness, .. } = answer;
    let size = body.size();
    let mut response = Response::new(HttpBody::from_stream(body.into_chunks().into_stream()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(ask.kind().content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control(ask.lifetime())));
    if let Some(size) = size {
        headers.insert(header::CONTENT_LENGTH, size.into());
    }
    if let Ok(origin) = HeaderValue::from_str(origin.as_str()) {
        headers.insert(ORIGIN, origin);
    }
    mark_stale(headers, freshness);
    response
}

/// Immutable things may be kept by anybody for ever, the others must be asked for again (protocol.md B21).
fn cache_control(lifetime: Lifetime) -> &'static str {
    match lifetime {
        Lifetime::Immutable => "public, max-age=31536000, immutable",
        Lifetime::Mutable => "no-cache",
    }
}

/// Marks what may be out of date, because no place could be asked (house.md, invariant 1; RFC 9111).
fn mark_stale(headers: &mut http::HeaderMap, freshness: Freshness) {
    if let Freshness::Stale(kept_at) = freshness {
        let age = kept_at.elapsed().map_or(0, |age| age.as_secs());
        headers.insert(header::AGE, age.into());
        headers.insert(header::WARNING, HeaderValue::from_static("110 modkeep \"Response is Stale\""));
    }
}

/// The response for a failure: the useful sentence first, then who else was asked.
pub(crate) fn failure(failure: &Failure) -> Response {
    let mut lines = vec![failure.to_string()];
    let others = failure.trail().attempts();
    if others.len() > 1 {
        lines.extend(others.iter().map(|attempt| format!("asked {attempt}")));
    }
    lines.truncate(ERROR_LINES_MAX);
    text(status_of(failure.kind()), &lines.join("\n"))
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
