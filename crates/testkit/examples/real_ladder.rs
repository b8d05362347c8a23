//! Driver of `cargo xtask real-project --ladder`: a published project with hundreds of modules, built by `modkeep go` while more and more
//! is broken.
//!
//! First the first proxy of the list is dead; then there is no network at all and a bundle is left; then nothing but `vendor/`. Go alone is
//! shown to fail where modkeep builds. Everything is verified with the public checksum database.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a driver prints what it saw, and stops when it cannot go on"
)]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use testkit::{Go, GoHome, GoRun};

/// Long enough for hundreds of megabytes over a slow line.
const PATIENCE: Duration = Duration::from_mins(15);

/// The public checksum database, whatever the environment says.
const SUMDB: &str = "sum.golang.org";

/// Where nobody listens: port 1 needs root to open.
const NOBODY: &str = "http://127.0.0.1:1";

/// Runs a command where only loopback is up.
const ISLAND: [&str; 8] =
    ["--user", "--map-root-user", "--net", "--", "/bin/sh", "-c", "ip link set lo up && exec \"$@\"", "sh"];

fn main() {
    let mut args = std::env::args().skip(1);
    let modkeep = PathBuf::from(args.next().expect("first argument: the modkeep binary"));
    let query = args.next().expect("second argument: module@version of a project with a go.sum");
    let field = Field::new(modkeep, &query);
    let dead_first = format!("{NOBODY},{}", upstream());
    field.go(&dead_first, &["build", "-o", "/dev/null", "./..."]).run().failure();
    println!("go alone, first proxy dead: fails");
    Field::told(
        "first proxy dead",
        &field.modkeep(&dead_first, &["go", "build", "-o", "/dev/null", "./..."]),
    );
    let depot = field.home.path().join("depot");
    std::fs::create_dir(&depot).expect("a folder");
    let depot = depot.display().to_string();
    for args in [
        &["bundle", "key", "new", "tester"][..],
        &["bundle", "create", "-o", "b.tar"],
        &["bundle", "push", "b.tar", &depot],
        &["bundle", "pull", &depot],
        &["go", "mod", "vendor"],
        &["vendor", "snapshot"],
    ] {
        Field::told(&args[..2].join(" "), &field.modkeep(&dead_first, args));
    }
    // go does not look into a folder of such a name.
    let (vendor, put_by) = (field.project.join("vendor"), field.project.join("_vendor"));
    std::fs::rename(&vendor, &put_by).expect("a name");
    field.home.clear_module_cache();
    let bundles = format!("--bundles={depot}");
    let build = ["go", &bundles, "--rungs=upstream,git,bundle", "build", "-o", "/dev/null", "./..."];
    Field::told("no network, from the bundle", &field.island(&build));
    std::fs::rename(&put_by, &vendor).expect("a name");
    field.home.clear_module_cache();
    Field::told("static", &field.modkeep("off", &["static", "build", "-o", "/dev/null", "./..."]));
}

/// The list that go would use.
fn upstream() -> String {
    let output = Command::new(Go::find().binary()).args(["env", "GOPROXY"]).env("GOENV", "off").output();
    String::from_utf8(output.expect("go runs").stdout).expect("a list is a text").trim().to_owned()
}

/// A user, and the project.
struct Field {
    modkeep: PathBuf,
    home: GoHome,
    project: PathBuf,
}

impl Field {
    /// Has the project downloaded, and its module cache emptied again.
    fn new(modkeep: PathBuf, query: &str) -> Self {
        let home = GoHome::fresh();
        let field = Self { modkeep, project: home.project("main"), home };
        field.go(&upstream(), &["mod", "download", query]).run().success();
        let status = Command::new("cp")
            .args(["-r", "--no-preserve=mode"])
            .args([field.home.module_cache().join(query).join("."), field.project.clone()])
            .status();
        assert!(status.is_ok_and(|status| status.success()), "the project is copied");
        field.home.clear_module_cache();
        field
    }

    fn go(&self, proxy: &str, args: &[&str]) -> GoRun {
        let run = GoRun::in_home(&self.home).proxy(proxy).sumdb(SUMDB).dir(&self.project).deadline(PATIENCE);
        let through = |name: &str| std::env::var_os(name).unwrap_or_default();
        let run = run.env("HTTPS_PROXY", through("HTTPS_PROXY")).env("HTTP_PROXY", through("HTTP_PROXY"));
        run.args(args.iter().copied())
    }

    fn modkeep(&self, proxy: &str, args: &[&str]) -> GoRun {
        self.go(proxy, &[]).under(&self.modkeep, args.iter().copied())
    }

    /// modkeep where there is no network.
    fn island(&self, args: &[&str]) -> GoRun {
        let own = [self.modkeep.clone().into_os_string()];
        let words = ISLAND.iter().map(OsString::from).chain(own).chain(args.iter().map(OsString::from));
        self.go(&upstream(), &[]).under(Path::new("/usr/bin/unshare"), words)
    }

    fn told(what: &str, run: &GoRun) {
        let output = run.run().success();
        let said =
            output.stderr.lines().filter(|line| line.starts_with("modkeep: ") || line.starts_with("held: "));
        println!("{what}: {:.1} s", output.elapsed.as_secs_f64());
        said.for_each(|line| println!("  {line}"));
    }
}
