//! The handler: one request is one question to one source.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use source::{Answer, Ask, Attempt, Ctx, FailureKind, Source};

use crate::respond;
use crate::route::{self, Prefix, RouteError};

/// A source behind the GOPROXY protocol.
#[derive(Debug, Clone)]
pub struct Goproxy {
    source: Arc<dyn Source>,
    prefix: Prefix,
    ask_timeout: Duration,
}

impl Goproxy {
    /// Answers below `prefix` what `source` answers. A question that takes longer than `ask_timeout` is told as a failure.
    pub fn new(source: Arc<dyn Source>, prefix: Prefix, ask_timeout: Duration) -> Self {
        Self { source, prefix, ask_timeout }
    }

    /// Answers one request. Everything that is not a GET or HEAD of a GOPROXY path is refused without asking anybody.
    pub async fn handle(&self, request: Request) -> Response {
        let begun = Instant::now();
        let method = request.method().clone();
        let path = request.uri().path();
        let response = match self.question(&method, path) {
            Ok(ask) => self.ask(&ask).await,
            Err(refusal) => refusal,
        };
        let (status, took) = (response.status().as_u16(), begun.elapsed());
        tracing::info!(target: "access", %method, path, status, seconds = took.as_secs_f64(), "request");
        response
    }

    #[expect(
        clippy::result_large_err,
        reason = "the refusal is the response that is sent, not an error to pass up"
    )]
    fn question(&self, method: &Method, path: &str) -> Result<Ask, Response> {
        if method != Method::GET && method != Method::HEAD {
            return Err(method_not_allowed());
        }
        route::parse(path, &self.prefix).map_err(|error| match error {
            RouteError::TooLong => respond::text(StatusCode::URI_TOO_LONG, &error.to_string()),
            // 404 and not 400, at which go would stop a list whose next member might know the path.
            error => respond::text(StatusCode::NOT_FOUND, &format!("not found: {error}")),
        })
    }

    async fn ask(&self, ask: &Ask) -> Response {
        match self.source.ask(ask, &Ctx::within(self.ask_timeout)).await {
            Ok(answer) => {
                record(ask, &answer);
                respond::answer(ask, answer)
            }
            Err(failure) => {
                tracing::warn!(%ask, kind = %failure.kind(), trail = %failure.trail(), "not answered");
                respond::failure(&failure)
            }
        }
    }
}

/// Who answered, and who should have (house.md, invariant 6). That a place does not know a module is an everyday thing; that
/// it could not be asked is told at the usual level, although the client notices nothing.
fn record(ask: &Ask, answer: &Answer) {
    let Answer { origin, freshness, trail, .. } = answer;
    let failed = |attempt: &Attempt| attempt.failed.is_some_and(|kind| kind > FailureKind::NotFound);
    if trail.attempts().iter().any(failed) {
        tracing::warn!(%ask, %origin, ?freshness, %trail, "answered in place of another");
    } else {
        tracing::debug!(%ask, %origin, ?freshness, %trail, "answered");
    }
}

fn method_not_allowed() -> Response {
    let mut response = respond::text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered here");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}
