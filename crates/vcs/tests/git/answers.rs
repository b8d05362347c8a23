//! What is told about revisions, refs, history, trees and files.

use source::FailureKind;
use testkit::repo::{GitHttps, GitRepo, Tree};
use vcs::{CommitId, EntryKind, Need};

use crate::kit::{Kit, Sample, job, with_files};

fn local() -> (Sample, Kit) {
    (Sample::new(), Kit::new(with_files()))
}

#[tokio::test]
async fn revisions_are_found_as_go_finds_them() {
    let (sample, kit) = local();
    let repo = kit.open(&sample.repo.url());
    let (full, short) = (sample.hash(1), &sample.hash(1)[..12]);
    let cases = [
        ("v1.0.0", 0, Some("refs/tags/v1.0.0"), Some("v1.0.0")),
        ("v1.2.0", 2, Some("refs/tags/v1.2.0"), Some("v1.2.0")),
        ("main", 2, Some("refs/heads/main"), None),
        ("HEAD", 2, Some("HEAD"), None),
        ("beside", 3, Some("refs/heads/beside"), None),
        (full, 1, Some("refs/tags/v1.1.0"), None),
        (short, 1, Some("refs/tags/v1.1.0"), None),
    ];
    for need in [Need::Description, Need::Files] {
        for (revision, at, reference, tag) in cases {
            let commit = repo.stat(revision, need, &job()).await.unwrap();
            assert_eq!(commit.id.as_str(), sample.hash(at), "{revision}");
            assert_eq!(commit.short, sample.hash(at)[..12]);
            assert_eq!((commit.reference.as_deref(), commit.tag.as_deref()), (reference, tag), "{revision}");
        }
    }
    let newest = repo.stat("HEAD", Need::Files, &job()).await.unwrap();
    assert_eq!(newest.tags, ["sub/v0.1.0", "v1.2.0"]);
    let time: i64 = sample.repo.git(&["log", "-1", "--format=%ct", "main"]).trim().parse().unwrap();
    assert_eq!(newest.time, time);
}

#[tokio::test]
async fn a_hash_in_the_middle_of_history_is_found_and_one_beside_it_is_not() {
    let mut hashes = Vec::new();
    let repo = GitRepo::create(|history| {
        let one = history.commit(&[], &Tree::new().file("a", "1"));
        let two = history.change(&[one], &Tree::new().file("a", "2"));
        let pull = history.change(&[one], &Tree::new().file("a", "3"));
        history.branch("main", two);
        history.reference("refs/pull/1/head", pull);
        hashes = vec![one, pull];
    });
    repo.allow_filter();
    let kit = Kit::new(with_files());
    let asked = kit.open(&repo.url());
    let (middle, pull) = (repo.hash(hashes[0]), repo.hash(hashes[1]));
    for revision in [middle, &middle[..7]] {
        let commit = asked.stat(revision, Need::Files, &job()).await.unwrap();
        assert_eq!((commit.id.as_str(), commit.reference), (middle, None));
    }
    for revision in [pull, &pull[..12], "0123456789ab"] {
        let error = asked.stat(revision, Need::Files, &job()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("unknown revision {revision}"));
        assert!(error.is_not_found());
    }
}

