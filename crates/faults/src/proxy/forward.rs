//! Asking the good proxy.

use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, CONNECTION, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, RANGE, TRANSFER_ENCODING,
};
use http::request::Parts;
use http::{HeaderMap, Request, Response, Uri};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use super::StartError;
use super::travel::{Body, Problem};

/// How long the good proxy may take until its answer begins: it may fetch a large module first.
const HEAD_WAIT: Duration = Duration::from_mins(1);
/// How long it may take for a whole body that is to be changed.
const BODY_WAIT: Duration = Duration::from_mins(2);
/// The largest body that can be changed: that of the largest zip which go takes.
const BODY_BYTES: usize = 500 << 20;

/// What of a request is passed on. Encodings are not: a body is changed as it is.
const PASSED: [HeaderName; 6] = [
    ACCEPT,
    RANGE,
    IF_RANGE,
    IF_NONE_MATCH,
    IF_MODIFIED_SINCE,
    HeaderName::from_static("disable-module-fetch"),
];

/// A client of the good proxy.
#[derive(Debug)]
pub(super) struct Forwarder {
    client: Client<HttpConnector, Empty<Bytes>>,
    base: String,
}

impl Forwarder {
    pub(super) fn new(upstream: &str) -> Result<Self, StartError> {
        let base = upstream.trim_end_matches('/').to_owned();
        let is_http =
            |uri: &Uri| uri.scheme_str() == Some("http") && uri.host().is_some() && uri.query().is_none();
        if !base.parse::<Uri>().is_ok_and(|uri| is_http(&uri)) {
            return Err(StartError::Upstream(upstream.to_owned()));
        }
        Ok(Self { client: Client::builder(TokioExecutor::new()).build_http(), base })
    }

    /// Its address of what was asked for here.
    pub(super) fn address(&self, asked: &Parts) -> String {
        let path = asked.uri.path_and_query().map_or("/", |path| path.as_str());
        format!("{}{path}", self.base)
    }

    /// Its answer as it comes.
    pub(super) async fn pass(&self, asked: &Parts) -> Result<Response<Body>, Problem> {
        Ok(self.ask(asked).await?.map(|body| body.map_err(Problem::from).boxed_unsync()))
    }

    /// Its answer with a whole body.
    pub(super) async fn fetch(&self, asked: &Parts) -> Result<Response<Bytes>, Problem> {
        let (head, body) = self.ask(asked).await?.into_parts();
        let whole = timeout(BODY_WAIT, Limited::new(body, BODY_BYTES).collect()).await??;
        Ok(Response::from_parts(head, whole.to_bytes()))
    }

    async fn ask(&self, asked: &Parts) -> Result<Response<Incoming>, Problem> {
        let mut request =
            Request::builder().method(asked.method.clone()).uri(self.address(asked)).body(Empty::new())?;
        request.headers_mut().extend(passed(&asked.headers));
        let mut response = timeout(HEAD_WAIT, self.client.request(request)).await??;
        for of_connection in [CONNECTION, TRANSFER_ENCODING] {
            response.headers_mut().remove(of_connection);
        }
        Ok(response)
    }
}

fn passed(headers: &HeaderMap) -> HeaderMap {
    PASSED.into_iter().filter_map(|name| Some((name.clone(), headers.get(&name)?.clone()))).collect()
}

/// The error with all of its causes.
pub(super) fn told(problem: &Problem) -> String {
    let mut told = problem.to_string();
    let mut cause = problem.source();
    while let Some(deeper) = cause {
        told = format!("{told}: {deeper}");
        cause = deeper.source();
    }
    told
}
