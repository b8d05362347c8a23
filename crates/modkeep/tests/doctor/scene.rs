//! A user with a project, and places that have what it needs.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use testkit::{Authority, FakeUpstream, GoHome, GoOutput, GoRun, Module, SumDb};

/// The shipped binary.
const BINARY: &str = env!("CARGO_BIN_EXE_modkeep");

/// The module that the project needs.
pub(crate) const DEPENDENCY: &str = "example.com/lib";

/// Where nobody listens: port 1 needs root to open.
pub(crate) const NOBODY: &str = "http://127.0.0.1:1";

/// A user and a project whose locks are all there.
pub(crate) struct Scene {
    pub(crate) home: GoHome,
    pub(crate) project: PathBuf,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let home = GoHome::fresh();
        let project = home.project("main");
        let files = [
            ("go.mod", format!("module example.com/main\n\ngo 1.21\n\nrequire {DEPENDENCY} v1.0.0\n")),
            ("go.sum", dependency("").go_sum_lines()),
            ("main.go", format!("package main\n\nimport _ \"{DEPENDENCY}\"\n\nfunc main() {{}}\n")),
            ("modkeep.lock", ladder::lock::Lock::default().to_string()),
        ];
        for (name, content) in files {
            fs::write(project.join(name), content).unwrap();
        }
        Self { home, project }
    }

    /// `modkeep doctor` in the project.
    pub(crate) fn command(&self, list: &str, args: &[&str]) -> GoRun {
        let first = ["doctor"].iter().chain(args).copied();
        let run = GoRun::in_home(&self.home).dir(&self.project).proxy(list).sumdb("off");
        let run = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"]
            .into_iter()
            .fold(run, |run, name| run.env(name, ""));
        run.under(BINARY.as_ref(), first)
    }

    pub(crate) fn run(&self, list: &str, args: &[&str]) -> GoOutput {
        self.command(list, args).run()
    }

    /// A file with the certificate of this authority.
    pub(crate) fn pem(&self, authority: &Authority) -> String {
        let path = self.home.path().join("authority.pem");
        fs::write(&path, authority.pem()).unwrap();
        path.display().to_string()
    }
}

/// The dependency, with this in its code.
pub(crate) fn dependency(more: &str) -> Module {
    Module::new(DEPENDENCY, "v1.0.0")
        .file("go.mod", format!("module {DEPENDENCY}\n\ngo 1.21\n"))
        .file("lib.go", format!("package lib\n{more}"))
}

/// A proxy that has it.
pub(crate) fn upstream() -> FakeUpstream {
    FakeUpstream::builder().module(dependency("")).start()
}

/// A database with a host of its own, and the value of GOSUMDB that names both.
pub(crate) fn database(module: &Module) -> (FakeUpstream, String) {
    let database = SumDb::new("sum.test/db");
    database.add(module);
    let host = FakeUpstream::builder().start();
    database.host_on(&host, "/db");
    let setting = format!("{} {}/db", database.gosumdb(), host.url());
    (host, setting)
}

/// The exit code.
pub(crate) fn code(output: &GoOutput) -> i32 {
    output.status.code().unwrap()
}

/// The report as JSON.
pub(crate) fn report(output: &GoOutput) -> Value {
    serde_json::from_str(&output.stdout).unwrap()
}

/// The causes at each place.
pub(crate) fn causes(report: &Value) -> Vec<Vec<String>> {
    let of = |place: &Value| words(&place["findings"]);
    report["places"].as_array().unwrap().iter().map(of).collect()
}

/// The causes of findings.
pub(crate) fn words(findings: &Value) -> Vec<String> {
    let word = |finding: &Value| finding["cause"].as_str().unwrap().to_owned();
    findings.as_array().unwrap().iter().map(word).collect()
}