#[tokio::test]
async fn refs_are_peeled_and_follow_the_repository() {
    let (mut sample, kit) = local();
    let repo = kit.open(&sample.repo.url());
    let refs = repo.refs(&job()).await.unwrap();
    let names: Vec<_> = refs.iter().map(|known| known.name.as_str()).collect();
    let expected = [
        "HEAD",
        "refs/heads/beside",
        "refs/heads/main",
        "refs/tags/other",
        "refs/tags/sub/v0.1.0",
        "refs/tags/v1.0.0",
        "refs/tags/v1.1.0",
        "refs/tags/v1.2.0",
    ];
    assert_eq!(names, expected);
    assert_eq!(refs.get("refs/tags/v1.2.0").unwrap().id.as_str(), sample.hash(2));
    repo.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    let other = sample.commits[3];
    sample.repo.update(|history| {
        history.tag("v1.0.0", other);
        history.delete("refs/tags/v1.1.0");
    });
    let moved = repo.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    assert_eq!(moved.id.as_str(), sample.hash(3));
    assert!(repo.stat("v1.1.0", Need::Files, &job()).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn merged_tags_are_those_of_ancestors() {
    let (sample, kit) = local();
    let repo = kit.open(&sample.repo.url());
    let merged = async |at: usize, prefix: &str| {
        let commit = repo.stat(sample.hash(at), Need::Description, &job()).await.unwrap();
        repo.merged_tags(&commit.id, prefix, &job()).await.unwrap()
    };
    assert_eq!(merged(2, "").await, ["sub/v0.1.0", "v1.0.0", "v1.1.0", "v1.2.0"]);
    assert_eq!(merged(1, "v").await, ["v1.0.0", "v1.1.0"]);
    assert_eq!(merged(3, "").await, ["other", "v1.0.0"]);
    assert_eq!(merged(3, "sub/").await, [""; 0]);
    let listed = crate::kit::git_in(
        &kit.folder().join("history.git"),
        &["cat-file", "--batch-all-objects", "--batch-check"],
    );
    assert!(!listed.contains(" blob ") && !listed.contains(" tree "), "only commits and tags: {listed}");
}

#[tokio::test]
async fn a_description_brings_no_files_but_those_that_are_read() {
    let (sample, kit) = local();
    let repo = kit.open(&sample.repo.url());
    let commit = repo.stat("v1.1.0", Need::Description, &job()).await.unwrap().id;
    let objects = || {
        let store = kit.folder().join("sketch.git");
        let listed = crate::kit::git_in(&store, &["cat-file", "--batch-all-objects", "--batch-check"]);
        listed.lines().filter(|line| line.contains(" blob ")).count()
    };
    assert_eq!(objects(), 0);
    let fetched = kit.calls("fetch");
    let file = repo.read_file(&commit, "go.mod", 1000, &job()).await.unwrap();
    assert_eq!(&file[..], b"module example.com/a\n");
    assert_eq!((objects(), kit.calls("fetch")), (1, fetched + 1));
    repo.read_file(&commit, "go.mod", 1000, &job()).await.unwrap();
    let tree = repo.tree(&commit, "", &job()).await.unwrap();
    assert_eq!(tree.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["go.mod", "sub/a.go"]);
    assert_eq!(kit.calls("fetch"), fetched + 1, "nothing of that goes to the network again");
    assert!(!kit.folder().join("whole.git").join("refs/whole").exists());
}

#[tokio::test]
async fn files_are_raw_limited_and_never_followed() {
    let kit = Kit::new(with_files());
    let repo = GitRepo::create(|history| {
        let tree = Tree::new()
            .file(".gitattributes", "* text eol=crlf\n")
            .file("go.mod", "module a\n")
            .file("dir/with space", "x")
            .symlink("link", "go.mod")
            .submodule("module", &"1".repeat(40));
        let commit = history.commit(&[], &tree);
        history.branch("main", commit);
    });
    repo.allow_filter();
    let asked = kit.open(&repo.url());
    for need in [Need::Description, Need::Files] {
        let commit = asked.stat("main", need, &job()).await.unwrap().id;
        let read = async |path: &str, max| asked.read_file(&commit, path, max, &job()).await;
        assert_eq!(&read("go.mod", 9).await.unwrap()[..], b"module a\n");
        assert_eq!(read("go.mod", 8).await.unwrap_err().kind, FailureKind::Refused);
        assert_eq!(&read("link", 100).await.unwrap()[..], b"go.mod");
        assert_eq!(&read("dir/with space", 100).await.unwrap()[..], b"x");
        for missing in [
            "dir",
            "module",
            "none",
            "dir/none",
            "go.mod/x",
            "",
            "../go.mod",
            "./go.mod",
            "/go.mod",
            "a\nb",
            "link/x",
        ] {
            assert!(read(missing, 100).await.unwrap_err().is_not_found(), "{missing:?}");
        }
        let tree = asked.tree(&commit, "", &job()).await.unwrap();
        let kinds: Vec<_> = tree.iter().map(|entry| (entry.path.as_str(), entry.kind)).collect();
        let expected = [
            (".gitattributes", EntryKind::File),
            ("dir/with space", EntryKind::File),
            ("go.mod", EntryKind::File),
            ("link", EntryKind::Symlink),
            ("module", EntryKind::Other),
        ];
        assert_eq!(kinds, expected);
        let below = asked.tree(&commit, "dir", &job()).await.unwrap();
        assert_eq!(below[0].path, "with space");
        for missing in ["none", "go.mod", "module", "-r", "dir/", "."] {
            assert!(asked.tree(&commit, missing, &job()).await.unwrap_err().is_not_found(), "{missing:?}");
        }
    }
}

#[tokio::test]
async fn empty_repositories_and_names_of_other_things() {
    let kit = Kit::new(with_files());
    let empty = GitRepo::create(|_| {});
    let asked = kit.open(&empty.url());
    assert_eq!(asked.refs(&job()).await.unwrap().iter().count(), 0);
    assert!(asked.stat("HEAD", Need::Files, &job()).await.unwrap_err().is_not_found());
    let odd = GitRepo::create(|history| {
        let commit = history.commit(&[], &Tree::new().file("a", "1"));
        history.branch("main", commit);
    });
    odd.git(&["update-ref", "refs/tags/v1.0.0", odd.git(&["rev-parse", "main:a"]).trim()]);
    odd.git(&["update-ref", "refs/tags/v1.1.0", odd.git(&["rev-parse", "main^{tree}"]).trim()]);
    let asked = kit.open(&odd.url());
    for need in [Need::Files, Need::Description] {
        for tag in ["v1.0.0", "v1.1.0"] {
            let error = asked.stat(tag, need, &job()).await.unwrap_err();
            assert!(error.is_not_found(), "{error}");
        }
    }
}

#[tokio::test]
async fn hashes_of_both_lengths() {
    let folder = tempfile::tempdir().unwrap();
    let mut commits = Vec::new();
    let repo = GitRepo::create_sha256_at(folder.path().join("r.git"), |history| {
        let first = history.commit(&[], &Tree::new().file("go.mod", "module a\n"));
        let second = history.change(&[first], &Tree::new().file("b", "2"));
        history.branch("main", second);
        history.tag("v1.0.0", second);
        commits = vec![first, second];
    });
    repo.allow_filter();
    let kit = Kit::new(with_files());
    let asked = kit.open(&repo.url());
    let tag = asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    assert_eq!((tag.id.as_str().len(), tag.short.len()), (64, 12));
    let old = asked.stat(repo.hash(commits[0]), Need::Description, &job()).await.unwrap();
    let file = asked.read_file(&old.id, "go.mod", 100, &job()).await.unwrap();
    assert_eq!(&file[..], b"module a\n");
}

#[tokio::test]
async fn a_commit_is_fetched_again_after_a_start_with_an_empty_cache() {
    let (sample, mut kit) = local();
    let url = sample.repo.url();
    let commit: CommitId = kit.open(&url).stat("v1.1.0", Need::Files, &job()).await.unwrap().id;
    std::fs::remove_dir_all(kit.folder()).unwrap();
    kit.reopen(with_files());
    let file = kit.open(&url).read_file(&commit, "go.mod", 1000, &job()).await.unwrap();
    assert_eq!(&file[..], b"module example.com/a\n");
}

#[tokio::test]
async fn a_server_over_https_answers_the_same() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/ex/a", &sample.repo);
    let kit = Kit::of_server(&server);
    let repo = kit.open(&server.url("/ex/a"));
    let commit = repo.stat("v1.1.0", Need::Files, &job()).await.unwrap();
    assert_eq!(commit.id.as_str(), sample.hash(1));
    assert_eq!(repo.merged_tags(&commit.id, "", &job()).await.unwrap(), ["v1.0.0", "v1.1.0"]);
}
