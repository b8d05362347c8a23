//! What a request looked like: shown to rules, and kept in the log.

use std::time::Instant;

use http::{HeaderMap, Version};
use percent_encoding::percent_decode_str;

/// A request as rules see it.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET, HEAD and so on.
    pub method: String,
    /// The path, percent-decoded, still escaped with `!`: `/github.com/!azure/x/@v/list`.
    pub path: String,
    /// The path and query as they were sent.
    pub raw_path: String,
    /// All header fields.
    pub headers: HeaderMap,
    /// HTTP/1.1 or HTTP/2.
    pub http_version: Version,
    /// Whether the client showed a certificate that the upstream had asked for.
    pub client_certificate: bool,
}

/// A request in the log.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The request.
    pub request: Request,
    /// When its head had been read.
    pub at: Instant,
}

impl std::ops::Deref for Recorded {
    type Target = Request;

    fn deref(&self) -> &Request {
        &self.request
    }
}

impl Request {
    pub(super) fn read<B>(request: &http::Request<B>, client_certificate: bool) -> Self {
        let uri = request.uri();
        Self {
            method: request.method().to_string(),
            path: percent_decode_str(uri.path()).decode_utf8_lossy().into_owned(),
            raw_path: uri.path_and_query().map_or_else(String::new, ToString::to_string),
            headers: request.headers().clone(),
            http_version: request.version(),
            client_certificate,
        }
    }

    /// The first value of a header field, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
