//! Driver of `cargo xtask real-project`: a published project with hundreds of modules, through the shipped `modkeep serve`.
//!
//! Cold from the upstreams that go itself would use; then with an empty module cache and no upstream; then from the data
//! folder with the server off. Each time the same zips, byte for byte, and with the upstreams gone the program builds. Server
//! and go verify everything with the public checksum database: go has no go.sum. Go itself reaches nothing but loopback; only
//! modkeep asks upstreams and database.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a driver prints what it saw, and stops when it cannot go on"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use testkit::{GoHome, GoRun, ServerCommand, ServerProcess};

/// Long enough for hundreds of megabytes over a slow line.
const PATIENCE: Duration = Duration::from_mins(15);

/// The public checksum database, whatever the environment says.
const SUMDB: &str = "sum.golang.org";

fn main() {
    let mut args = std::env::args().skip(1);
    let binary = PathBuf::from(args.next().expect("first argument: the modkeep binary"));
    let query = args.next().expect("second argument: module@version of a project with a go.sum");
    let data = tempfile::tempdir().expect("a temporary folder");

    let server = serve(&binary, data.path(), &[]);
    println!("{}", server.stdout());
    let cold = pull("cold, from the upstreams", &proxy(&server), &query, &[]);
    drop(server);

    let server = serve(&binary, data.path(), &["--upstream", "off"]);
    let warm = pull("again, with no upstream", &proxy(&server), &query, &["build", "-mod=mod", "./..."]);
    drop(server);
    assert_eq!(cold, warm, "the zips differ");

    let files = pull("again, with no server", &format!("file://{}", data.path().display()), &query, &[]);
    assert_eq!(cold, files, "the zips differ");
    println!("{} zips, the same bytes each time", cold.len());
}

fn serve(binary: &Path, data: &Path, more: &[&str]) -> ServerProcess {
    let command = ServerCommand::new(binary).args(["serve", "--listen", "127.0.0.1:0", "--log", "error"]);
    let command = command.env("GOSUMDB", SUMDB);
    let server = command.args(["--data".as_ref(), data.as_os_str()]).args(more).start("listens on http://{}");
    server.wait_for_line("use it with: {}");
    server
}

fn proxy(server: &ServerProcess) -> String {
    format!("http://{}", server.captures()[0])
}

/// Downloads the project and all that it needs into an empty module cache, and runs one more go command in it. Returns
/// the hashes of the zips.
fn pull(what: &str, proxy: &str, query: &str, then: &[&str]) -> BTreeMap<String, String> {
    let home = GoHome::fresh();
    let go = |folder: &Path, args: &[&str]| {
        let run = GoRun::in_home(&home).proxy(proxy).sumdb(SUMDB).dir(folder).deadline(PATIENCE);
        run.args(args.iter().copied()).run().success().elapsed.as_secs_f64()
    };
    let elsewhere = home.project("elsewhere");
    go(&elsewhere, &["mod", "download", query]);
    let project = unpacked(&home, query);
    std::fs::remove_file(project.join("go.sum")).expect("the project is writable");
    let download = go(&project, &["mod", "download", "all"]);
    let zips = home.module_cache_zips();
    println!("{what}: {} zips in {download:.1} s", zips.len());
    if !then.is_empty() {
        println!("{what}: go {} in {:.1} s", then.join(" "), go(&project, then));
    }
    zips
}

/// The project's own tree in the module cache, which is writable there (`-modcacherw`).
fn unpacked(home: &GoHome, query: &str) -> PathBuf {
    let folder = home.module_cache().join(query);
    assert!(
        folder.join("go.sum").is_file(),
        "{query} has no go.sum (upper-case paths are not supported here)"
    );
    folder
}
