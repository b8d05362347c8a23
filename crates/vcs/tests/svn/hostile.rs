//! Names and repositories that want to do harm.

use std::fs;

use source::FailureKind;
use testkit::repo::{SvnChange, SvnRepo};
use vcs::{Need, Remotes, Route, SvnOptions};

use crate::kit::{Kit, files, job, sample, trunk, with_files};

#[tokio::test]
async fn no_revision_is_taken_for_an_option() {
    let (repo, kit) = (sample(), Kit::new(with_files()));
    let asked = kit.open(&trunk(&repo));
    let revisions = [
        "--config-option=config:tunnels:x=touch".into(),
        "-rHEAD".into(),
        "3 --verbose".into(),
        "3@4".into(),
        "3:4".into(),
        "3\n4".into(),
        "../tags".into(),
        "\u{1b}[31m".into(),
        "1".repeat(5000),
    ];
    for revision in revisions {
        let error = asked.stat(&revision, Need::Files, &job()).await.expect_err(&revision);
        assert!(error.is_not_found(), "{error}");
        assert!(!error.message.chars().any(char::is_control), "{error}");
    }
    assert_eq!(kit.said(), "", "svn hears nothing of that");
}

#[tokio::test]
async fn links_are_refused() {
    let kit = Kit::new(with_files());
    let secret = kit.home.path().join("secret");
    fs::write(&secret, "geheim").unwrap();
    for target in [secret.to_str().unwrap(), "go.mod", "../../../secret", "none", ".", "loop", "/dev/zero"] {
        let repo = SvnRepo::create(|history| {
            let change = SvnChange::new().file("go.mod", "module a\n");
            history.commit(&change.file_with("loop", format!("link {target}"), &[("svn:special", "*")]));
        });
        let asked = kit.open(&repo.url());
        let id = asked.stat("latest", Need::Files, &job()).await.unwrap().id;
        let error = asked.archive(&id, "", &job()).await.expect_err(target);
        assert_eq!(error.kind, FailureKind::Refused, "{error}");
    }
    assert_eq!(kit.left(), [""; 0]);
}

#[tokio::test]
async fn a_file_behind_a_folder_that_is_a_link_is_never_reached() {
    let kit = Kit::new(with_files());
    let outside = kit.home.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("a.go"), "geheim").unwrap();
    let repo = SvnRepo::create(|history| {
        let link = format!("link {}", outside.display());
        history.commit(&SvnChange::new().file_with("sub", link, &[("svn:special", "*")]));
    });
    let asked = kit.open(&repo.url());
    let id = asked.stat("latest", Need::Files, &job()).await.unwrap().id;
    assert!(asked.read_file(&id, "sub/a.go", 100, &job()).await.unwrap_err().is_not_found());
    assert_eq!(asked.archive(&id, "", &job()).await.unwrap_err().kind, FailureKind::Refused);
    assert_eq!(
        fs::read_to_string(outside.join("a.go")).unwrap(),
        "geheim",
        "nothing is written there either"
    );
}

#[tokio::test]
async fn externals_are_not_followed() {
    let (other, kit) = (sample(), Kit::new(with_files()));
    let repo = SvnRepo::create(|history| {
        history.commit(&SvnChange::new().file("go.mod", "module a\n"));
    });
    set_property(&repo, "svn:externals", &format!("{} ext", trunk(&other)));
    let asked = kit.open(&repo.url());
    let id = asked.stat("latest", Need::Files, &job()).await.unwrap().id;
    let files = files(asked.archive(&id, "", &job()).await.unwrap()).await;
    assert_eq!(files.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["go.mod"]);
    assert_eq!(asked.tree(&id, "", &job()).await.unwrap().len(), 1);
}

/// Sets a property of the root by a new revision.
fn set_property(repo: &SvnRepo, name: &str, value: &str) {
    let config = tempfile::tempdir().unwrap();
    let mut svnmucc = std::process::Command::new("svnmucc");
    svnmucc.args(["--non-interactive", "--config-dir"]).arg(config.path());
    svnmucc.args(["--message", "x", "--root-url", &repo.url(), "propset", name, value, ""]);
    let output = svnmucc.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn bad_addresses_are_refused() {
    let kit = Kit::new(SvnOptions::default());
    let mark = kit.home.path().join("mark");
    for way in [
        format!("--config-option=config:tunnels:x=touch {}", mark.display()),
        format!("svn+x://example.com/{}", mark.display()),
        format!("svn+ssh://-oProxyCommand=touch%20{}/a", mark.display()),
        format!("file://{}", kit.home.path().display()),
        "svn://example.com/a".into(),
        "http://example.com/a".into(),
        // The client follows such a server to everywhere: it must be allowed by name.
        "https://example.com/a".into(),
        "svn+ssh://me:secret@example.com/a".into(),
    ] {
        let remotes = Remotes { url: "https://example.com/a".into(), ways: vec![Route::vouched(way)] };
        let error = kit.client.open(&remotes).unwrap_err();
        assert_eq!(error.kind, FailureKind::Refused, "{error}");
        assert!(!error.message.contains("secret"), "{error}");
    }
    assert!(!mark.exists());
}

#[tokio::test]
async fn the_configuration_of_the_machine_has_no_effect() {
    let (repo, kit) = (sample(), Kit::new(with_files()));
    let mark = kit.home.path().join("mark");
    fs::create_dir(kit.home.path().join(".subversion")).unwrap();
    let tunnels = format!("[tunnels]\nssh = touch {}\n", mark.display());
    fs::write(kit.home.path().join(".subversion/config"), tunnels).unwrap();
    kit.program("ssh", "echo 'svn@h: Permission denied (publickey).' >&2; exit 255");
    let asked = kit.open_by("svn+ssh://example.com/x", &["svn+ssh://svn@example.com/x", &trunk(&repo)]);
    asked.stat("latest", Need::Files, &job()).await.unwrap();
    assert!(!mark.exists());
}
