//! The way of one request through the rules.

use std::io;
use std::sync::Arc;

use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, LOCATION, WWW_AUTHENTICATE};
use http::{HeaderName, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::answer::{Answer, Limit, text};
use super::state::State;
use super::{GitRequest, HttpsFault, cgi};

pub(super) async fn connection(stream: TcpStream, acceptor: TlsAcceptor, state: Arc<State>) {
    // A client that trusts nobody ends here, as it should.
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { handle(request, state).await }
    });
    // A connection that breaks is the business of the side that broke it, often the test itself.
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

async fn handle(request: Request<Incoming>, state: Arc<State>) -> io::Result<Response<Answer>> {
    let number = state.begin(recorded(&request));
    let path_and_query = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let limit = match state.fault(&path_and_query) {
        Some(HttpsFault::HangUp) => return Err(io::Error::other("hung up by the test")),
        Some(HttpsFault::Status(status)) => {
            return Ok(noted(&state, number, plain(status, "as the test wants")));
        }
        Some(HttpsFault::Redirect(to)) => {
            let to = to.replace("{}", &path_and_query);
            return Ok(noted(&state, number, with(plain(301, "moved"), LOCATION, &to)));
        }
        Some(HttpsFault::StallAfter(bytes)) => Limit::Stall(bytes),
        Some(HttpsFault::CutAfter(bytes)) => Limit::Cut(bytes),
        None => Limit::None,
    };
    let response = answer(request, &state, number).await?;
    Ok(noted(&state, number, response).map(|body| body.limited(limit, Arc::clone(&state), number)))
}

async fn answer(
    request: Request<Incoming>,
    state: &Arc<State>,
    number: usize,
) -> io::Result<Response<Answer>> {
    let path = request.uri().path().to_owned();
    let is_go_get = request.uri().query().is_some_and(|query| query.contains("go-get=1"));
    if let Some(html) = state.page(&path).filter(|_| is_go_get) {
        return Ok(with(Response::new(text(html)), CONTENT_TYPE, "text/html; charset=utf-8"));
    }
    let credentials = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !state.is_open(&path, credentials) {
        return Ok(with(plain(401, "credentials are needed"), WWW_AUTHENTICATE, "Basic realm=\"testkit\""));
    }
    match state.repo(&path) {
        Some((served, rest)) => cgi::run(&served, rest, request, Arc::clone(state), number).await,
        None => Ok(plain(404, "no repository here")),
    }
}

fn recorded(request: &Request<Incoming>) -> GitRequest {
    let header = request.headers().get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = request.uri().host().unwrap_or_else(|| header.split(':').next().unwrap_or_default());
    GitRequest {
        method: request.method().to_string(),
        host: host.to_owned(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        has_credentials: request.headers().contains_key(AUTHORIZATION),
        status: 0,
        received_bytes: 0,
        sent_bytes: 0,
    }
}

fn noted(state: &State, number: usize, response: Response<Answer>) -> Response<Answer> {
    state.note(number, |request| request.status = response.status().as_u16());
    response
}

fn plain(status: u16, words: &str) -> Response<Answer> {
    let mut response = Response::new(text(format!("{words}\n")));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

fn with(mut response: Response<Answer>, name: HeaderName, value: &str) -> Response<Answer> {
    response.headers_mut().insert(name, value.parse().expect("a header"));
    response
}
