//! What a repository answers.

use gomod::repository::Vcs;
use source::FailureKind;
use testkit::repo::SvnServe;
use vcs::Need;

use crate::kit::{Kit, files, job, sample, trunk, with_files};

#[tokio::test]
async fn revisions_are_numbers_of_the_folder() {
    let (repo, kit) = (sample(), Kit::new(with_files()));
    let asked = kit.open(&trunk(&repo));
    assert_eq!((asked.vcs(), asked.url(), asked.newest()), (Vcs::Subversion, &*trunk(&repo), "latest"));
    for (revision, number) in
        [("latest", 3), ("HEAD", 3), ("4", 3), ("3", 3), ("2", 2), ("r2", 2), ("000000000002", 2), ("1", 1)]
    {
        let commit = asked.stat(revision, Need::Description, &job()).await.expect(revision);
        assert_eq!(commit.id.as_str(), number.to_string(), "{revision}");
        assert_eq!(commit.short, format!("{number:012}"));
        assert_eq!((commit.time, commit.nanos), (1_704_067_200 + 60 * number, 0));
        assert_eq!((commit.tag, commit.reference.as_deref()), (None, Some(revision)));
    }
}

#[tokio::test]
async fn what_is_unknown_is_not_found() {
    let (repo, kit) = (sample(), Kit::new(with_files()));
    let asked = kit.open(&trunk(&repo));
    for revision in ["v1.0.0", "v9.9.9", "5", "99", "0", "PREV", "abcdef", "{2024-01-01}"] {
        let error = asked.stat(revision, Need::Files, &job()).await.expect_err(revision);
        assert_eq!(error.kind, FailureKind::NotFound, "{revision}: {error}");
        assert_eq!(error.message, format!("unknown revision {revision}"));
    }
    let error = kit.open(&format!("{}/none", repo.url())).stat("latest", Need::Files, &job()).await;
    assert!(error.unwrap_err().is_not_found());
}

#[tokio::test]
async fn only_files_are_tags() {
    let (repo, kit) = (sample(), Kit::new(with_files()));
    let refs = kit.open(&trunk(&repo)).refs(&job()).await.unwrap();
    assert_eq!(refs.iter().map(|known| known.name.as_str()).collect::<Vec<_>>(), ["refs/tags/v9.9.9"]);
    assert_eq!(refs.sum(), None);
    let refs = kit.open(&format!("{}/trunk/sub", repo.url())).refs(&job()).await.unwrap();
    assert_eq!(refs.iter().count(), 0, "there is no folder for them");
}

#[tokio::test]
async fn there_is_no_history_of_tags() {
    let (repo, kit) = (sample(), Kit::new(with_files()));
    let asked = kit.open(&trunk(&repo));
    let commit = asked.stat("latest", Need::Description, &job()).await.unwrap().id;
    assert!(asked.merged_tags(&commit, "", &job()).await.unwrap_err().is_unsupported);
}

#[tokio::test]
async fn files_are_read_at_their_revision() {
    let (repo, kit) = (sample(), Kit::new(with_files()));
    let asked = kit.open(&trunk(&repo));
    for (revision, text) in [("2", "package a // 0\n"), ("3", "package a // 1\n")] {
        let id = asked.stat(revision, Need::Description, &job()).await.unwrap().id;
        assert_eq!(&asked.read_file(&id, "sub/a.go", 100, &job()).await.unwrap()[..], text.as_bytes());
    }
    let id = asked.stat("3", Need::Description, &job()).await.unwrap().id;
    let error = asked.read_file(&id, "sub/a.go", 5, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
    for path in ["none.go", "sub", "sub/a.go/x", "", "../tags/v9.9.9", "sub/../go.mod", "go.mod@2"] {
        let error = asked.read_file(&id, path, 100, &job()).await.expect_err(path);
        assert!(error.is_not_found(), "{path}: {error}");
    }
}

#[tokio::test]
async fn a_real_server_answers_the_same() {
    let (repo, server, kit) = (sample(), SvnServe::start(), Kit::new(with_files()));
    server.serve("/a", &repo);
    let asked = kit.open(&server.url("/a/trunk"));
    let id = asked.stat("latest", Need::Files, &job()).await.unwrap().id;
    assert_eq!(id.as_str(), "3");
    assert_eq!(asked.refs(&job()).await.unwrap().iter().count(), 1);
    let names = files(asked.archive(&id, "", &job()).await.unwrap()).await.into_iter().map(|(name, _)| name);
    assert_eq!(names.collect::<Vec<_>>(), ["go.mod", "sub/a.go"]);
}
