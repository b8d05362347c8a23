//! `modkeep import` as shipped: what it fills a store with is what the real go then gets from it.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use testkit::upstream::write_file_proxy;
use testkit::{FakeUpstream, GoHome, GoRun, Module, ServerCommand, ServerProcess};

const BINARY: &str = env!("CARGO_BIN_EXE_modkeep");

/// Three modules: one with an upper-case letter, and one whose zip is a file of its own rather than a few bytes in memory.
fn modules() -> Vec<Module> {
    ["example.com/a", "example.com/Big", "example.com/c"]
        .map(|path| {
            let module = Module::new(path, "v1.0.0").file("go.mod", format!("module {path}\n\ngo 1.20\n"));
            let lines: Vec<String> =
                (0..20_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_string()).collect();
            let text = format!("/*\n{}\n*/\n", lines.join("\n"));
            let text = if path.ends_with("Big") { text } else { String::new() };
            module.file("m.go", format!("package m\n{text}"))
        })
        .into()
}

fn upstream() -> FakeUpstream {
    FakeUpstream::builder().modules(modules()).start()
}

/// The go.sum of a project that uses all modules, fetched through `proxy`; and where go kept what it fetched.
fn go_sum(proxy: &str) -> (String, GoHome) {
    let home = GoHome::fresh();
    let project = home.project("main");
    fs::write(project.join("go.mod"), "module example.com/main\n\ngo 1.20\n").unwrap();
    let wanted = modules().into_iter().map(|module| format!("{}@{}", module.path(), module.version()));
    GoRun::in_home(&home).proxy(proxy).dir(&project).args(["get"]).args(wanted).run().success();
    (fs::read_to_string(project.join("go.sum")).unwrap(), home)
}

fn import(data: &Path, args: &[&str]) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(BINARY);
    command.env("GOENV", "off").env("GOSUMDB", "off");
    command.args(["import", "--data", data.to_str().unwrap()]).args(args);
    command
}

/// Runs it, and gives the last line of the output and everything it complained about.
fn ended(command: &mut assert_cmd::Command, code: i32) -> (String, String) {
    let assert = command.assert();
    let output = assert.get_output();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

fn serve(data: &Path) -> (ServerProcess, String) {
    let args = ["serve", "--listen", "127.0.0.1:0", "--upstream", "off", "--data", data.to_str().unwrap()];
    let process = ServerCommand::new(BINARY).args(args).start("listens on http://{}");
    let url = format!("http://{}", process.captures()[0]);
    (process, url)
}

/// Imports into a fresh folder, and lets the real go fetch everything from there with no upstream.
#[track_caller]
fn imports_all(args: &[&str], expected: &str) {
    let data = tempfile::tempdir().unwrap();
    let (told, complaints) = ended(&mut import(data.path(), args), 0);
    assert!(told.starts_with("imported 9 files"), "{told}{complaints}");
    let (server, url) = serve(data.path());
    assert_eq!(go_sum(&url).0, expected);
    drop(server);
    let (told, _) = ended(&mut import(data.path(), args), 0);
    assert!(told.starts_with("imported 0 files") && told.contains("9 were kept already"), "{told}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_module_cache_is_imported_and_served_without_any_upstream() {
    let upstream = upstream();
    let (expected, home) = go_sum(&upstream.url());
    let cache = home.module_cache();
    imports_all(&[text(&cache)], &expected);
    imports_all(&[text(&cache.join("cache/download"))], &expected);
}

#[test]
fn a_file_tree_is_imported_by_path_and_by_url() {
    let (expected, _home) = go_sum(&upstream().url());
    let tree = tempfile::tempdir().unwrap();
    write_file_proxy(modules(), tree.path());
    // What may change is not counted below.
    for module in fs::read_dir(tree.path().join("example.com")).unwrap() {
        fs::remove_file(module.unwrap().path().join("@latest")).unwrap();
    }
    imports_all(&[text(tree.path())], &expected);
    imports_all(&[&format!("file://{}", text(tree.path()))], &expected);
}

#[test]
fn an_athens_store_is_imported() {
    let (expected, _home) = go_sum(&upstream().url());
    let store = tempfile::tempdir().unwrap();
    for module in modules() {
        let folder = store.path().join(module.path()).join(module.version());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("go.mod"), module.mod_file()).unwrap();
        fs::write(folder.join("source.zip"), module.zip()).unwrap();
        fs::write(folder.join(format!("{}.info", module.version())), module.info()).unwrap();
    }
    imports_all(&[text(store.path())], &expected);
}

#[test]
fn a_running_proxy_is_imported_by_a_go_sum_and_by_a_list() {
    let upstream = upstream();
    let (expected, home) = go_sum(&upstream.url());
    let list = home.path().join("list");
    fs::write(&list, &expected).unwrap();
    imports_all(&[&upstream.url(), "--modules", text(&list)], &expected);
    fs::write(&list, "example.com/a@all\nexample.com/Big v1.0.0\nexample.com/c@v1.0.0\n").unwrap();
    imports_all(&[&upstream.url(), "--modules", text(&list)], &expected);
}

#[test]
fn a_zip_that_is_damaged_is_named_and_the_rest_is_imported() {
    let tree = tempfile::tempdir().unwrap();
    write_file_proxy(modules(), tree.path());
    let zip = tree.path().join("example.com/!big/@v/v1.0.0.zip");
    let mut bytes = fs::read(&zip).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&zip, bytes).unwrap();
    let data = tempfile::tempdir().unwrap();
    let (told, complaints) = ended(&mut import(data.path(), &[text(tree.path())]), 1);
    assert!(told.contains("1 failed"), "{told}");
    assert!(complaints.contains("failed: example.com/Big@v1.0.0.zip: "), "{complaints}");
    let kept = |name: &str| data.path().join("example.com").join(name).exists();
    assert!(
        !kept("!big/@v/v1.0.0.zip")
            && kept("!big/@v/v1.0.0.mod")
            && kept("a/@v/v1.0.0.zip")
            && kept("c/@v/v1.0.0.zip")
    );
}

