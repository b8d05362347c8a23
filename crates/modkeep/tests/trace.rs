//! `modkeep trace go`: what a user sees of the requests of a real go command.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop loudly")]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as StatusOfSpan;
use prost::Message as _;
use testkit::{FakeUpstream, GoHome, GoOutput, GoRun, Graph, GraphSpec, Reply};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Where nobody listens: port 1 needs root to open.
const NOBODY: &str = "http://127.0.0.1:1";

/// Where a collector takes spans.
const TRACES: &str = "v1/traces";

/// A project with some modules behind it, and a proxy that has them.
struct Scene {
    home: GoHome,
    project: PathBuf,
    modules: usize,
    upstream: FakeUpstream,
}

impl Scene {
    fn new(modules: usize) -> Self {
        let spec = GraphSpec { modules, depth: 3, fan_out: 2, versions: 1, padding_bytes: 2000, seed: 7 };
        let graph = Graph::generate(spec);
        let upstream = FakeUpstream::builder().modules(graph.modules()).start();
        let home = GoHome::fresh();
        let project = home.project("main");
        graph.write_project(&project);
        Self { home, project, modules: graph.selected().len(), upstream }
    }

    /// `modkeep trace` with these arguments of its own, before `go`.
    fn trace(&self, list: &str, flags: &[&str]) -> GoRun {
        let first = ["trace"].iter().chain(flags).chain(&["go"]).map(OsString::from);
        let run = GoRun::in_home(&self.home).dir(&self.project).proxy(list);
        run.under(Path::new(env!("CARGO_BIN_EXE_modkeep")), first)
            .env("COLUMNS", "140")
            .env("LANG", "C.UTF-8")
    }

    fn list(&self) -> String {
        self.upstream.url()
    }
}

/// The line of stderr that begins with the number of requests.
fn sums(output: &GoOutput) -> &str {
    let sums = output.stderr.lines().find(|line| line.contains("; longest chain: "));
    sums.unwrap_or_else(|| panic!("{output}"))
}

