//! Trees and archives.

use testkit::repo::{SvnChange, SvnRepo};
use vcs::{EntryKind, Need, Repo};

use crate::kit::{Kit, files, job, sample, trunk, with_files};

async fn listed(asked: &dyn Repo, revision: &str, dir: &str) -> Vec<String> {
    let id = asked.stat(revision, Need::Files, &job()).await.unwrap().id;
    let tree = asked.tree(&id, dir, &job()).await.unwrap();
    assert!(tree.iter().all(|entry| entry.kind == EntryKind::File));
    tree.into_iter().map(|entry| entry.path).collect()
}

#[tokio::test]
async fn the_tree_and_the_archive_agree() {
    let kit = Kit::new(with_files());
    let long = format!("{}/{}.go", "d".repeat(120), "f".repeat(120));
    let repo = SvnRepo::create(|history| {
        let change = SvnChange::new().folder("a").folder("a-b").folder(&"d".repeat(120)).file("a/z.go", "1");
        let change =
            change.file("a-b/z.go", "2").file("a.go", "3").file("é b@1&<x>.go", "4").file(&long, "5");
        history.commit(&change);
    });
    let asked = kit.open(&repo.url());
    let names = listed(&*asked, "latest", "").await;
    assert_eq!(names, ["a-b/z.go", "a.go", "a/z.go", &*long, "é b@1&<x>.go"]);
    let id = asked.stat("latest", Need::Files, &job()).await.unwrap().id;
    let archive = files(asked.archive(&id, "", &job()).await.unwrap()).await;
    let contents = names.into_iter().zip(["2", "3", "1", "5", "4"].map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(archive, contents);
    assert_eq!(kit.left(), [""; 0], "nothing is kept");
}

#[tokio::test]
async fn folders_are_those_of_the_revision() {
    let (repo, kit) = (sample(), Kit::new(with_files()));
    let asked = kit.open(&trunk(&repo));
    let of = async |revision: &str, dir: &str| {
        let id = asked.stat(revision, Need::Files, &job()).await.unwrap().id;
        files(asked.archive(&id, dir, &job()).await.unwrap()).await
    };
    let file = |text: &str| vec![("a.go".to_owned(), text.to_owned())];
    assert_eq!(of("2", "sub").await, file("package a // 0\n"));
    assert_eq!(of("3", "sub").await, file("package a // 1\n"));
    assert_eq!(of("1", "").await, []);
    assert_eq!(listed(&*asked, "3", "sub").await, ["a.go"]);
    let id = asked.stat("1", Need::Files, &job()).await.unwrap().id;
    for dir in ["sub", "none", "..", "/", "sub/"] {
        assert!(asked.tree(&id, dir, &job()).await.expect_err(dir).is_not_found(), "{dir}");
        assert!(asked.archive(&id, dir, &job()).await.expect_err(dir).is_not_found(), "{dir}");
    }
    let id = asked.stat("3", Need::Files, &job()).await.unwrap().id;
    for file in ["go.mod", "sub/a.go"] {
        assert!(asked.tree(&id, file, &job()).await.expect_err(file).is_not_found(), "{file}");
        assert!(asked.archive(&id, file, &job()).await.expect_err(file).is_not_found(), "{file}");
    }
}

#[tokio::test]
async fn a_folder_that_is_gone_today_is_there_in_its_revision() {
    let (repo, kit) = (
        SvnRepo::create(|history| {
            history.commit(&SvnChange::new().folder("trunk").file("trunk/go.mod", "module a\n"));
            history.commit(&SvnChange::new().delete("trunk"));
        }),
        Kit::new(with_files()),
    );
    let asked = kit.open(&trunk(&repo));
    assert_eq!(listed(&*asked, "1", "").await, ["go.mod"]);
    let id = asked.stat("1", Need::Files, &job()).await.unwrap().id;
    assert_eq!(files(asked.archive(&id, "", &job()).await.unwrap()).await.len(), 1);
    assert!(asked.stat("latest", Need::Files, &job()).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn ends_of_lines_and_keywords_are_as_go_asks_for_them() {
    let kit = Kit::new(with_files());
    let repo = SvnRepo::create(|history| {
        let keywords = [("svn:keywords", "Revision")];
        let change = SvnChange::new().file_with("k.go", "// $Revision$\n", &keywords);
        let change = change.file_with("native.go", "a\nb\n", &[("svn:eol-style", "native")]);
        history.commit(&change.file_with("crlf.go", "a\r\nb\r\n", &[("svn:eol-style", "CRLF")]));
    });
    let asked = kit.open(&repo.url());
    let id = asked.stat("latest", Need::Files, &job()).await.unwrap().id;
    let contents =
        files(asked.archive(&id, "", &job()).await.unwrap()).await.into_iter().map(|(_, text)| text);
    assert_eq!(contents.collect::<Vec<_>>(), ["a\r\nb\r\n", "// $Revision$\n", "a\nb\n"]);
    let file = asked.read_file(&id, "k.go", 100, &job()).await.unwrap();
    assert_eq!(&file[..], b"// $Revision: 1 $\n");
}
