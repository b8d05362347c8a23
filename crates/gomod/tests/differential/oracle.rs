//! The Go side: builds `tests/oracle` on the golang.org/x/mod that lies inside the Go distribution, and talks to it.
//!
//! Nothing is downloaded: the copy of x/mod that the go command itself is built from becomes a module of its own in a
//! temporary folder, and the oracle is built against it with every way to the network closed.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::go_vcs;
use crate::question::{Answer, Args, Question};
use crate::seed;

/// The oracle's program, as text, so that the test needs no folder but a temporary one.
const SOURCES: &[(&str, &str)] = &[
    ("main.go", include_str!("../oracle/main.go")),
    ("functions.go", include_str!("../oracle/functions.go")),
    ("modfile.go", include_str!("../oracle/modfile.go")),
    ("files.go", include_str!("../oracle/files.go")),
    ("create.go", include_str!("../oracle/create.go")),
    ("note.go", include_str!("../oracle/note.go")),
    ("tlog.go", include_str!("../oracle/tlog.go")),
    ("client.go", include_str!("../oracle/client.go")),
    ("repository.go", include_str!("../oracle/repository.go")),
];

/// The packages of x/mod that the oracle needs.
const PACKAGES: [&str; 9] = [
    "internal/lazyregexp",
    "modfile",
    "module",
    "semver",
    "sumdb",
    "sumdb/dirhash",
    "sumdb/note",
    "sumdb/tlog",
    "zip",
];

/// Files of these packages that nothing here needs, and that would have a whole HTTP server built.
const LEFT_OUT: [&str; 2] = ["server.go", "test.go"];

const LANGUAGE: &str = "1.24";

/// The go command: `MODKEEP_TEST_GO`, else `go` on the PATH. Without one the test fails rather than pass unseen.
pub(crate) fn go() -> OsString {
    let go = std::env::var_os("MODKEEP_TEST_GO").unwrap_or_else(|| "go".into());
    let found = in_clean_environment(&go).arg("version").stdout(Stdio::null()).status();
    assert!(
        found.is_ok_and(|status| status.success()),
        "this test compares with Go, and {} does not run: use `cargo xtask test`, which installs a Go, \
         or name one in MODKEEP_TEST_GO",
        go.display()
    );
    go
}

/// What a program of ours may see of the environment: where programs, the user and temporary files are. Anything else, such
/// as a GOPRIVATE of the user, could change an answer.
const ENVIRONMENT: [&str; 3] = ["PATH", "HOME", "TMPDIR"];

fn in_clean_environment(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command
}

