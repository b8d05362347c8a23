//! What a repository answers.

use gomod::repository::Vcs;
use source::FailureKind;
use testkit::repo::{HgRepo, HgServe};
use vcs::{EntryKind, Need};

use crate::kit::{Kit, Sample, files, job, with_files};

#[tokio::test]
async fn names_lead_to_commits() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    assert_eq!((asked.vcs(), asked.url()), (Vcs::Mercurial, &*sample.repo.url()));
    for (revision, at, tag, reference) in [
        ("v1.0.0", 0, Some("v1.0.0"), Some("v1.0.0")),
        ("v1.1.0", 1, Some("v1.1.0"), Some("v1.1.0")),
        ("mark", 0, Some("mark"), Some("mark")),
        ("beside", 2, None, Some("beside")),
        ("tip", 2, None, Some("tip")),
        (sample.hash(1), 1, None, None),
        (&sample.hash(1)[..12], 1, None, None),
        (&sample.hash(1)[..11], 1, None, Some(&sample.hash(1)[..11])),
    ] {
        let commit = asked.stat(revision, Need::Description, &job()).await.expect(revision);
        assert_eq!(commit.id.as_str(), sample.hash(at), "{revision}");
        assert_eq!(commit.short, sample.hash(at)[..12]);
        assert_eq!((commit.tag.as_deref(), commit.reference.as_deref()), (tag, reference), "{revision}");
    }
    let commit = asked.stat("v1.1.0", Need::Description, &job()).await.unwrap();
    assert_eq!(commit.tags, ["sub/v0.1.0", "v1.1.0"]);
    assert_eq!(commit.time, 1_704_067_200 + 2 * 60);
}

#[tokio::test]
async fn what_is_unknown_is_not_found() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    for revision in ["v9.9.9", "HEAD", &"0".repeat(40), "0", "1", "-1", "null", ".", "abcdefabcdef"] {
        let error = asked.stat(revision, Need::Files, &job()).await.expect_err(revision);
        assert_eq!(error.kind, FailureKind::NotFound, "{revision}: {error}");
        assert_eq!(error.message, format!("unknown revision {revision}"));
    }
}

#[tokio::test]
async fn an_empty_repository_has_nothing() {
    let (repo, kit) = (HgRepo::create(), Kit::new(with_files()));
    let asked = kit.open(&repo.url());
    assert_eq!(asked.refs(&job()).await.unwrap().iter().count(), 0);
    assert!(asked.stat("tip", Need::Files, &job()).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn refs_are_all_that_has_a_name() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let refs = kit.open(&sample.repo.url()).refs(&job()).await.unwrap();
    let tags: Vec<_> = refs.tags().map(|(tag, id)| (tag, id.as_str())).collect();
    let (first, second) = (sample.hash(0), sample.hash(1));
    assert_eq!(tags, [("sub/v0.1.0", second), ("v1.0.0", first), ("v1.1.0", second)]);
    let id = |name: &str| refs.get(name).map(|known| known.id.as_str());
    assert_eq!(id("refs/heads/beside"), Some(sample.hash(2)));
    assert_eq!(id("refs/bookmarks/mark"), Some(first));
    assert_eq!(id("HEAD"), Some(sample.hash(2)));
}

#[tokio::test]
async fn files_are_read_raw() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    let id = asked.stat("v1.1.0", Need::Description, &job()).await.unwrap().id;
    assert_eq!(&asked.read_file(&id, "sub/a.go", 100, &job()).await.unwrap()[..], b"package a // 1\n");
    assert_eq!(&asked.read_file(&id, "sub/link", 100, &job()).await.unwrap()[..], b"a.go");
    let error = asked.read_file(&id, "sub/a.go", 5, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
    for path in ["none.go", "sub", "sub/a.go/x", "", "../x", "/etc/passwd", "set:all()", "sub/*.go"] {
        let error = asked.read_file(&id, path, 100, &job()).await.expect_err(path);
        assert!(error.is_not_found(), "{path}: {error}");
    }
}

#[tokio::test]
async fn the_tree_and_the_archive_agree() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    let id = asked.stat("v1.1.0", Need::Files, &job()).await.unwrap().id;
    let text = |text: &str| text.to_owned();
    let sub = [(text("a.go"), text("package a // 1\n")), (text("link"), text("a.go"))];
    assert_eq!(files(asked.archive(&id, "sub", &job()).await.unwrap()).await, sub);
    for dir in ["", "sub"] {
        let archive = files(asked.archive(&id, dir, &job()).await.unwrap()).await;
        let tree = asked.tree(&id, dir, &job()).await.unwrap();
        let listed: Vec<_> = tree.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(archive.iter().map(|(name, _)| name).collect::<Vec<_>>(), listed, "{dir}");
        let links = tree.iter().filter(|entry| entry.kind == EntryKind::Symlink);
        assert_eq!(links.map(|entry| entry.path.rsplit('/').next()).collect::<Vec<_>>(), [Some("link")]);
    }
    for dir in ["none", "go.mod", "..", "/", "sub/", "*"] {
        let error = asked.tree(&id, dir, &job()).await.expect_err(dir);
        assert!(error.is_not_found(), "{dir}: {error}");
    }
}

#[tokio::test]
async fn tags_of_ancestors_are_merged() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    for (revision, prefix, expected) in [
        ("default", "", &["sub/v0.1.0", "v1.0.0", "v1.1.0"][..]),
        ("default", "v1.", &["v1.0.0", "v1.1.0"]),
        ("v1.0.0", "", &["v1.0.0"]),
        ("beside", "", &["v1.0.0"]),
        ("beside", "sub/", &[]),
    ] {
        let id = asked.stat(revision, Need::Description, &job()).await.unwrap().id;
        assert_eq!(asked.merged_tags(&id, prefix, &job()).await.unwrap(), expected, "{revision} {prefix}");
    }
}

#[tokio::test]
async fn a_real_server_answers_the_same() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let server = HgServe::start(&sample.repo);
    let asked = kit.open(&server.url());
    let id = asked.stat("v1.1.0", Need::Files, &job()).await.unwrap().id;
    assert_eq!(id.as_str(), sample.hash(1));
    let mark = asked.stat("mark", Need::Files, &job()).await.unwrap();
    assert_eq!(mark.id.as_str(), sample.hash(0));
    let names: Vec<_> = files(asked.archive(&id, "", &job()).await.unwrap())
        .await
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, [".hgtags", "go.mod", "sub/a.go", "sub/link"]);
    assert_eq!(kit.calls("clone"), 1);
}
