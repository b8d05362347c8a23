//! Zips of a repository in memory, compared by the names and the hash that go would find.

use std::time::Duration;

use gomod::dirhash::{hash_zip, hash1};
use gomod::zip::check;
use source::{Body, FailureKind, Symptom};
use tokio::time::Instant;

use super::fake::{Fault, Folder};
use super::*;

fn module() -> ModuleVersion {
    ModuleVersion::parse("example.com/m", "v1.0.0").unwrap()
}

fn job() -> Job {
    Job { deadline: Instant::now() + Duration::from_mins(1), not_before: Instant::now() }
}

async fn build(repo: &Folder, dir: &str, go_mod: Option<&str>) -> Result<Built, RepoError> {
    let folder = tempfile::tempdir().unwrap();
    let go_mod = go_mod.map(|text| Bytes::copy_from_slice(text.as_bytes()));
    let files = ModuleFiles { commit: CommitId::new("5"), dir: dir.to_owned(), go_mod };
    zip(repo, &files, &module(), &Spool::new(folder.path()), &job()).await
}

async fn bytes(built: Built) -> Bytes {
    Body::from(built.body).into_bytes(1 << 30).await.unwrap()
}

/// Builds, and checks that it is what go would take for exactly these files.
async fn assert_built(repo: &Folder, dir: &str, go_mod: Option<&str>, files: &[(&str, &str)]) {
    let built = build(repo, dir, go_mod).await.unwrap();
    let named = files.iter().map(|(path, text)| (format!("{}/{path}", module()), text));
    assert_eq!(built.h1, hash1(named).unwrap(), "{files:?}");
    let (h1, summary) = (built.h1, built.summary);
    let zip = bytes(built).await;
    assert_eq!(check(&module(), &zip[..], zip.len() as u64).unwrap(), summary);
    assert_eq!(hash_zip(&zip[..], zip.len() as u64).unwrap(), h1);
}

#[tokio::test]
async fn the_files_of_the_folder_are_zipped_and_nothing_else() {
    let repo =
        Folder::of(&[("go.mod", "module m\n"), ("a.go", "package m\n"), ("sub/go.mod", ""), ("sub/x", "")])
            .link("linked", "a.go")
            .submodule("third/party")
            .submodule("A.GO");
    assert_built(&repo, "", Some("module m\n"), &[("go.mod", "module m\n"), ("a.go", "package m\n")]).await;
    assert_built(&repo, "sub", Some(""), &[("go.mod", ""), ("x", "")]).await;
    assert_built(&Folder::of(&[("a.go", "x")]), "", None, &[("a.go", "x")]).await;
    assert_built(&Folder::of(&[]), "", None, &[]).await;
}

#[tokio::test]
async fn the_go_mod_that_was_given_chooses_the_vendor_rule() {
    let repo = Folder::of(&[("go.mod", "of the archive"), ("p/vendor/v.go", "x")]);
    let new = Some("module m\ngo 1.24\n");
    assert_built(&repo, "", new, &[("go.mod", "of the archive"), ("p/vendor/v.go", "x")]).await;
    assert_built(&repo, "", Some("module m\ngo 1.23\n"), &[("go.mod", "of the archive")]).await;
}

#[tokio::test]
async fn a_folder_without_a_licence_borrows_that_of_the_root() {
    let root = [("LICENSE", "root"), ("sub/a", "x")];
    assert_built(&Folder::of(&root), "sub", None, &[("LICENSE", "root"), ("a", "x")]).await;
    let own = Folder::of(&root).file("sub/LICENSE", b"own");
    assert_built(&own, "sub", None, &[("LICENSE", "own"), ("a", "x")]).await;
    assert_built(&Folder::of(&root).link("sub/LICENSE", "x"), "sub", None, &[("a", "x")]).await;
    let submodule = Folder::of(&root).submodule("sub/LICENSE");
    assert_built(&submodule, "sub", None, &[("LICENSE", "root"), ("a", "x")]).await;
    let linked = Folder::of(&root[1..]).link("LICENSE", "COPYING");
    assert_built(&linked, "sub", None, &[("LICENSE", "COPYING"), ("a", "x")]).await;
    assert_built(&Folder::of(&root[1..]), "sub", None, &[("a", "x")]).await;
}

#[tokio::test]
async fn a_borrowed_licence_may_fail_the_module() {
    let root = [("LICENSE", "root"), ("sub/license", "x")];
    let error = build(&Folder::of(&root), "sub", None).await.unwrap_err();
    assert!(error.message.starts_with("create zip: "), "{error}");
    let silent = Folder::of(&root).broken(Fault::NoLicense);
    assert_eq!(build(&silent, "sub", None).await.unwrap_err().kind, FailureKind::Unavailable);
    assert!(build(&silent, "", None).await.is_ok(), "the root borrows nothing");
    let large = Folder::of(&root[1..]).file("LICENSE", &vec![b'x'; (16 << 20) + 1]);
    assert_eq!(build(&large, "sub", None).await.unwrap_err().kind, FailureKind::Refused);
}

