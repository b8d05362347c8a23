//! Names and trees that want to do harm.

use std::fs;

use source::FailureKind;
use testkit::repo::{GitRepo, Tree};
use vcs::{GitOptions, Need, Remotes, RepoError, Route};

use crate::kit::{Kit, Sample, files, job, unpacked, with_files};

#[tokio::test]
async fn no_revision_is_taken_for_an_option() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    let mark = kit.home.path().join("mark");
    let revisions = [
        format!("--upload-pack=touch {}", mark.display()),
        format!("--output={}", mark.display()),
        "-v1.0.0".into(),
        "v1.0.0\n--all".into(),
        "v1.0.0 --all".into(),
        "v1.0.0:refs/heads/x".into(),
        "HEAD^{/x}".into(),
        "\u{1b}[31m".into(),
        "x".repeat(5000),
    ];
    for revision in revisions {
        let error = asked.stat(&revision, Need::Files, &job()).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert!(!error.message.chars().any(char::is_control), "{error}");
    }
    assert!(!mark.exists());
    assert_eq!(kit.calls("fetch"), 0, "nothing of that is fetched");
}

#[tokio::test]
async fn refs_with_hostile_names_do_no_harm() {
    let kit = Kit::new(with_files());
    let repo = GitRepo::create(|history| {
        let commit = history.commit(&[], &Tree::new().file("go.mod", "module a\n"));
        history.branch("main", commit);
        history.branch("x", commit);
    });
    let hash = repo.git(&["rev-parse", "main"]);
    let mut packed = fs::read_to_string(repo.path().join("packed-refs")).unwrap_or_default();
    for name in ["refs/heads/--upload-pack=touch${IFS}mark", "refs/tags/-v1.0.0", "refs/tags/v1.0.0"] {
        packed.extend([hash.trim(), " ", name, "\n"]);
    }
    fs::write(repo.path().join("packed-refs"), packed).unwrap();
    let asked = kit.open(&repo.url());
    let commit = asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    assert_eq!(commit.tags, ["-v1.0.0", "v1.0.0"]);
    asked.merged_tags(&commit.id, "v", &job()).await.unwrap();
    assert!(asked.stat("-v1.0.0", Need::Files, &job()).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn bad_addresses_are_refused() {
    let kit = Kit::new(GitOptions::default());
    let mark = kit.home.path().join("mark");
    for way in [
        format!("--upload-pack=touch {}", mark.display()),
        format!("ext::touch {}", mark.display()),
        format!("ssh://-oProxyCommand=touch%20{}/a", mark.display()),
        format!("file://{}", kit.home.path().display()),
        "http://example.com/a".into(),
    ] {
        let remotes = Remotes { url: "https://example.com/a".into(), ways: vec![Route::vouched(way)] };
        assert_eq!(kit.cache.open(&remotes).unwrap_err().kind, FailureKind::Refused);
    }
    assert!(!mark.exists());
}

#[tokio::test]
async fn hooks_filters_and_configuration_of_the_machine_have_no_effect() {
    let kit = Kit::new(with_files());
    let mark = kit.home.path().join("mark");
    let config = format!(
        "[filter \"evil\"]\n\tsmudge = touch {0}; echo changed\n\trequired = true\n[core]\n\tattributesFile = {1}\n\
         \tautocrlf = true\n\tfsmonitor = touch {0}\n",
        mark.display(),
        kit.home.path().join("attributes").display(),
    );
    fs::write(kit.home.path().join(".gitconfig"), config).unwrap();
    fs::write(kit.home.path().join("attributes"), "* eol=crlf text\n").unwrap();
    let repo = GitRepo::create(|history| {
        let tree = Tree::new().file(".gitattributes", "f filter=evil\n").file("f", "as it is\n");
        let commit = history.commit(&[], &tree);
        history.branch("main", commit);
    });
    let asked = kit.open(&repo.url());
    let commit = asked.stat("main", Need::Files, &job()).await.unwrap().id;
    let files = files(asked.archive(&commit, "", &job()).await.unwrap()).await;
    assert_eq!(files[1], ("f".to_owned(), "as it is\n".to_owned()));
    assert!(!mark.exists());
}

#[tokio::test]
async fn a_tree_that_grows_without_end_is_refused() {
    let kit = Kit::new(GitOptions { tree_entries_max: 1000, ..with_files() });
    let repo = GitRepo::create(|history| {
        let commit = history.commit(&[], &Tree::new().file("f", "x"));
        history.branch("main", commit);
    });
    // Each level holds ten times the one below it: a billion files in ten objects.
    let mut entry = format!("100644 blob {}\tf", repo.git(&["rev-parse", "main:f"]).trim());
    for _ in 0..9 {
        let listing: Vec<_> = (0..10).map(|at| entry.replace('\t', &format!("\t{at}"))).collect();
        let tree = with_input(&repo, &["mktree"], &format!("{}\n", listing.join("\n")));
        entry = format!("040000 tree {tree}\td");
    }
    let tree = entry.split([' ', '\t']).nth(2).unwrap();
    let commit = repo.git(&["-c", "user.name=x", "-c", "user.email=x", "commit-tree", "-m", "bomb", tree]);
    repo.git(&["update-ref", "refs/heads/bomb", commit.trim()]);
    let asked = kit.open(&repo.url());
    let commit = asked.stat("bomb", Need::Files, &job()).await.unwrap().id;
    assert_eq!(asked.tree(&commit, "", &job()).await.unwrap_err().kind, FailureKind::Refused);
    assert_eq!(asked.archive(&commit, "", &job()).await.unwrap_err().kind, FailureKind::Refused);
    assert_eq!(kit.calls("archive"), 0);
}

fn with_input(repo: &GitRepo, args: &[&str], input: &str) -> String {
    use std::io::Write as _;
    let mut command = testkit::repo::git_command();
    command.arg("--git-dir").arg(repo.path()).args(args);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_path_that_git_never_writes_is_refused_and_costs_nothing_else() {
    let kit = Kit::new(with_files());
    let repo = GitRepo::create(|history| {
        let bad = history.commit(&[], &Tree::new().file("a/.git/config", "x"));
        history.branch("bad", bad);
        let good = history.commit(&[], &Tree::new().file("go.mod", "module a\n"));
        history.branch("main", good);
    });
    let asked = kit.open(&repo.url());
    let good = asked.stat("main", Need::Files, &job()).await.unwrap().id;
    let bad = asked.stat("bad", Need::Files, &job()).await.unwrap().id;
    let fetched = kit.calls("fetch");
    let error = unpacked(asked.archive(&bad, "", &job()).await.unwrap()).await.unwrap_err();
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<RepoError>()).unwrap();
    assert_eq!(inner.kind, FailureKind::Refused, "{inner}");
    assert_eq!(files(asked.archive(&good, "", &job()).await.unwrap()).await.len(), 1);
    assert_eq!(kit.calls("fetch"), fetched, "what is kept is not thrown away for that");
}

#[tokio::test]
async fn names_that_are_not_utf8_are_told_apart() {
    let kit = Kit::new(with_files());
    let repo = GitRepo::create(|history| {
        let commit =
            history.commit(&[], &Tree::new().file(b"\xfe.go", "x").file(b"\xff.go", "x").file("a", "x"));
        history.branch("main", commit);
    });
    let asked = kit.open(&repo.url());
    let commit = asked.stat("main", Need::Files, &job()).await.unwrap().id;
    let tree = asked.tree(&commit, "", &job()).await.unwrap();
    assert_eq!(tree[0].path, "a");
    assert_ne!(tree[1].path, tree[2].path);
}
