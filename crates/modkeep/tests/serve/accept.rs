//! `modkeep store accept` beside a running server: what it records, what it moves away, and what it refuses.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::{FakeUpstream, Module};

use crate::node::{BINARY, Node, command, get};

const PATH: &str = "example.com/Big";
const OTHER: &str = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

fn module() -> Module {
    Module::new(PATH, "v1.0.0").file("go.mod", format!("module {PATH}\n")).file("a.go", "package m\n")
}

/// `modkeep store accept …` on this folder: exit code, stdout, stderr.
fn accept(data: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = assert_cmd::Command::new(BINARY);
    command.env("GOENV", "off").args(["store", "accept"]).args(args);
    let output = command.args(["--data", data.to_str().unwrap()]).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The same version with other content.
fn retagged() -> Module {
    Module::new(PATH, "v1.0.0")
        .file("go.mod", format!("module {PATH}\n\ngo 1.20\n"))
        .file("a.go", "package big // again\n")
}

fn kept(data: &Path, name: &str) -> PathBuf {
    data.join("example.com/!big/@v").join(name)
}

fn record(data: &Path) -> String {
    fs::read_to_string(data.join(".first-seen/example.com/!big/@v/v1.0.0")).unwrap()
}

#[test]
fn what_was_refused_is_fetched_by_the_running_server_once_it_is_accepted() {
    let upstream = FakeUpstream::builder().module(module()).start();
    let data = tempfile::tempdir().unwrap();
    let node = Node::with(command(data.path()).args(["--memory", "0B", "--upstream", &upstream.url()]));
    let ask = |kind: &str| get(&format!("{}{}", node.url(), module().url_path(kind))).0;
    for kind in ["info", "mod", "zip"] {
        assert_eq!(ask(kind), 200, "{kind}");
    }
    upstream.publish(retagged());
    let accepted = [("v1.0.0", "zip", retagged().h1()), ("v1.0.0/go.mod", "mod", retagged().go_mod_h1())];
    for (version, kind, new) in accepted {
        let file = kept(data.path(), &format!("v1.0.0.{kind}"));
        let (code, out, err) = accept(data.path(), &[PATH, version, &new]);
        assert_eq!(code, 0, "{err}");
        assert!(out.starts_with(&format!("accepted {PATH} {version} {new}\nin the place of h1:")), "{out}");
        assert!(out.contains(data.path().join(".damaged").to_str().unwrap()) && !file.exists(), "{out}");
        let asked = upstream.count(&format!(".{kind}"));
        assert_eq!(ask(kind), 200, "{kind}");
        assert_eq!(upstream.count(&format!(".{kind}")), asked + 1, "it is fetched again");
    }
    let (_, out, _) = accept(data.path(), &[PATH, "v1.0.0", &retagged().h1()]);
    assert!(
        kept(data.path(), "v1.0.0.zip").exists() && !out.contains("moved"),
        "it is the accepted one: {out}"
    );
    upstream.publish(module());
    std::fs::remove_file(kept(data.path(), "v1.0.0.zip")).unwrap();
    assert_eq!(ask("zip"), 502, "the old content is refused now");
    assert!(node.stop().success());
}

#[test]
fn it_tells_what_was_on_record_and_keeps_the_story() {
    let data = tempfile::tempdir().unwrap();
    let own = module().h1();
    assert_eq!(accept(data.path(), &[PATH, "v1.0.0", &own]).0, 0);
    let (code, out, _) = accept(data.path(), &[PATH, "v1.0.0", OTHER]);
    assert!(code == 0 && out.contains(&format!("\nin the place of {own}, accepted 2")), "{out}");
    assert!(out.ends_with(" by operator\n"), "{out}");
    let (_, out, _) = accept(data.path(), &[PATH, "v1.0.0", OTHER]);
    assert!(out.contains("it was on record already"), "{out}");
    let story = record(data.path());
    assert_eq!(story.lines().count(), 3, "{story}");
    assert!(story.lines().all(|line| line.ends_with(" \"operator\"")), "{story}");

    fs::write(
        data.path().join(".first-seen/example.com/!big/@v/v1.0.0"),
        story.replace("accepted", "excepted"),
    )
    .unwrap();
    let (code, out, _) = accept(data.path(), &[PATH, "v1.0.0", &own]);
    assert!(code == 0 && out.contains("in the place of a record that is damaged"), "{out}");
}

#[test]
fn what_cannot_be_is_told_with_what_to_do_and_records_nothing() {
    let data = tempfile::tempdir().unwrap();
    for line in [[PATH, "main", OTHER], [PATH, "v1.0.0", "h1:x"], ["Big", "v1.0.0", OTHER]] {
        let (code, _, err) = accept(data.path(), &line);
        assert!(code == 64 && err.contains("help: give the three fields of a line of go.sum"), "{err}");
    }
    assert_eq!(accept(data.path(), &[PATH, "v1.0.0"]).0, 64);
    assert!(!data.path().join(".first-seen").exists());
    let (code, _, err) = accept(&data.path().join("none"), &[PATH, "v1.0.0", OTHER]);
    assert!(code == 69 && err.contains("--data"), "{err}");
    fs::write(data.path().join(".first-seen"), "").unwrap();
    let (code, out, err) = accept(data.path(), &[PATH, "v1.0.0", OTHER]);
    assert!(code == 69 && out.is_empty(), "{out}");
    assert!(err.contains("the hash is not accepted") && err.contains(".first-seen"), "{err}");
}