#[test]
fn a_module_cache_whose_zip_is_not_the_one_that_go_hashed_is_not_believed() {
    let (_, home) = go_sum(&upstream().url());
    let cached = |name: &str| home.module_cache().join("cache/download/example.com").join(name);
    let other = Module::new("example.com/a", "v1.0.0").file("x.go", "package x\n");
    fs::write(cached("a/@v/v1.0.0.zip"), other.zip()).unwrap();
    fs::remove_file(cached("c/@v/v1.0.0.ziphash")).unwrap();
    let data = tempfile::tempdir().unwrap();
    let (told, complaints) = ended(&mut import(data.path(), &[text(&home.module_cache())]), 1);
    assert!(told.starts_with("imported 7 files") && told.contains("1 left out, 1 failed"), "{told}");
    assert!(complaints.contains("failed: example.com/a@v1.0.0.zip: checksum mismatch"), "{complaints}");
    assert!(complaints.contains("left out: example.com/c@v1.0.0.zip: "), "{complaints}");
}

#[test]
fn what_differs_from_the_hash_in_the_list_is_not_kept() {
    let upstream = upstream();
    let (list, data) = (tempfile::NamedTempFile::new().unwrap(), tempfile::tempdir().unwrap());
    let other = modules()[0].h1();
    fs::write(list.path(), format!("example.com/a v1.0.0 {other}\nexample.com/c v1.0.0 {other}\n")).unwrap();
    let args = [upstream.url(), "--modules".to_owned(), text(list.path()).to_owned()];
    let (told, complaints) = ended(import(data.path(), &[]).args(args), 1);
    assert!(told.starts_with("imported 5 files") && told.contains("1 failed"), "{told}");
    assert!(complaints.contains("failed: example.com/c@v1.0.0.zip: checksum mismatch"), "{complaints}");
    assert!(!data.path().join("example.com/c/@v/v1.0.0.zip").exists());
}

#[test]
fn a_dry_run_looks_at_everything_and_keeps_nothing() {
    let (tree, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_file_proxy(modules(), tree.path());
    fs::write(tree.path().join("example.com/a/@v/v1.0.0.mod"), "<html>").unwrap();
    let (told, complaints) = ended(&mut import(data.path(), &[text(tree.path()), "--dry-run"]), 1);
    assert!(told.starts_with("would have imported "), "{told}");
    assert!(complaints.contains("failed: example.com/a@v1.0.0.mod"), "{complaints}");
    assert!(!data.path().join("example.com").exists());
}

/// A process that is killed when this is dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // SIGKILL; it may have ended already where the test went wrong.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn after_a_kill_the_same_command_goes_on_where_it_was() {
    let upstream = upstream();
    let (list, data) = (tempfile::NamedTempFile::new().unwrap(), tempfile::tempdir().unwrap());
    let lines: Vec<String> =
        modules().iter().map(|module| format!("{}@{}", module.path(), module.version())).collect();
    fs::write(list.path(), lines.join("\n")).unwrap();
    let url = upstream.url();
    let args = [&url, "--modules", text(list.path()), "--jobs", "1"];
    let gate = upstream.hold("*/example.com/c/*.zip");
    let mut command = Command::new(BINARY);
    command.env("GOENV", "off").env("GOSUMDB", "off");
    command.args(["import", "--data", text(data.path())]).args(args);
    let running = Killed(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(gate.arrived(1));
    drop(running);
    gate.release();
    upstream.reset_log();
    let (told, _) = ended(&mut import(data.path(), &args), 0);
    assert!(told.contains("8 were kept already"), "{told}");
    let asked: Vec<String> = upstream.requests().iter().map(|request| request.path.clone()).collect();
    assert_eq!(asked, ["/example.com/c/@v/v1.0.0.zip"]);
}

#[test]
fn what_cannot_be_is_told_with_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let (_server, url) = serve(data.path());
    let tree = tempfile::tempdir().unwrap();
    write_file_proxy(modules(), tree.path());
    let (_, told) = ended(&mut import(data.path(), &[text(tree.path())]), 69);
    assert!(told.contains("another process is using the data folder") && told.contains("help: "), "{told}");
    let (_, told) = ended(&mut import(data.path(), &[&url]), 64);
    assert!(told.contains("--modules"), "{told}");
    let nothing = tempfile::tempdir().unwrap();
    let (_, told) = ended(&mut import(data.path(), &[text(nothing.path())]), 64);
    assert!(told.contains("--from"), "{told}");
    let (_, told) = ended(&mut import(tree.path(), &[text(tree.path())]), 64);
    assert!(told.contains("is the data folder itself"), "{told}");
}