/// A go command without network, user settings or workspace, which keeps what it builds beside our own build.
pub(crate) fn go_command(home: &Path) -> Command {
    let mut command = in_clean_environment(go());
    command
        .env("GOENV", "off")
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("GOSUMDB", "off")
        .env("GOWORK", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GO111MODULE", "on")
        .env("CGO_ENABLED", "0")
        .env("GOPATH", home.join("gopath"))
        .env("GOMODCACHE", home.join("gopath/pkg/mod"))
        .env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-build"));
    command
}

/// A running oracle. It ends when its input closes, which dropping it does.
pub(crate) struct Oracle {
    _build: Arc<Build>,
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// How many batches it was given.
    batches: usize,
}

impl Oracle {
    pub(crate) fn start() -> Self {
        let build = Build::shared();
        let mut child = in_clean_environment(build.program())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the oracle that was just built starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { _build: build, child, input, output, batches: 0 }
    }

    /// Asks a batch in one line, which the oracle reads whole before it answers: neither side can block the other.
    pub(crate) fn ask(&mut self, batch: &[Question]) -> Vec<Answer> {
        self.batches += 1;
        self.exchange(batch).unwrap_or_else(|failure| {
            let function = batch.first().map_or("nothing", |question| question.function);
            panic!(
                "the oracle failed at {function}, batch {} with {} questions, seed {}: {failure}; its own words are above",
                self.batches,
                batch.len(),
                seed()
            )
        })
    }

    fn exchange(&mut self, batch: &[Question]) -> Result<Vec<Answer>, String> {
        let questions: Vec<_> = batch.iter().map(encode).collect();
        let input = self.input.as_mut().expect("open until dropped");
        let asked = serde_json::to_writer(&mut *input, &questions).map_err(Into::into);
        asked
            .and_then(|()| input.write_all(b"\n"))
            .map_err(|error| format!("it takes no question: {error}"))?;
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(|error| format!("it gives no answer: {error}"))?;
        read_answers(&line, batch.len())
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

fn read_answers(line: &str, count: usize) -> Result<Vec<Answer>, String> {
    let answers: Vec<Value> =
        serde_json::from_str(line).map_err(|error| format!("it answers {line:?}: {error}"))?;
    if answers.len() == count {
        Ok(answers.iter().map(decode).collect())
    } else {
        Err(format!("it gives {} answers", answers.len()))
    }
}

fn encode(question: &Question) -> Value {
    let args: Vec<_> = question.args.0.iter().map(|arg| STANDARD.encode(arg)).collect();
    json!({ "f": question.function, "a": args })
}

fn decode(answer: &Value) -> Answer {
    let part = |name: &str| answer.get(name).cloned().unwrap_or(Value::Null);
    if answer["ok"] == json!(true) { Ok(part("v")) } else { Err(part("e")) }
}

/// The built program, in a folder that goes away with it.
struct Build {
    folder: TempDir,
}

impl Build {
    /// Tests that run at the same time share one build.
    fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Build>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let built = Arc::new(Self::new());
            *shared = Arc::downgrade(&built);
            built
        })
    }

    fn new() -> Self {
        let build =
            Self { folder: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder") };
        let root = build.folder.path();
        lay_x_mod(&root.join("mod"));
        let oracle = root.join("oracle");
        lay_oracle(&oracle);
        go_vcs::lay(&go_root(root), &oracle.join("vcs"));
        let mut go = go_command(root);
        go.args(["build", "-o"]).arg(build.program()).arg(".").current_dir(&oracle);
        let status = go.status().expect("go was run before");
        assert!(status.success(), "go builds the oracle; its errors are above");
        build
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("oracle.exe")
    }
}

fn lay_oracle(folder: &Path) {
    let module = format!(
        "module oracle\n\ngo {LANGUAGE}\n\nrequire golang.org/x/mod v0.0.0\n\nreplace golang.org/x/mod => ../mod\n"
    );
    fs::create_dir(folder).expect("a fresh folder");
    for (name, text) in SOURCES.iter().copied().chain([("go.mod", module.as_str())]) {
        fs::write(folder.join(name), text).expect("a fresh folder");
    }
}

/// Where the distribution lies.
fn go_root(home: &Path) -> PathBuf {
    let output = go_command(home).args(["env", "GOROOT"]).output().expect("go was run before");
    PathBuf::from(String::from_utf8(output.stdout).expect("GOROOT is UTF-8").trim())
}

/// Makes a module of the x/mod inside the distribution.
fn lay_x_mod(to: &Path) {
    let from = go_root(to).join("src/cmd/vendor/golang.org/x/mod");
    for package in PACKAGES {
        copy_files(&from.join(package), &to.join(package));
    }
    fs::write(to.join("go.mod"), format!("module golang.org/x/mod\n\ngo {LANGUAGE}\n"))
        .expect("a fresh folder");
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a fresh folder");
    let entries =
        fs::read_dir(from).unwrap_or_else(|error| panic!("no x/mod in {}: {error}", from.display()));
    for entry in entries.map(|entry| entry.expect("a readable folder")) {
        if entry.path().is_file() && !LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("a readable file");
        }
    }
}

#[test]
fn a_failure_names_the_function_and_the_batch() {
    let ask = || {
        let mut oracle = Oracle::start();
        let question = |function| Question { function, args: Args::of(["v1.0.0"]) };
        assert!(oracle.ask(&[question("version")])[0].is_ok());
        oracle.ask(&[question("no such function")])
    };
    let message = std::panic::catch_unwind(ask).expect_err("the oracle knows no such function");
    let message = message.downcast_ref::<String>().expect("a message with values");
    assert!(message.contains("failed at no such function, batch 2 with 1 questions"), "{message}");
}
