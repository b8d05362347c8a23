//! Archives are what go gets (protocol.md C12).

use testkit::repo::{GitRepo, Tree};
use vcs::Need;

use crate::kit::{Kit, Sample, files, job, with_files};

async fn archived(repo: &GitRepo, dir: &str) -> Vec<(String, String)> {
    let kit = Kit::new(with_files());
    let asked = kit.open(&repo.url());
    let commit = asked.stat("main", Need::Files, &job()).await.unwrap().id;
    files(asked.archive(&commit, dir, &job()).await.unwrap()).await
}

fn owned(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[tokio::test]
async fn conversions_apply_and_exports_do_not() {
    let attributes = "*.crlf text eol=crlf\n*.auto text=auto\nhidden export-ignore\n*.subst export-subst\n*.id ident\n\
                      *.evil filter=evil\n*.utf16 working-tree-encoding=UTF-16LE\n";
    let repo = GitRepo::create(|history| {
        let tree = Tree::new()
            .file(".gitattributes", attributes)
            .file("a.auto", "1\n2\n")
            .file("a.crlf", "1\n2\n")
            .file("a.evil", "kept\n")
            .file("a.id", "$Id$\n")
            .file("a.subst", "$Format:%H$\n")
            .file("a.utf16", "u\n")
            .file("hidden", "seen\n");
        let commit = history.commit(&[], &tree);
        history.branch("main", commit);
    });
    let blob = repo.git(&["rev-parse", "main:a.id"]);
    let id = format!("$Id: {} $\n", blob.trim());
    let expected = [
        (".gitattributes", attributes),
        ("a.auto", "1\n2\n"),
        ("a.crlf", "1\r\n2\r\n"),
        ("a.evil", "kept\n"),
        ("a.id", &id),
        ("a.subst", "$Format:%H$\n"),
        ("a.utf16", "u\0\n\0"),
        ("hidden", "seen\n"),
    ];
    assert_eq!(archived(&repo, "").await, owned(&expected));
}

#[tokio::test]
async fn a_part_has_the_attributes_of_the_root_and_names_of_its_own() {
    let repo = GitRepo::create(|history| {
        let tree = Tree::new()
            .file(".gitattributes", "*.txt eol=crlf\n")
            .file("a/.gitattributes", "*.md eol=crlf\n")
            .file("a/b/deep/x.md", "m\n")
            .file("a/b/x.txt", "t\n")
            .file("a/bc.txt", "other\n")
            .file("ab", "other\n");
        let commit = history.commit(&[], &tree);
        history.branch("main", commit);
    });
    let expected = [("deep/x.md", "m\r\n"), ("x.txt", "t\r\n")];
    assert_eq!(archived(&repo, "a/b").await, owned(&expected));
}

#[tokio::test]
async fn a_missing_part_is_not_found() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    let commit = asked.stat("main", Need::Files, &job()).await.unwrap().id;
    for missing in ["none", "go.mod", "sub/none", "*", ":/", "--output=x", "sub/", ".."] {
        let error = asked.archive(&commit, missing, &job()).await.unwrap_err();
        assert!(error.is_not_found(), "{missing}: {error}");
    }
}

#[tokio::test]
async fn nothing_is_missing_after_a_description() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    for tag in ["v1.0.0", "v1.1.0", "v1.2.0"] {
        let commit = asked.stat(tag, Need::Description, &job()).await.unwrap().id;
        asked.merged_tags(&commit, "", &job()).await.unwrap();
        asked.read_file(&commit, "go.mod", 1000, &job()).await.unwrap();
        let files = files(asked.archive(&commit, "", &job()).await.unwrap()).await;
        assert_eq!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["go.mod", "sub/a.go"]);
    }
}
