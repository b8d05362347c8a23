//! Names and repositories that want to do harm.

use std::fs;

use source::FailureKind;
use testkit::repo::HgRepo;
use vcs::{HgOptions, Need, Remotes, Route, TreeEntry};

use crate::kit::{Kit, Sample, files, job, with_files};

#[tokio::test]
async fn no_revision_is_taken_for_an_option_or_an_expression() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    let mark = kit.home.path().join("mark");
    let revisions = [
        format!("--config=alias.log=!touch {}", mark.display()),
        format!("--config=hooks.pre-log=touch {}", mark.display()),
        "--debugger".into(),
        "-R/etc".into(),
        "all()".into(),
        "v1.0.0::".into(),
        "v1.0.0 or v1.1.0".into(),
        "file('set:exec()')".into(),
        "default^".into(),
        "v1.0.0\n--all".into(),
        "\u{1b}[31m".into(),
        "x".repeat(5000),
    ];
    asked.refs(&job()).await.unwrap();
    let said = kit.said().len();
    for revision in revisions {
        let error = asked.stat(&revision, Need::Files, &job()).await.expect_err(&revision);
        assert!(error.is_not_found(), "{error}");
        assert!(!error.message.chars().any(char::is_control), "{error}");
    }
    assert!(!mark.exists());
    for word in ["touch", "debugger", "all()", "default^", "-R"] {
        assert!(!kit.said()[said..].contains(word), "{word} got to hg");
    }
}

#[tokio::test]
async fn names_of_a_repository_are_never_read_as_expressions() {
    let kit = Kit::new(with_files());
    let mut repo = HgRepo::create();
    repo.file("go.mod", "module a\n");
    let first = repo.commit();
    for name in ["-v1", "all()", "a or b", "v1.0.0"] {
        repo.hg(&["tag", "--rev", &first, "--", name]);
    }
    let asked = kit.open(&repo.url());
    let commit = asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    assert_eq!(commit.tags, ["-v1", "a", "all()", "b", "or", "v1.0.0"]);
    assert_eq!(asked.stat("all()", Need::Files, &job()).await.unwrap().id.as_str(), first);
    assert!(asked.stat("-v1", Need::Files, &job()).await.unwrap_err().is_not_found());
    asked.merged_tags(&commit.id, "", &job()).await.unwrap();
}

#[tokio::test]
async fn bad_addresses_are_refused() {
    let kit = Kit::new(HgOptions::default());
    let mark = kit.home.path().join("mark");
    for way in [
        format!("--config=hooks.pre-clone=touch {}", mark.display()),
        format!("ssh://-oProxyCommand=touch%20{}/a", mark.display()),
        format!("file://{}", kit.home.path().display()),
        "http://example.com/a".into(),
        "bundle:x".into(),
        "union:a+b".into(),
        "https://example.com/a#--config=x".into(),
        "https://me:secret@example.com/a".into(),
    ] {
        let remotes = Remotes { url: "https://example.com/a".into(), ways: vec![Route::vouched(way)] };
        let error = kit.cache.open(&remotes).unwrap_err();
        assert_eq!(error.kind, FailureKind::Refused, "{error}");
        assert!(!error.message.contains("secret"), "{error}");
    }
    assert!(!mark.exists());
}

#[tokio::test]
async fn hooks_extensions_and_configuration_of_the_machine_have_no_effect() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let mark = kit.home.path().join("mark");
    let config = format!(
        "[hooks]\npre-log = touch {0}\npre-clone = touch {0}\nchangegroup = touch {0}\n\
         [alias]\nlog = !touch {0}\n[encode]\n** = tr a b\n[decode]\n** = tr a b\n[diff]\ngit = True\n",
        mark.display()
    );
    fs::write(kit.home.path().join(".hgrc"), &config).unwrap();
    fs::write(sample.repo.path().join(".hg/hgrc"), &config).unwrap();
    let asked = kit.open(&sample.repo.url());
    let commit = asked.stat("v1.0.0", Need::Files, &job()).await.unwrap().id;
    let hgrc = kit.clone().join(".hg/hgrc");
    fs::write(hgrc, &config).unwrap();
    let files = files(asked.archive(&commit, "", &job()).await.unwrap()).await;
    assert_eq!(files[0].1, "module example.com/a\n");
    asked.stat("tip", Need::Files, &job()).await.unwrap();
    assert!(!mark.exists());
}

/// A commit that its own client would not make: it asks git for a subrepository.
fn with_subrepository(command: &str) -> HgRepo {
    let mut repo = HgRepo::create();
    repo.file("go.mod", "module a\n");
    repo.commit();
    let file = |name: &str, line: &str| format!("--- /dev/null\n+++ b/{name}\n@@ -0,0 +1,1 @@\n+{line}\n");
    let patch = file(".hgsub", &format!("s = [git]ext::{command}"))
        + &file(".hgsubstate", &format!("{} s", "12".repeat(20)));
    let place = repo.path().join("patch");
    fs::write(&place, patch).unwrap();
    repo.hg(&["import", "--bypass", "--message", "x", place.to_str().unwrap()]);
    repo
}

#[tokio::test]
async fn subrepositories_are_not_followed() {
    let kit = Kit::new(with_files());
    let mark = kit.home.path().join("mark");
    let repo = with_subrepository(&format!("touch {}", mark.display()));
    let asked = kit.open(&repo.url());
    let commit = asked.stat("tip", Need::Files, &job()).await.unwrap().id;
    let files = files(asked.archive(&commit, "", &job()).await.unwrap()).await;
    assert_eq!(files.iter().map(|(name, _)| name).collect::<Vec<_>>(), [".hgsub", ".hgsubstate", "go.mod"]);
    assert!(!mark.exists());
}

#[tokio::test]
async fn a_tree_that_grows_without_end_is_refused() {
    let kit = Kit::new(HgOptions { tree_entries_max: 10, ..with_files() });
    let mut repo = HgRepo::create();
    for at in 0..11 {
        repo.file(&format!("f{at}"), "x");
    }
    repo.commit();
    let asked = kit.open(&repo.url());
    let commit = asked.stat("tip", Need::Files, &job()).await.unwrap().id;
    let error = asked.tree(&commit, "", &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
}

#[tokio::test]
async fn names_that_are_not_utf8_stay_names_that_no_zip_may_hold() {
    use std::os::unix::ffi::OsStrExt as _;
    let kit = Kit::new(with_files());
    let mut repo = HgRepo::create();
    let name = std::ffi::OsStr::from_bytes(b"\xff.go");
    fs::write(repo.path().join(name), "x").unwrap();
    repo.file("go.mod", "module a\n");
    repo.commit();
    let asked = kit.open(&repo.url());
    let commit = asked.stat("tip", Need::Files, &job()).await.unwrap().id;
    let tree = asked.tree(&commit, "", &job()).await.unwrap();
    let is_good = |entry: &TreeEntry| gomod::path::check_file_path(&entry.path).is_ok();
    let good = tree.iter().filter(|entry| is_good(entry)).map(|entry| &entry.path);
    assert_eq!((tree.len(), good.collect::<Vec<_>>()), (2, vec![&"go.mod".to_owned()]));
}
