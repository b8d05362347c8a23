//! The handler: one request is one question to one source.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::Response;
use gomod::gosumdb::DatabaseName;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body::Body as _;
use source::{Answer, Ask, Attempt, Ctx, Failure, FailureKind, Foresight, Origin, Source, Trail, Want};

use crate::ahead::{self, AheadError};
use crate::caching::{self, Caching};
use crate::coding::Compressed;
use crate::observe::{Answered, Exchange, Observers, Outcome};
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
    foresight: Option<Arc<dyn Foresight>>,
    respond: Respond,
}

impl Goproxy {
    /// Answers what `source` answers, in the way that `options` say.
    pub fn new(source: Arc<dyn Source>, options: Options) -> Self {
        let caching = Caching::new(options.repeat_for);
        let respond =
            Respond { caching, unavailable: options.unavailable, compressed: Compressed::default() };
        let Options { prefix, hosts, databases, ask_timeout, redirects, observers, foresight, .. } = options;
        let shared =
            Shared { prefix, hosts, databases, ask_timeout, redirects, observers, foresight, respond };
        Self { source, shared: Arc::new(shared) }
    }

    /// Answers what is no GOPROXY path: a list of what will be asked, or something that is refused.
    pub(crate) async fn handle_other(&self, request: Request<Body>) -> Response {
        if !self.shared.prefix.is_followed_by(request.uri().path(), ahead::PATH) {
            return self.handle(&request.into_parts().0).await;
        }
        let (begun, method, uri) = (Instant::now(), request.method().clone(), request.uri().clone());
        let (response, outcome) = self.told(request).await;
        let (kind, took, answered, status) = (None, begun.elapsed(), None, response.status());
        let exchange = Exchange { method: &method, path: uri.path(), kind, status, outcome, took, answered };
        self.shared.observers.answered(&exchange);
        response
    }

    /// The answer to a list of what will be asked.
    async fn told(&self, request: Request<Body>) -> (Response, Outcome) {
        let (parts, body) = request.into_parts();
        if let Some(misdirected) = self.misdirected(&parts) {
            return (misdirected, Outcome::Malformed);
        }
        match self.foreseen(Request::from_parts(parts, body)).await {
            Ok(response) => (response, Outcome::Foretold),
            Err(error) => (self.not_taken(&error), Outcome::Malformed),
        }
    }

    async fn foreseen(&self, request: Request<Body>) -> Result<Response, AheadError> {
        let foresight = self.shared.foresight.as_deref().ok_or(AheadError::Off)?;
        let mut asks = ahead::read(request).await?;
        // Those are fetched elsewhere.
        asks.retain(|ask| !self.shared.redirects.lead_away(ask));
        Ok(ahead::accept(foresight, asks))
    }

    fn not_taken(&self, error: &AheadError) -> Response {
        let mut response = self.shared.respond.refusal(error.status(), &error.to_string());
        if *error == AheadError::Method {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }

    /// The refusal of a request for another server.
    fn misdirected(&self, request: &Parts) -> Option<Response> {
        let Shared { hosts, respond, .. } = &*self.shared;
        let is_other = !hosts.is_empty() && !asks_for(request, hosts);
        is_other.then(|| {
            respond.refusal(StatusCode::MISDIRECTED_REQUEST, "this server answers under another name")
        })
    }

    /// Answers one request. Everything that is not a GET or HEAD of a GOPROXY path is refused without asking anybody.
    pub async fn handle(&self, request: &Parts) -> Response {
        let begun = Instant::now();
        let (ask, reply) = match self.question(request) {
            Ok(Routed { ask, kept_only }) => {
                let reply = self.answer(request, &ask, kept_only).await;
                (Some(ask), reply)
            }
            Err(refusal) => (None, Reply { response: refusal, outcome: Outcome::Malformed, told: None }),
        };
        let Reply { response, outcome, told } = reply;
        let answered = ask.as_ref().zip(told.as_ref()).map(|(ask, told)| told.about(ask));
        let (kind, took) = (ask.as_ref().map(Ask::kind), begun.elapsed());
        let (method, path, status) = (&request.method, request.uri.path(), response.status());
        let exchange = Exchange { method, path, kind, status, outcome, took, answered };
        self.shared.observers.answered(&exchange);
        if request.method == Method::HEAD { bodiless(response) } else { response }
    }

    #[expect(
        clippy::result_large_err,
        reason = "the refusal is the response that is sent, not an error to pass up"
    )]
    fn question(&self, request: &Parts) -> Result<Routed, Response> {
        let Shared { prefix, databases, respond, .. } = &*self.shared;
        if let Some(misdirected) = self.misdirected(request) {
            return Err(misdirected);
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

    async fn answer(&self, request: &Parts, ask: &Ask, kept_only: bool) -> Reply {
        let want = wish::want(kept_only, &request.headers, ask.lifetime());
        if want != Want::KeptOnly
            && let Some((location, max_age)) = self.shared.redirects.of(ask)
        {
            let response = respond::redirect(location, caching::for_the_time_of(max_age));
            return Reply { response, outcome: Outcome::Redirected, told: None };
        }
        let ctx = Ctx::within(self.shared.ask_timeout).wanting(want);
        let asked = Asked { ask, ctx: &ctx, method: &request.method, headers: &request.headers };
        match self.ask(&asked).await {
            Ok(reply) => reply,
            Err(failure) => {
                record_failure(&asked, &failure);
                self.shared.observers.asked(failure.trail());
                let response = self.shared.respond.failure(&failure, want == Want::KeptOnly);
                let outcome = Outcome::of_failure(failure.kind());
                Reply { response, outcome, told: Some(Told::of_failure(&failure)) }
            }
        }
    }

    async fn ask(&self, asked: &Asked<'_>) -> Result<Reply, Failure> {
        let answer = self.source.ask(asked.ask, asked.ctx).await?;
        record(asked, &answer);
        self.shared.observers.asked(&answer.trail);
        let (outcome, told) = (Outcome::of_answer(answer.freshness), Told::of_answer(&answer));
        let response = self.shared.respond.answer(asked, answer).await?;
        Ok(Reply { response, outcome, told: Some(told) })
    }
}

/// A response, and what is told of it.
struct Reply {
    response: Response,
    outcome: Outcome,
    told: Option<Told>,
}

/// Who had a part in an answer.
struct Told {
    origin: Origin,
    size: Option<u64>,
    trail: Trail,
}

impl Told {
    fn of_answer(answer: &Answer) -> Self {
        Self { origin: answer.origin.clone(), size: answer.body.size(), trail: answer.trail.clone() }
    }

    fn of_failure(failure: &Failure) -> Self {
        Self { origin: failure.origin().clone(), size: None, trail: failure.trail().clone() }
    }

    fn about<'a>(&'a self, ask: &'a Ask) -> Answered<'a> {
        Answered { ask, origin: &self.origin, size: self.size, trail: &self.trail }
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
