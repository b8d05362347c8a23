//! One run of `git http-backend`: the request in, the answer out, both while they come.

use std::io;
use std::process::Stdio;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::answer::{Answer, streamed};
use super::state::{Served, State};
use crate::repo::git::isolate;

/// How much is read from git at once.
const PIECE_BYTES: usize = 32 * 1024;

/// Runs it for a request to `rest`, what stands behind the path of the repository.
pub(super) async fn run(
    served: &Served,
    rest: &str,
    request: Request<Incoming>,
    state: Arc<State>,
    number: usize,
) -> io::Result<Response<Answer>> {
    let mut backend = Backend::spawn(command(served, rest, &request))?;
    let (stdin, stdout) = backend.pipes()?;
    tokio::spawn(feed(request.into_body(), stdin, state, number));
    let mut stdout = BufReader::with_capacity(PIECE_BYTES, stdout);
    let (status, headers) = read_head(&mut stdout).await?;
    let mut response = Response::new(streamed(futures_util::stream::try_unfold(
        (stdout, backend),
        async |(mut stdout, backend)| {
            let mut piece = BytesMut::with_capacity(PIECE_BYTES);
            let bytes = stdout.read_buf(&mut piece).await?;
            Ok::<_, io::Error>((bytes > 0).then(|| (piece.freeze(), (stdout, backend))))
        },
    )));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// The variables of CGI (RFC 3875), as far as git reads them.
fn command(served: &Served, rest: &str, request: &Request<Incoming>) -> Command {
    let mut command = std::process::Command::new("git");
    isolate(&mut command);
    let query = if served.is_dumb { "" } else { request.uri().query().unwrap_or_default() };
    command.arg("http-backend").env("GIT_HTTP_EXPORT_ALL", "1").env("GIT_PROJECT_ROOT", &served.folder);
    command
        .env("PATH_INFO", rest)
        .env("QUERY_STRING", query)
        .env("REQUEST_METHOD", request.method().as_str());
    command.env("REMOTE_ADDR", "127.0.0.1");
    let passed = [
        (CONTENT_TYPE, "CONTENT_TYPE"),
        (CONTENT_LENGTH, "CONTENT_LENGTH"),
        (CONTENT_ENCODING, "HTTP_CONTENT_ENCODING"),
        (HeaderName::from_static("git-protocol"), "GIT_PROTOCOL"),
    ];
    for (header, variable) in passed {
        if let Some(value) = request.headers().get(header).and_then(|value| value.to_str().ok()) {
            command.env(variable, value);
        }
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut command = Command::from(command);
    command.process_group(0).kill_on_drop(true);
    command
}

/// The process, killed with all it started when the answer is no longer wanted.
struct Backend {
    child: Child,
}

impl Backend {
    fn spawn(mut command: Command) -> io::Result<Self> {
        Ok(Self { child: command.spawn()? })
    }

    fn pipes(&mut self) -> io::Result<(ChildStdin, ChildStdout)> {
        let pipes = self.child.stdin.take().zip(self.child.stdout.take());
        pipes.ok_or_else(|| io::Error::other("git has no pipes"))
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        // No number means that it was waited for, and then the group may be another one by now.
        let pid = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(pid) = pid {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// Hands the request over; git that reads no further is no error.
async fn feed(mut body: Incoming, mut stdin: ChildStdin, state: Arc<State>, number: usize) {
    while let Some(Ok(frame)) = body.frame().await {
        let piece: Bytes = frame.into_data().unwrap_or_default();
        state.note(number, |request| request.received_bytes += piece.len() as u64);
        if stdin.write_all(&piece).await.is_err() {
            return;
        }
    }
}

/// The lines before the empty one.
async fn read_head(stdout: &mut BufReader<ChildStdout>) -> io::Result<(StatusCode, HeaderMap)> {
    let (mut status, mut headers) = (StatusCode::OK, HeaderMap::new());
    loop {
        let mut line = String::new();
        stdout.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().unwrap_or_default();
            status = code.parse().map_err(io::Error::other)?;
        } else {
            let name: HeaderName = name.parse().map_err(io::Error::other)?;
            headers.insert(name, HeaderValue::from_str(value).map_err(io::Error::other)?);
        }
    }
    Ok((status, headers))
}
