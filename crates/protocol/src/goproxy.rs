//! The handler: one request is one question to one source.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::Response;
use gomod::gosumdb::DatabaseName;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use source::{Answer, Attempt, Ctx, Failure, FailureKind, Source, Want};

use crate::caching::{self, Caching};
use crate::coding::Compressed;
use crate::observe::{Exchange, Observers, Outcome};
use crate::options::Options;
use crate::redirect::Redirects;
use crate::respond::{self, Asked, Respond};
use crate::route::{self, Prefix, RouteError, Routed};
use crate::wish;

/// A source behind the GOPROXY protocol.
#[derive(Debug, Clone)]
pub struct Goproxy {
    source: Arc<dyn Source>,
    shared: Arc<Shared>,
}

/// What is the same for all requests.
#[derive(Debug)]
struct Shared {
    prefix: Prefix,
    hosts: Vec<String>,
    databases: Vec<DatabaseName>,
    ask_timeout: Duration,
    redirects: Redirects,
    observers: Observers,
    respond: Respond,
}

impl Goproxy {
    /// Answers what `source` answers, in the way that `options` say.
    pub fn new(source: Arc<dyn Source>, options: Options) -> Self {
        let Options { prefix, hosts, databases, ask_timeout, repeat_for, unavailable, redirects, observers } =
            options;
        let caching = Caching::new(repeat_for);
        let respond = Respond { caching, unavailable, compressed: Compressed::default() };
        Self {
            source,
            shared: Arc::new(Shared { prefix, hosts, databases, ask_timeout, redirects, observers, respond }),
        }
    }

    /// Answers one request. Everything that is not a GET or HEAD of a GOPROXY path is refused without asking anybody.
    pub async fn handle(&self, request: &Parts) -> Response {
        let begun = Instant::now();
        let (kind, (response, outcome)) = match self.question(request) {
            Ok(routed) => (Some(routed.ask.kind()), self.answer(request, &routed).await),
            Err(refusal) => (None, (refusal, Outcome::Malformed)),
        };
        let (method, path) = (&request.method, request.uri.path());
        let (status, took) = (response.status(), begun.elapsed());
        self.shared.observers.answered(&Exchange { method, path, kind, status, outcome, took });
        if request.method == Method::HEAD { bodiless(response) } else { response }
    }

    #[expect(
        clippy::result_large_err,
        reason = "the refusal is the response that is sent, not an error to pass up"
    )]
    fn question(&self, request: &Parts) -> Result<Routed, Response> {
        let Shared { prefix, hosts, databases, respond, .. } = &*self.shared;
        if !hosts.is_empty() && !asks_for(request, hosts) {
            let message = "this server answers under another name";
            return Err(respond.refusal(StatusCode::MISDIRECTED_REQUEST, message));
        }
        if !matches!(request.method, Method::GET | Method::HEAD) {
            return Err(method_not_allowed(respond));
        }
        route::parse(request.uri.path(), prefix, databases).map_err(|error| match error {
            RouteError::TooLong => respond.refusal(StatusCode::URI_TOO_LONG, &error.to_string()),
            // go has asked whether the database is answered for, and does not ask another one.
            error @ RouteError::SumDb(_) => {
                respond.refusal(StatusCode::BAD_REQUEST, &format!("bad request: {error}"))
            }
            // 404 and not 400, at which go would stop a list whose next member might know the path.
            error => respond.refusal(StatusCode::NOT_FOUND, &format!("not found: {error}")),
        })
    }

    async fn answer(&self, request: &Parts, routed: &Routed) -> (Response, Outcome) {
        let Routed { ask, kept_only } = routed;
        let want = wish::want(*kept_only, &request.headers, ask.lifetime());
        if want != Want::KeptOnly
            && let Some((location, max_age)) = self.shared.redirects.of(ask)
        {
            let response = respond::redirect(location, caching::for_the_time_of(max_age));
            return (response, Outcome::Redirected);
        }
        let ctx = Ctx::within(self.shared.ask_timeout).wanting(want);
        let asked = Asked { ask, ctx: &ctx, method: &request.method, headers: &request.headers };
        match self.ask(&asked).await {
            Ok(answered) => answered,
            Err(failure) => {
                record_failure(&asked, &failure);
                self.shared.observers.asked(failure.trail());
                let response = self.shared.respond.failure(&failure, want == Want::KeptOnly);
                (response, Outcome::of_failure(failure.kind()))
            }
        }
    }

    async fn ask(&self, asked: &Asked<'_>) -> Result<(Response, Outcome), Failure> {
        let answer = self.source.ask(asked.ask, asked.ctx).await?;
        record(asked, &answer);
        self.shared.observers.asked(&answer.trail);
        let outcome = Outcome::of_answer(answer.freshness);
        Ok((self.shared.respond.answer(asked, answer).await?, outcome))
    }
}

/// Who answered, and who should have (house.md, invariant 6). That a place does not know a module is an everyday thing; that
/// it could not be asked is told at the usual level, although the client notices nothing.
fn record(asked: &Asked<'_>, answer: &Answer) {
    let (ask, Answer { origin, freshness, trail, .. }) = (asked.ask, answer);
    let failed = |attempt: &Attempt| attempt.failed.is_some_and(|kind| kind > FailureKind::NotFound);
    if trail.attempts().iter().any(failed) && !trail.is_retold() {
        tracing::warn!(%ask, %origin, ?freshness, %trail, "answered in place of another");
    } else {
        tracing::debug!(%ask, %origin, ?freshness, %trail, "answered");
    }
}

/// That something is not kept is all that whoever asks for what is kept wants to know.
fn record_failure(asked: &Asked<'_>, failure: &Failure) {
    let (ask, kind, trail) = (asked.ask, failure.kind(), failure.trail());
    if asked.ctx.want == Want::KeptOnly && kind == FailureKind::NotFound {
        tracing::debug!(%ask, %kind, %trail, "not kept");
    } else if trail.is_retold() {
        tracing::debug!(%ask, %kind, %trail, "not answered, as others were told before");
    } else {
        tracing::warn!(%ask, %kind, %trail, "not answered");
    }
}

/// The answer to a HEAD: the length of the body in place of it. Over HTTP/2 nobody else takes it away.
fn bodiless(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if let (Some(size), header::Entry::Vacant(length)) =
        (body.size_hint().exact().filter(|size| *size > 0), parts.headers.entry(header::CONTENT_LENGTH))
    {
        length.insert(size.into());
    }
    Response::from_parts(parts, Body::empty())
}

/// Whether the request names one of the hosts.
fn asks_for(request: &Parts, hosts: &[String]) -> bool {
    let header = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let named = request.uri.authority().map(Authority::as_str).or(header);
    named.is_some_and(|named| hosts.iter().any(|host| host == named))
}

fn method_not_allowed(respond: &Respond) -> Response {
    let message = "only GET and HEAD are answered here";
    let mut response = respond.refusal(StatusCode::METHOD_NOT_ALLOWED, message);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}
