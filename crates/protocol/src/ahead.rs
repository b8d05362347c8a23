//! `POST PREFIX/ahead`: a client says what it will ask, so that it is there by then.
//!
//! The body is text: one address below the root of a GOPROXY on each line, such as `github.com/!azure/sdk/@v/v1.2.0.zip`. It is a hint:
//! the answer says that it was read, and nothing about what becomes of it.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use source::{Ask, Foresight, Lifetime};
use tokio::time::timeout;

use crate::route::{self, PATH_MAX};

/// What the path ends with, below the prefix. No module is called so: its first element has a dot (protocol.md B20).
pub(crate) const PATH: &str = "ahead";

/// How much of a body is read, in bytes.
const BYTES_MAX: usize = 1 << 20;

/// How many lines may stand in it.
const LINES_MAX: usize = 10_000;

/// How long a client may take to send it.
const READING_MAX: Duration = Duration::from_secs(10);

/// Why a list is not taken. The text goes to the client.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AheadError {
    #[error("this server does not look ahead")]
    Off,
    #[error("only POST is answered here: a list of what will be asked")]
    Method,
    #[error("there are more than {BYTES_MAX} bytes or {LINES_MAX} lines; name what is wanted first")]
    TooLarge,
    #[error("the list did not arrive within {} s", READING_MAX.as_secs())]
    TooSlow,
    #[error("the list did not arrive whole")]
    Cut,
    #[error("a list is text/plain without Content-Encoding")]
    Form,
    #[error("line {0}: {1}")]
    Line(usize, String),
}

impl AheadError {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Off => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Cut | Self::Form | Self::Line(..) => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads the list of a request. Nothing of a body is read that is announced as too large.
pub(crate) async fn read(request: Request<Body>) -> Result<Vec<Ask>, AheadError> {
    if request.method() != Method::POST {
        return Err(AheadError::Method);
    }
    if !is_plain(request.headers()) {
        return Err(AheadError::Form);
    }
    let body = request.into_body();
    if body.size_hint().lower() > BYTES_MAX as u64 {
        return Err(AheadError::TooLarge);
    }
    match timeout(READING_MAX, Limited::new(body, BYTES_MAX).collect()).await {
        Ok(Ok(collected)) => asks(&collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(AheadError::TooLarge),
        Ok(Err(_)) => Err(AheadError::Cut),
        Err(_) => Err(AheadError::TooSlow),
    }
}

/// The answer to a list that was read.
pub(crate) fn accept(foresight: &dyn Foresight, asks: Vec<Ask>) -> Response {
    tracing::debug!(asks = asks.len(), "a client says what it will ask");
    foresight.expect(asks);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn is_plain(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or_default());
    let is_text = kind.is_none_or(|kind| {
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/plain"))
    });
    is_text && !headers.contains_key(header::CONTENT_ENCODING)
}

/// The questions of a list. Blank lines are none.
fn asks(text: &[u8]) -> Result<Vec<Ask>, AheadError> {
    let text =
        std::str::from_utf8(text).map_err(|_| AheadError::Line(0, "the list is not UTF-8".to_owned()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let mut asks = Vec::new();
    for (at, line) in lines {
        if asks.len() == LINES_MAX {
            return Err(AheadError::TooLarge);
        }
        asks.push(ask(line.trim()).map_err(|why| AheadError::Line(at + 1, why))?);
    }
    Ok(asks)
}

/// What can change is not worth fetching before it is asked.
fn ask(line: &str) -> Result<Ask, String> {
    if line.len() > PATH_MAX {
        return Err(format!("it is longer than {PATH_MAX} bytes"));
    }
    let ask = route::address(line).map_err(|error| error.to_string())?;
    match ask.lifetime() {
        Lifetime::Immutable => Ok(ask),
        Lifetime::Mutable => Err("only .info, .mod and .zip of versions can be fetched ahead".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(text: &str) -> Result<Vec<String>, AheadError> {
        asks(text.as_bytes()).map(|asks| asks.iter().map(Ask::address).collect())
    }

    #[test]
    fn each_line_is_an_address_of_something_that_cannot_change() {
        let text = "a.example/!m/@v/v1.0.0.zip\r\n\n a.example/!m/@v/v1.0.0.mod\nb.example/x/@v/v1.0.0.info";
        assert_eq!(read_back(text).unwrap(), text.split_whitespace().collect::<Vec<_>>());
        for (line, why) in [
            ("a.example/m/@v/list", "only .info"),
            ("a.example/m/@latest", "only .info"),
            ("a.example/m/@v/main.info", "only .info"),
            ("a.example/../m/@v/v1.0.0.zip", "malformed"),
            ("sumdb/sum.example/latest", "no such checksum database"),
            ("/a.example/m/@v/v1.0.0.zip", ""),
            ("hello", "GOPROXY path"),
        ] {
            let refused = read_back(&format!("a.example/m/@v/v1.0.0.mod\n{line}\n")).unwrap_err().to_string();
            assert!(refused.starts_with("line 2: ") && refused.contains(why), "{line}: {refused}");
        }
    }

    #[test]
    fn no_more_lines_are_read_than_the_limit() {
        let line = "a.example/m/@v/v1.0.0.mod\n";
        assert_eq!(read_back(&line.repeat(LINES_MAX)).unwrap().len(), LINES_MAX);
        assert_eq!(read_back(&line.repeat(LINES_MAX + 1)), Err(AheadError::TooLarge));
        assert!(read_back(&"m".repeat(PATH_MAX + 1)).unwrap_err().to_string().contains("longer"));
    }
}
