//! The answer to a request: a file in pieces, or that there is none.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;

use super::Shared;

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What is read at once: large enough for a zip to take few system calls, small enough for others to have their turn.
const PIECE_BYTES: u64 = 256 << 10;

/// A file of the folder. Other methods than GET are not for a far place that files come from.
pub(super) fn answer(shared: &Arc<Shared>, request: &Request<Incoming>) -> io::Result<Response<Body>> {
    if request.method() != Method::GET {
        return Ok(text(StatusCode::METHOD_NOT_ALLOWED, "only GET"));
    }
    match inside(&shared.folder, request.uri().path()).and_then(|path| opened(&path)) {
        Some(file) => whole(shared, file),
        None => Ok(text(StatusCode::NOT_FOUND, "not found: no such file")),
    }
}

/// The file below `folder` that a path of a URL names; `None` where it would lead out of it.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = percent_decode_str(path.trim_start_matches('/')).decode_utf8().ok()?;
    let path = Path::new(&*path);
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    is_inside.then(|| folder.join(path))
}

fn opened(path: &Path) -> Option<File> {
    let file = File::open(path).ok()?;
    file.metadata().is_ok_and(|about| about.is_file()).then_some(file)
}

fn whole(shared: &Arc<Shared>, file: File) -> io::Result<Response<Body>> {
    let length = file.metadata()?.len();
    let mut response = Response::new(body(Arc::clone(shared), file));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

/// Reads where it is asked: what lies in the system's memory is there at once.
fn body(shared: Arc<Shared>, file: File) -> Body {
    let pieces = stream::unfold(file, move |mut file| {
        let mut piece = Vec::new();
        let read = file.by_ref().take(PIECE_BYTES).read_to_end(&mut piece);
        shared.sent(piece.len());
        let next = match read {
            Ok(0) => None,
            Ok(_) => Some((Ok(Frame::data(Bytes::from(piece))), file)),
            Err(error) => Some((Err(error), file)),
        };
        std::future::ready(next)
    });
    StreamBody::new(pieces).boxed_unsync()
}

fn text(status: StatusCode, said: &'static str) -> Response<Body> {
    let mut response =
        Response::new(Full::new(Bytes::from(said)).map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
