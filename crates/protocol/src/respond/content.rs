//! The bytes of an answer on their way out: all of them, or the part that a client lacks.

use std::time::Duration;

use axum::body::Body as HttpBody;
use axum::response::Response;
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use source::{Answer, Body, Failure, Whole};
use tokio::time::timeout_at;

use super::form::Form;
use super::{Asked, bare, text};
use crate::coding::{self, Compressed};
use crate::range::{self, Wanted};

/// The response with the content.
pub(super) async fn send(
    asked: &Asked<'_>,
    form: &Form,
    answer: Answer,
    mut head: HeaderMap,
    compressed: &Compressed,
) -> Result<Response, Failure> {
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(asked.ask.kind().content_type()));
    if form.gzip {
        let packed = gzip(asked, answer, compressed).await?;
        head.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        return Ok(whole(asked, packed.into(), head));
    }
    head.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Ok(match wanted(asked, form, &answer.body) {
        Wanted::Whole => whole(asked, answer.body, head),
        Wanted::Part(range) => part(asked, answer.body, range, head),
        Wanted::Nothing => not_there(answer.body.size()),
    })
}

/// Ranges are a matter of GET alone (RFC 9110, section 14.2).
fn wanted(asked: &Asked<'_>, form: &Form, body: &Body) -> Wanted {
    match (asked.headers.get(header::RANGE), body.size()) {
        (Some(value), Some(size))
            if asked.method == Method::GET && form.validators.allow_a_part(asked.headers) =>
        {
            range::wanted(value.as_bytes(), size)
        }
        _ => Wanted::Whole,
    }
}

fn whole(asked: &Asked<'_>, body: Body, mut head: HeaderMap) -> Response {
    if let Some(size) = body.size() {
        head.insert(header::CONTENT_LENGTH, size.into());
    }
    let mut response = bare(StatusCode::OK, head);
    // A HEAD must not begin to read what nobody gets.
    if !asked.is_head() {
        *response.body_mut() = outgoing(body);
    }
    response
}

/// A body that cannot be read from the middle is sent whole, which the client has to expect.
fn part(asked: &Asked<'_>, body: Body, range: std::ops::Range<u64>, mut head: HeaderMap) -> Response {
    let size = body.size().unwrap_or(range.end);
    let shown = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
    let body = match body.into_range(range) {
        Ok(part) => part,
        Err(body) => return whole(asked, body, head),
    };
    if let Ok(shown) = HeaderValue::try_from(shown) {
        head.insert(header::CONTENT_RANGE, shown);
    }
    let mut response = whole(asked, body, head);
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    response
}

fn not_there(size: Option<u64>) -> Response {
    let size = size.unwrap_or(0);
    let mut response = text(
        StatusCode::RANGE_NOT_SATISFIABLE,
        &format!("there are only {size} bytes of what was asked for"),
    );
    if let Ok(shown) = HeaderValue::try_from(format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, shown);
    }
    response
}

async fn gzip(asked: &Asked<'_>, answer: Answer, compressed: &Compressed) -> Result<Bytes, Failure> {
    if let Some(packed) = answer.sha256.and_then(|sha256| compressed.of(&sha256)) {
        return Ok(packed);
    }
    let sha256 = answer.sha256;
    let packed = gzip_anew(asked, answer).await?;
    if let Some(sha256) = sha256 {
        compressed.remember(sha256, packed.clone());
    }
    Ok(packed)
}

async fn gzip_anew(asked: &Asked<'_>, answer: Answer) -> Result<Bytes, Failure> {
    let Answer { body, origin, .. } = answer;
    let failed = |why: &str| {
        Failure::unavailable(&origin, format!("{} could not be compressed: {why}", asked.ask), Duration::ZERO)
    };
    let plain = timeout_at(asked.ctx.deadline, body.into_bytes(asked.ask.kind().size_max())).await;
    let plain = plain.map_err(|_| failed("reading it took too long"))?;
    let plain = plain.map_err(|error| failed(&error.to_string()))?;
    coding::gzip(plain).await.ok_or_else(|| failed("there is not enough memory"))
}

/// Content in memory goes out in one piece, without a stream around it.
fn outgoing(body: Body) -> HttpBody {
    match body.into_whole() {
        Ok(Whole::Memory(bytes)) => HttpBody::from(bytes),
        Ok(file) => HttpBody::from_stream(Body::from(file).into_chunks().into_stream()),
        Err(body) => HttpBody::from_stream(body.into_chunks().into_stream()),
    }
}
