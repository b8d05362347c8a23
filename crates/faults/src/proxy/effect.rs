//! From a request to the answer that a proxy with this fault gives.

use std::convert::Infallible;
use std::future::pending;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};

use super::Shared;
use super::forge;
use super::forward::told;
use super::newest::without_newest;
use super::travel::{self, Body, Problem, whole};
use crate::fault::Effect;

const TEXT: &str = "text/plain; charset=utf-8";

/// One of the fields of a huge head, and how many there are: 12 MiB, more than the 10 that go reads.
const FIELD_BYTES: usize = 1 << 20;
const FIELDS: [&str; 12] = [
    "x-huge-1",
    "x-huge-2",
    "x-huge-3",
    "x-huge-4",
    "x-huge-5",
    "x-huge-6",
    "x-huge-7",
    "x-huge-8",
    "x-huge-9",
    "x-huge-10",
    "x-huge-11",
    "x-huge-12",
];

/// The page that a captive portal or a single sign-on shows to everybody.
const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n<body><form method=\"post\">\n\
                          <input name=\"user\"><input name=\"password\" type=\"password\"><button>Sign in</button>\n\
                          </form></body></html>\n";

/// The first bytes of gzip data, and what no decoder takes after them.
const NO_GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\xffthis is not deflate data";

/// The answer to one request. A failure of the good proxy is told as 502.
pub(super) async fn answer<B>(shared: &Shared, request: Request<B>) -> Result<Response<Body>, Infallible> {
    let (mut asked, _) = request.into_parts();
    let Some(uri) = shared.inner(&asked.uri) else {
        return Ok(text(StatusCode::NOT_FOUND, "there is nothing here\n"));
    };
    asked.uri = uri;
    if asked.method != Method::GET && asked.method != Method::HEAD {
        return Ok(refused_method());
    }
    let address = asked.uri.path_and_query().map_or("/", |address| address.as_str());
    let answer = if shared.strikes(asked.uri.path(), address) {
        spoilt(shared, &asked).await
    } else {
        shared.good.pass(&asked).await
    };
    Ok(answer.unwrap_or_else(|problem| {
        let said = format!("the good proxy behind this one does not answer: {}\n", told(&problem));
        text(StatusCode::BAD_GATEWAY, said)
    }))
}

async fn spoilt(shared: &Shared, asked: &Parts) -> Result<Response<Body>, Problem> {
    let path = asked.uri.path();
    Ok(match shared.fault.effect {
        Effect::Nothing => shared.good.pass(asked).await?,
        Effect::Status(code) => failure(StatusCode::from_u16(code)?),
        Effect::LoginPage => typed("text/html; charset=utf-8", LOGIN_PAGE),
        Effect::Empty | Effect::NoVersions => typed(TEXT, ""),
        Effect::OtherZip => typed("application/zip", forge::other_zip(path)?),
        Effect::EvilZip => typed("application/zip", forge::evil_zip(path)?),
        Effect::OtherInfo => typed("application/json", forge::OTHER_INFO),
        Effect::Silence => pending().await,
        Effect::Loop => redirect(&format!("{}{}", shared.url, asked.uri))?,
        Effect::Downgrade => redirect(&shared.good.address(asked))?,
        Effect::BrokenGzip => no_gzip(),
        Effect::HugeHead => huge_head()?,
        effect => changed(effect, shared.good.fetch(asked).await?),
    })
}

/// A good answer with something done to its body. What is no 200 has nothing that could be spoilt.
fn changed(effect: Effect, good: Response<Bytes>) -> Response<Body> {
    let (mut head, content) = good.into_parts();
    if !head.status.is_success() {
        return Response::from_parts(head, whole(content));
    }
    head.headers.remove(CONTENT_LENGTH);
    let announced = |content: &Bytes| HeaderValue::from(content.len());
    match effect {
        Effect::CutChunks => Response::from_parts(head, travel::cut(&content)),
        Effect::Cut | Effect::Stall | Effect::Drip => {
            head.headers.insert(CONTENT_LENGTH, announced(&content));
            let body = match effect {
                Effect::Cut => travel::cut(&content),
                Effect::Stall => travel::stalled(&content),
                _ => travel::dripping(content),
            };
            Response::from_parts(head, body)
        }
        Effect::Flip => Response::from_parts(head, whole(forge::flipped(content))),
        Effect::OtherMod => Response::from_parts(head, whole(forge::other_mod(&content))),
        Effect::NoNewest => Response::from_parts(head, whole(without_newest(&content))),
        _ => Response::from_parts(head, whole(content)),
    }
}

fn typed(content_type: &'static str, content: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(whole(content));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn text(status: StatusCode, content: impl Into<Bytes>) -> Response<Body> {
    let mut response = typed(TEXT, content);
    *response.status_mut() = status;
    response
}

fn failure(status: StatusCode) -> Response<Body> {
    text(status, format!("{status}: this proxy is broken on purpose\n"))
}

fn refused_method() -> Response<Body> {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "a module proxy is asked with GET\n");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

fn redirect(location: &str) -> Result<Response<Body>, Problem> {
    let mut response = text(StatusCode::FOUND, "elsewhere\n");
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(location)?);
    Ok(response)
}

fn no_gzip() -> Response<Body> {
    let mut response = typed(TEXT, NO_GZIP);
    response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

fn huge_head() -> Result<Response<Body>, Problem> {
    let field = HeaderValue::from_maybe_shared(Bytes::from(vec![b'x'; FIELD_BYTES]))?;
    let mut response = typed(TEXT, "");
    response.headers_mut().extend(FIELDS.map(|name| (HeaderName::from_static(name), field.clone())));
    Ok(response)
}
