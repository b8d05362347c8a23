//! What can happen to a request.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::Gate;

/// What a rule does with a request.
#[derive(Clone, Debug)]
pub enum Action {
    /// Answer this instead of what the modules would give.
    Answer(Reply),
    /// Close the connection (HTTP/2: the stream) without an answer.
    HangUp,
    /// Wait, then go on.
    Delay(Duration),
    /// Wait for the gate, then go on.
    Hold(Gate),
    /// Break the connection after so many bytes of the body.
    CutBody {
        /// Bytes that are still sent.
        after_bytes: usize,
    },
    /// Send nothing more after so many bytes of the body, but keep the connection.
    StallBody {
        /// Bytes that are still sent.
        after_bytes: usize,
    },
    /// Wait for the gate after so many bytes of the body, then send the rest.
    HoldBody {
        /// Bytes that are sent before.
        after_bytes: usize,
        /// What the rest waits for.
        gate: Gate,
    },
    /// Send the body in small pieces.
    TrickleBody {
        /// Bytes in a piece; 0 is taken as 1.
        chunk_bytes: usize,
        /// The pause after each piece.
        pause: Duration,
    },
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: StatusCode,
    /// Header fields besides `content-length`, which is made from the body unless it is given.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// An answer with this content type. Stops the test if a part is not valid in HTTP.
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).expect("a status code between 100 and 999");
        Self { status, headers: HeaderMap::new(), body: body.into() }.header("content-type", content_type)
    }

    /// A plain text, which go shows to its user if the status is an error (protocol.md B12).
    pub fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body.to_owned())
    }

    /// Sets a header field. Stops the test if name or value are not valid in HTTP.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
        self.headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
        self
    }
}

impl From<Reply> for Action {
    fn from(reply: Reply) -> Self {
        Self::Answer(reply)
    }
}