/// The number of requests that a run was told to have made.
fn requests(output: &GoOutput) -> usize {
    sums(output).split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn every_request_has_a_row_with_who_answered_and_when() {
    let scene = Scene::new(6);
    let run = scene.trace(&scene.list(), &[]).args(["mod", "download"]).run().success();
    let asked: Vec<String> = scene.upstream.requests().iter().map(|request| request.path.clone()).collect();
    let rows: Vec<&str> = run.stderr.lines().filter(|line| line.contains("  upstream  ")).collect();
    assert_eq!(requests(&run), asked.len(), "{asked:?}\n{run}");
    let (rows, places) = rows.split_at(rows.len() - 1);
    assert_eq!(rows.len(), asked.len(), "{run}");
    assert!(rows.iter().all(|row| row.contains(['█', '░'])), "each has a bar: {run}");
    let zips = rows.iter().filter(|row| row.contains(".zip ")).count();
    assert_eq!(zips, scene.modules, "{run}");
    assert!(places[0].contains(&scene.list()), "{run}");
}

#[test]
fn a_dead_proxy_is_named_with_how_often_it_could_not_help() {
    let scene = Scene::new(3);
    let list = format!("{NOBODY}|{}", scene.list());
    let run = scene.trace(&list, &["--rungs=cache,upstream"]).args(["mod", "download"]).run().success();
    let trouble = run.stderr.lines().find(|line| line.contains("could not help, "));
    let trouble = trouble.unwrap_or_else(|| panic!("{run}"));
    assert!(trouble.contains(&format!("{NOBODY}: ")), "{trouble}");
}

#[test]
fn many_requests_are_folded_by_module() {
    let scene = Scene::new(30);
    let run = scene.trace(&scene.list(), &[]).args(["mod", "download"]).run().success();
    assert!(requests(&run) > 40, "{run}");
    let folded = run.stderr.lines().filter(|line| line.contains("  upstream  ") && line.contains(" (3) "));
    assert_eq!(folded.count(), scene.modules, "each with its .info, .mod and .zip: {run}");
}

#[test]
fn the_exit_code_and_the_blame_are_those_of_modkeep_go() {
    let scene = Scene::new(3);
    let dead = scene.trace(NOBODY, &["--rungs=cache,upstream"]).args(["mod", "download"]).run();
    assert_eq!(dead.status.code(), Some(75), "{dead}");
    assert!(dead.stderr.contains("the infrastructure failed, not the code"), "{dead}");
    assert!(dead.stderr.contains("without an answer that go could use"), "{dead}");
    let code = scene.trace(&scene.list(), &[]).args(["build", "./missing"]).run();
    assert_eq!(code.status.code(), Some(1), "{code}");
}

#[test]
fn what_asks_nothing_says_so() {
    let scene = Scene::new(3);
    let list = scene.list();
    scene.trace(&list, &[]).args(["mod", "download"]).run().success();
    let again = scene.trace(&list, &[]).args(["mod", "download"]).run().success();
    assert!(again.stderr.starts_with("no request, in "), "{again}");
    let local = scene.trace(&list, &[]).args(["env", "GOPROXY"]).run().success();
    assert_eq!(local.stdout.trim(), list);
    assert!(local.stderr.contains("there is nothing to trace"), "{local}");
}

#[test]
fn only_go_is_traced() {
    let scene = Scene::new(3);
    let program = Path::new(env!("CARGO_BIN_EXE_modkeep"));
    let run = GoRun::in_home(&scene.home).under(program, ["trace", "make"]).args(["test"]).run();
    assert_eq!(run.status.code(), Some(64), "{run}");
    assert!(run.stderr.contains("`modkeep trace go build ./...`"), "{run}");
}

#[test]
fn the_page_has_every_request_and_is_one_file() {
    let scene = Scene::new(3);
    let page = scene.home.path().join("trace.html");
    let flag = format!("--html={}", page.display());
    let run = scene.trace(&scene.list(), &[&flag]).args(["mod", "download"]).run().success();
    let html = fs::read_to_string(page).unwrap();
    assert_eq!(html.matches("<rect ").count(), requests(&run), "{html}");
    assert!(html.contains("<h1>go mod download</h1>") && html.contains("default-src 'none'"), "{html}");
    let run = scene.trace(&scene.list(), &["--html=missing/x.html"]).args(["mod", "download"]).run();
    assert_eq!(run.status.code(), Some(1), "{run}");
    assert!(run.stderr.contains("cannot write the page "), "{run}");
}

/// What a real browser makes of the page, after its script has run.
fn shown(home: &GoHome, page: &Path) -> String {
    let profile = format!("--user-data-dir={}", home.path().join("browser").display());
    let address = format!("file://{}", page.display());
    let flags = ["--headless", "--no-sandbox", "--disable-gpu", &profile, "--dump-dom", &address];
    GoRun::in_home(home).under(Path::new("chromium-headless-shell"), flags).run().success().stdout
}

#[test]
fn a_browser_shows_every_request_and_runs_the_script_of_the_page() {
    let scene = Scene::new(3);
    let page = scene.home.path().join("trace.html");
    let flag = format!("--html={}", page.display());
    let run = scene.trace(&scene.list(), &[&flag]).args(["mod", "download"]).run().success();
    let shown = shown(&scene.home, &page);
    let table = shown.split("<table id=\"requests\">").nth(1).unwrap_or_else(|| panic!("{shown}"));
    let rows: Vec<&str> = table.split("</tr>").filter(|row| row.contains("<rect ")).collect();
    assert_eq!(rows.len(), requests(&run), "{shown}");
    assert!(rows.iter().any(|row| row.contains(".zip") && row.contains(&scene.list())), "{shown}");
    assert!(shown.contains("<p id=\"sieve\">"), "the script is let run, and shows the field: {shown}");
}

/// A collector of spans, on a runtime of its own.
struct Collector {
    url: String,
    messages: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    _runtime: Runtime,
}

impl Collector {
    /// Answers every message with this status.
    fn answering(status: u16) -> Self {
        let messages: Arc<Mutex<Vec<ExportTraceServiceRequest>>> = Arc::default();
        let kept = Arc::clone(&messages);
        let take = move |headers: HeaderMap, body: Bytes| async move {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            kept.lock().unwrap().push(ExportTraceServiceRequest::decode(body).unwrap());
            StatusCode::from_u16(status).unwrap()
        };
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route(&format!("/{TRACES}"), post(take));
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { url, messages, _runtime: runtime }
    }

    /// All spans that came.
    fn spans(&self) -> Vec<Span> {
        let messages = self.messages.lock().unwrap();
        let resources = messages.iter().flat_map(|message| &message.resource_spans);
        resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
    }
}

#[test]
fn a_collector_is_sent_a_span_for_each_request_below_that_of_the_command() {
    let (scene, collector) = (Scene::new(3), Collector::answering(200));
    let flags = [&format!("--otlp={}", collector.url), "--rungs=cache,upstream"];
    let list = format!("{NOBODY}|{}", scene.list());
    let run = scene.trace(&list, &flags).args(["mod", "download", "-json=false"]).run().success();
    let spans = collector.spans();
    let (root, others) = spans.split_first().unwrap();
    assert_eq!((root.name.as_str(), root.parent_span_id.len()), ("go mod", 0), "flags may hold secrets");
    let (direct, attempts): (Vec<&Span>, Vec<&Span>) =
        others.iter().partition(|span| span.parent_span_id == root.span_id);
    assert_eq!(direct.len(), requests(&run), "{run}");
    assert!(others.iter().all(|span| span.trace_id == root.trace_id && span.trace_id.len() == 16));
    assert!(direct.iter().all(|span| root.start_time_unix_nano <= span.start_time_unix_nano
        && span.end_time_unix_nano <= root.end_time_unix_nano));
    let failed = attempts.iter().filter_map(|span| Some((span, span.status.as_ref()?)));
    let mut dead = failed.filter(|(span, _)| span.name == NOBODY);
    let (span, status) = dead.next().unwrap_or_else(|| panic!("{attempts:?}"));
    assert!(
        status.code() == StatusOfSpan::Error && status.message.starts_with("unavailable: "),
        "{status:?}"
    );
    assert!(direct.iter().any(|request| request.span_id == span.parent_span_id));
    let place =
        direct.iter().flat_map(|span| &span.attributes).find(|attribute| attribute.key == "modkeep.place");
    let place = place.and_then(|place| place.value.clone()?.value);
    assert_eq!(place, Some(any_value::Value::StringValue(scene.list())));
}

/// What a program of GOAUTH says is sent, as to every other place.
#[test]
fn a_collector_over_https_hears_who_the_user_is() {
    let (scene, collector) = (Scene::new(3), FakeUpstream::builder().tls().start());
    collector.on(|request| {
        let is_known = request.method == "POST" && request.header("x-team") == Some("blue");
        is_known.then(|| Reply::text(200, "").into())
    });
    let file = |name: &str, text: String| {
        let path = scene.home.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let who = file("who", format!("#!/bin/sh\nprintf '{}\\n\\nX-Team: blue\\n\\n'\n", collector.url()));
    let authority = file("ca.pem", collector.ca_pem().to_owned());
    let flags = [format!("--otlp={}", collector.url()), format!("--ca-file={authority}")];
    let run = scene.trace(&scene.list(), &flags.each_ref().map(String::as_str));
    let run = run.env("GOAUTH", format!("/bin/sh {who}")).args(["mod", "download"]).run().success();
    assert!(!run.stderr.contains("warning") && collector.count(TRACES) > 0, "{run}");
}

#[test]
fn a_collector_that_fails_is_a_warning_and_changes_nothing() {
    let (scene, collector) = (Scene::new(3), Collector::answering(503));
    for url in [NOBODY, &collector.url] {
        let flag = format!("--otlp={url}");
        let run = scene.trace(&scene.list(), &[&flag]).args(["mod", "download"]).run().success();
        assert!(run.stderr.contains(&format!("warning: the spans were not sent to {url}/")), "{run}");
        let code = scene.trace(&scene.list(), &[&flag]).args(["build", "./missing"]).run();
        assert_eq!(code.status.code(), Some(1), "{code}");
    }
    let wrong = scene.trace(&scene.list(), &["--otlp=collector:4318"]).args(["mod", "download"]).run();
    assert_eq!(wrong.status.code(), Some(64), "{wrong}");
}
