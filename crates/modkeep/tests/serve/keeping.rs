//! The data folder over time: what is verified, removed, and read for damage, and what a disk that takes nothing comes to.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use testkit::module::noise;
use testkit::{FakeUpstream, Module, ServerCommand};

use crate::node::{BINARY, Node, command, get};

const PATH: &str = "example.com/m";

fn module(version: &str) -> Module {
    Module::new(PATH, version).file("go.mod", format!("module {PATH}\n")).file("a.go", "package m\n")
}

fn upstream() -> FakeUpstream {
    FakeUpstream::builder().module(module("v1.0.0")).module(module("v1.1.0")).start()
}

fn status(url: &str) -> u16 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { reqwest::get(url).await.unwrap().status().as_u16() })
}

/// Asks for everything of both versions.
fn fill(node: &Node) {
    for version in ["v1.0.0", "v1.1.0"] {
        for kind in ["info", "mod", "zip"] {
            assert_eq!(status(&format!("{}{}", node.url(), module(version).url_path(kind))), 200);
        }
    }
}

/// `modkeep store …` on this folder: exit code, stdout, stderr.
fn store(data: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = assert_cmd::Command::new(BINARY);
    command.env("GOENV", "off").arg("store").args(args).args(["--data", data.to_str().unwrap()]);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn file(data: &Path, name: &str) -> PathBuf {
    data.join(PATH).join("@v").join(name)
}

fn flip(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    bytes[20] ^= 1;
    fs::write(file, bytes).unwrap();
}

#[test]
fn verify_names_what_is_damaged_and_works_beside_a_server() {
    let (upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    // No scrub, which would heal the damage before it is looked for.
    let off = ["--scrub-rate", "off", "--upstream", &upstream.url()];
    let node = Node::with(command(data.path()).args(off));
    fill(&node);
    let (code, out, err) = store(data.path(), &["verify"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.starts_with("6 files are whole, 0 have no sidecar, 0 are damaged; "), "{out}");
    assert!(err.contains("100 %"), "{err}");

    let zip = file(data.path(), "v1.1.0.zip");
    flip(&zip);
    let (code, out, err) = store(data.path(), &["verify", "example.com/*"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(out.starts_with(&format!("damaged\t{}\t", zip.display())), "{out}");
    assert_eq!(store(data.path(), &["verify", "other.example"]).0, 0, "nothing of it was looked at");
    let (code, _, err) = store(data.path(), &["verify", "--repair"]);
    assert!(code == 69 && err.contains("stop the server"), "{err}");
    assert!(zip.exists());

    assert!(node.stop().success());
    assert_eq!(store(data.path(), &["verify", "--repair"]).0, 1);
    assert!(!zip.exists());
    assert_eq!(store(data.path(), &["verify"]).0, 0);
    assert_eq!(fs::read_to_string(file(data.path(), "list")).unwrap(), "v1.0.0\n");
}

#[test]
fn gc_and_rm_say_what_they_would_do_and_do_it_with_consent_and_without_a_server() {
    let (upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    let node = Node::start(&upstream.url(), data.path());
    fill(&node);
    let (code, out, err) = store(data.path(), &["gc", "--older-than", "0s"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.starts_with(&format!("{PATH}@v1.0.0\t")) && out.contains("\nwould remove 2 versions, "),
        "{out}"
    );
    assert!(err.contains("--yes"), "{err}");
    assert_eq!(store(data.path(), &["gc", "--older-than", "1d"]).1.lines().count(), 1, "nothing is that old");
    assert_eq!(store(data.path(), &["gc"]).0, 64, "without a limit");
    let (code, _, err) = store(data.path(), &["rm", PATH, "--yes"]);
    assert!(code == 69 && err.contains("gc-older-than"), "while a server runs: {err}");
    assert!(node.stop().success());

    let (code, out, _) = store(data.path(), &["rm", "example.com/m@v1.0.*", "--dry-run"]);
    assert!(code == 0 && out.contains("would remove 1 versions"), "{out}");
    assert!(file(data.path(), "v1.0.0.zip").exists());
    let (code, out, _) = store(data.path(), &["rm", "example.com/m@v1.0.*", "--yes"]);
    assert!(code == 0 && out.contains("\nremoved 1 versions"), "{out}");
    assert_eq!(fs::read_to_string(file(data.path(), "list")).unwrap(), "v1.1.0\n");
    let (code, _, err) = store(data.path(), &["rm", "example.com/m@v1.0.0", "--yes"]);
    assert!(code == 1 && err.contains("nothing is kept of example.com/m@v1.0.0"), "{err}");

    assert_eq!(store(data.path(), &["gc", "--older-than", "0s", "--pattern", "other.example", "--yes"]).0, 0);
    assert!(file(data.path(), "v1.1.0.zip").exists());
    assert_eq!(store(data.path(), &["gc", "--max-size", "1B", "--yes"]).0, 0);
    assert!(!data.path().join("example.com").exists(), "no empty folder is left");
    assert_eq!(store(data.path(), &["ls"]).1, "");
}

#[test]
fn a_server_removes_by_itself_what_is_over_its_limits_and_fetches_it_again() {
    let (upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    let list = upstream.url();
    let limits = ["--memory", "0B", "--upstream", &list, "--gc-max-size", "1B", "--gc-interval", "20ms"];
    let mut node = Node::with(command(data.path()).args(limits));
    fill(&node);
    node.process().wait_for_line("{}removed what was over{}");
    fill(&node);
}

#[test]
fn a_server_finds_damage_that_nobody_asks_for_and_heals_it() {
    let (upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    let node = Node::start(&upstream.url(), data.path());
    fill(&node);
    assert!(node.stop().success());
    let zip = file(data.path(), "v1.1.0.zip");
    flip(&zip);
    let mut node = Node::start(&upstream.url(), data.path());
    node.process().wait_for_line("{}a damaged file was fetched again{}");
    assert_eq!(fs::read(&zip).unwrap(), module("v1.1.0").zip());
    assert!(node.stop().success());

    flip(&zip);
    let mut node = Node::start("off", data.path());
    node.process().wait_for_line("{}no place gives it again{}");
    assert!(!zip.exists());
}

/// The binary as a user whom permissions bind: root may write everywhere.
fn as_somebody(folder: &Path) -> ServerCommand {
    let root = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) == 0;
    if !root {
        return ServerCommand::new(BINARY);
    }
    // Where cargo builds, others may have no access.
    let binary = folder.join("modkeep");
    fs::copy(BINARY, &binary).unwrap();
    for path in [folder, &binary] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let somebody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
    ServerCommand::new("setpriv").args(somebody).args([binary])
}

#[test]
fn a_folder_that_cannot_be_written_is_served_and_the_probe_says_so() {
    let (upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    let node = Node::start(&upstream.url(), data.path());
    assert_eq!(status(&format!("{}{}", node.url(), module("v1.0.0").url_path("zip"))), 200);
    assert!(node.stop().success());
    fs::set_permissions(data.path(), fs::Permissions::from_mode(0o555)).unwrap();

    let other = tempfile::tempdir().unwrap();
    let list = upstream.url();
    let arguments =
        ["serve", "--listen", "127.0.0.1:0", "--upstream", &list, "--data", data.path().to_str().unwrap()];
    let node = Node::with(as_somebody(other.path()).env("HOME", "/").args(arguments));
    assert_eq!(status(&format!("{}{}", node.url(), module("v1.0.0").url_path("zip"))), 200);
    assert_eq!(upstream.count(".zip"), 1, "it is kept");
    assert_eq!(status(&format!("{}{}", node.url(), module("v1.1.0").url_path("zip"))), 200);
    let (code, text) = get(&format!("{}/readyz", node.url()));
    assert_eq!(code, 200);
    assert!(text.starts_with("degraded: cannot keep what is fetched: Permission denied"), "{text}");
    assert!(node.stop().success());
    fs::set_permissions(data.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_disk_that_is_full_is_told_and_what_is_fetched_is_served() {
    // More of them than may be in memory at a time for want of a disk: each has to give its place back.
    let all = (2..8).map(|minor| module(&format!("v1.{minor}.0")).file("noise.bin", noise(1 << 20)));
    let all: Vec<_> = all.collect();
    let large = &all[0];
    let upstream = FakeUpstream::builder().modules(all.clone()).start();
    let (data, list) = (tempfile::tempdir().unwrap(), upstream.url());
    let folder = data.path().to_str().unwrap();
    let place = ["serve", "--listen", "127.0.0.1:0", "--upstream", &list, "--data", folder];
    // A limit on the size of files makes every write beyond it fail, as those on a full disk do.
    let script = "ulimit -f 256; exec \"$0\" \"$@\"";
    let node = Node::with(ServerCommand::new("bash").args(["-c", script, BINARY]).args(place));
    for ask in 1..3 {
        assert_eq!(status(&format!("{}{}", node.url(), large.url_path("zip"))), 200);
        assert_eq!(upstream.count(".zip"), ask, "it was not kept");
    }
    for other in &all[1..] {
        assert_eq!(status(&format!("{}{}", node.url(), other.url_path("zip"))), 200);
    }
    assert_eq!(status(&format!("{}{}", node.url(), large.url_path("mod"))), 200, "small ones still fit");
    assert!(file(data.path(), "v1.2.0.mod").exists());
    let (code, text) = get(&format!("{}/readyz", node.url()));
    assert_eq!(code, 200);
    assert!(
        text.starts_with("degraded: cannot keep what is fetched: File too large"),
        "that small ones fit tells of nothing: {text}"
    );
}

#[test]
fn a_disk_that_takes_nothing_is_told_and_so_is_that_it_takes_things_again() {
    let (upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    let node = Node::with(command(data.path()).args(["--memory", "0B", "--upstream", &upstream.url()]));
    let ready = || get(&format!("{}/readyz", node.url()));
    assert_eq!(ready(), (200, "ok\n".to_owned()));
    // Where drafts are written stands a file.
    let drafts = data.path().join(".tmp");
    fs::remove_dir_all(&drafts).unwrap();
    fs::write(&drafts, "").unwrap();
    fill(&node);
    let (code, text) = ready();
    assert!(
        code == 200 && text.starts_with("degraded: cannot keep what is fetched: Not a directory"),
        "{text}"
    );
    fs::remove_file(&drafts).unwrap();
    let begun = Instant::now();
    while ready().1 != "ok\n" {
        assert!(begun.elapsed() < Duration::from_mins(1), "it never says that the disk takes things again");
        std::thread::yield_now();
    }
    fill(&node);
    assert!(file(data.path(), "v1.1.0.zip").exists());
}