#[tokio::test]
async fn what_go_cannot_zip_is_said_in_its_words() {
    for (path, words) in [
        ("x\"y", "create zip: x\"y: malformed file path"),
        ("GO.MOD", "create zip: GO.MOD: go.mod files must have lowercase names"),
        ("A", "create zip: \"A\" and \"a\" differ only by case"),
    ] {
        let error = build(&Folder::of(&[("a", ""), (path, "")]), "", None).await.unwrap_err();
        assert_eq!(error.kind, FailureKind::Refused);
        assert!(error.message.starts_with(words), "{error}");
    }
    let large = Folder::default().file("go.mod", &vec![b'x'; (16 << 20) + 1]);
    let error = build(&large, "", None).await.unwrap_err();
    assert!(error.message.starts_with("create zip: go.mod: go.mod file too large"), "{error}");
}

#[tokio::test]
async fn an_archive_that_does_not_fit_the_tree_gives_no_zip() {
    let files = [("a", "x"), ("b", "y"), ("c.txt", "z")];
    for (fault, words) in [
        (Fault::Without("a"), "holds \"b\" where the tree has \"a\""),
        (Fault::Without("c.txt"), "ends before \"c.txt\""),
        (Fault::With("d"), "holds \"d\", which is not in the tree"),
        (Fault::Linked("b"), "\"b\" is not of the same kind"),
        (Fault::Cut(1024 + 512), "cannot be read"),
        (Fault::Cut(1024 + 511), "cannot be read"),
        (Fault::Cut(1024 + 1024), "ends before \"c.txt\""),
        (Fault::Failed, "git has failed"),
    ] {
        let error = build(&Folder::of(&files).broken(fault), "", None).await.unwrap_err();
        assert_eq!(error.kind, FailureKind::Unavailable, "{fault:?}");
        assert!(error.message.contains(words), "{fault:?}: {error}");
    }
    let of_mercurial = Folder::of(&files).broken(Fault::With(".hg_archival.txt"));
    assert_built(&of_mercurial, "", None, &files).await;
}

#[tokio::test]
async fn a_file_that_is_cut_off_gives_no_zip_however_large() {
    let large = Folder::default().file("large", &vec![7; 3 << 20]);
    let error = build(&large.broken(Fault::Cut(1 << 20)), "", None).await.unwrap_err();
    assert!(error.message.contains("the archive ends in the middle of it"), "{error}");
}

#[tokio::test]
async fn a_deadline_that_has_passed_ends_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let files = ModuleFiles { commit: CommitId::new("5"), dir: String::new(), go_mod: None };
    let past = Job { deadline: Instant::now(), ..job() };
    let repo = Folder::of(&[("a", "x")]);
    let error = zip(&repo, &files, &module(), &Spool::new(folder.path()), &past).await.unwrap_err();
    assert_eq!((error.kind, error.symptom), (FailureKind::Unavailable, Symptom::Silent));
}

#[tokio::test]
async fn no_room_for_the_zip_is_no_fault_of_the_module() {
    let files = ModuleFiles { commit: CommitId::new("5"), dir: String::new(), go_mod: None };
    let repo = Folder::default().file("noise", &noise(1 << 20).repeat(40));
    let error = zip(&repo, &files, &module(), &Spool::new("/dev/null/no"), &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unavailable);
    assert!(error.message.contains("cannot be written"), "{error}");
}

/// Bytes that do not compress, the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_le_bytes()[7]
    };
    (0..length).map(|_| next()).collect()
}

/// How many files there are in [`mixed`].
const COUNT: usize = 36;

/// Files of all the sizes that travel in different ways.
fn mixed() -> Folder {
    let sizes = [0, 1, 100, 5_000, 70_000, 300_000, (1 << 20) - 1, 1 << 20, 3 << 20];
    let content: Vec<u8> = noise(3 << 20).iter().map(|byte| byte % 8).collect();
    (0..COUNT).fold(Folder::default(), |folder, index| {
        folder.file(&format!("{:03}", (index * 7) % COUNT), &content[..sizes[index % sizes.len()]])
    })
}

#[tokio::test]
async fn the_same_files_give_the_same_bytes() {
    let first = bytes(build(&mixed(), "", None).await.unwrap()).await;
    let second = bytes(build(&mixed(), "", None).await.unwrap()).await;
    assert!(first == second);
    assert_eq!(check(&module(), &first[..], first.len() as u64).unwrap().files, COUNT as u64);
}
