//! What may not stop a server: a log that nobody reads, an announcement that nobody hears, a file that may not grow.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use testkit::{FakeUpstream, Module, ServerCommand};

use crate::node::{BINARY, Node, get};

/// How long an answer or an end may take on a slow machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// A server whose outputs are not read for it. It is killed when this is dropped.
struct Unheard(Child);

impl Unheard {
    fn start(data: &Path, stdout: Stdio, log: &str) -> Self {
        let data = data.to_str().unwrap();
        let mut command = Command::new(BINARY);
        command.args(["serve", "--listen", "127.0.0.1:0", "--upstream", "off", "--log", log, "--data", data]);
        Self(command.stdout(stdout).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Sends SIGTERM and gives the exit code.
    fn stop(mut self) -> Option<i32> {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code();
            }
            assert!(begun.elapsed() < DEADLINE, "SIGTERM does not end it");
            std::thread::yield_now();
        }
    }
}

impl Drop for Unheard {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The first line that `find` finds something in.
fn line_with(pipe: impl Read, find: impl Fn(&str) -> Option<String>) -> String {
    BufReader::new(pipe).lines().map_while(Result::ok).find_map(|line| find(&line)).unwrap()
}

#[test]
fn a_log_that_nobody_reads_stops_neither_answers_nor_the_end() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Unheard::start(data.path(), Stdio::piped(), "debug");
    let stdout = server.0.stdout.take().unwrap();
    let url = line_with(stdout, |line| Some(line.split_once("listens on ")?.1.to_owned()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // Some 400 bytes of log each: several times what a pipe holds.
    let path = format!("{url}/example.com/{}/@v/list", "a".repeat(200));
    runtime.block_on(async {
        let client = reqwest::Client::builder().timeout(DEADLINE).build().unwrap();
        for _ in 0..800 {
            assert_eq!(client.get(&path).send().await.unwrap().status(), 502);
        }
    });
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn an_announcement_that_nobody_hears_is_a_warning() {
    let data = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut server = Unheard::start(data.path(), writer.into(), "info");
    let address = line_with(server.0.stderr.take().unwrap(), |line| {
        let json: serde_json::Value = serde_json::from_str(line).ok()?;
        let told = json["message"].as_str()?.contains("without an announcement");
        told.then(|| json["address"].as_str().unwrap().to_owned())
    });
    assert_eq!(get(&format!("http://{address}/healthz")).0, 200);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_file_that_may_not_grow_costs_neither_the_answer_nor_the_server() {
    let module = Module::new("example.com/big", "v1.0.0")
        .file("go.mod", "module example.com/big\n")
        .file("noise", noise(1 << 20));
    let upstream = FakeUpstream::builder().module(module.clone()).start();
    let data = tempfile::tempdir().unwrap();
    // 256 KiB for every file of the process.
    let script = "ulimit -f 256; exec \"$0\" \"$@\"";
    let list = upstream.url();
    let arguments =
        ["serve", "--listen", "127.0.0.1:0", "--upstream", &list, "--data", data.path().to_str().unwrap()];
    let command = ServerCommand::new("bash").args(["-c", script, BINARY]).args(arguments);
    let node = Node::with(command);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = format!("{}{}", node.url(), module.url_path("zip"));
    let body = runtime.block_on(async { reqwest::get(url).await.unwrap().bytes().await.unwrap() });
    assert!(body == module.zip(), "{} bytes", body.len());
    assert_eq!(get(&format!("{}/healthz", node.url())).0, 200);
    assert_eq!(node.stop().code(), Some(0));
}

/// Text that does not become smaller in a zip.
fn noise(length: usize) -> String {
    let mut state = 1_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b' ' + (state >> 58) as u8)
    };
    (0..length).map(next).collect()
}
