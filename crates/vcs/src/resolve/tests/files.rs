//! go.mod and the folder of a version: protocol.md D1 to D3, C11, C13, C16.

use super::*;

#[tokio::test]
async fn a_missing_go_mod_is_made_up_only_where_it_may_be_missing() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[]);
    repo.head(at);
    repo.tag_all(&["v1.0.0", "v2.0.0", "sub/v1.0.0"], at);
    let repo = Arc::new(repo);
    for (path, version, expected) in [
        (ROOT, "v1.0.0", "module a.example/m\n"),
        (ROOT, "v2.0.0+incompatible", "module a.example/m\n"),
        ("gopkg.in/m.v2", "v2.0.0", "module gopkg.in/m.v2\n"),
        (
            "a.example/m/sub",
            "v1.0.0",
            "a.example/m/sub@v1.0.0: invalid version: missing a.example/m/sub/go.mod at revision sub/v1.0.0",
        ),
        (
            "a.example/m/v2",
            "v2.0.0",
            "a.example/m/v2@v2.0.0: invalid version: missing a.example/m/go.mod and .../v2/go.mod at revision v2.0.0",
        ),
    ] {
        let asked = Asked { module: module(path, &repo), repo: Arc::clone(&repo) };
        assert_eq!(asked.go_mod(version).await, expected, "{path}");
    }
}

#[tokio::test]
async fn files_lie_in_the_folder_that_has_the_go_mod() {
    let mut repo = FakeRepo::new();
    let v2 = "module a.example/m/sub/v2\n";
    let in_folder = repo.commit(&[], &[("sub/go.mod", "module a.example/m/sub\n"), ("sub/v2/go.mod", v2)]);
    let in_place = repo.commit(&[in_folder], &[("sub/go.mod", v2)]);
    repo.head(in_place);
    repo.tag("sub/v2.0.0", in_folder);
    repo.tag("sub/v2.1.0", in_place);
    let asked = ask("a.example/m/sub/v2", repo);
    for (text, dir) in [("v2.0.0", "sub/v2"), ("v2.1.0", "sub")] {
        let files = asked.module.files(&version(text), &job()).await.unwrap();
        assert_eq!((files.dir.as_str(), files.go_mod.as_deref()), (dir, Some(v2.as_bytes())), "{text}");
        assert_eq!(asked.repo.take_asked()[0], format!("stat sub/{text} with files"));
    }
}

#[tokio::test]
async fn a_made_up_go_mod_is_no_file() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[]);
    repo.tag("v1.0.0", at);
    let hash = repo.hash(at).to_owned();
    let files = ask(ROOT, repo).module.files(&version("v1.0.0"), &job()).await.unwrap();
    assert_eq!((files.commit.as_str(), files.dir.as_str(), files.go_mod), (hash.as_str(), "", None));
}

#[tokio::test]
async fn a_subdir_of_go_import_is_where_folder_and_tags_are() {
    let mut repo = FakeRepo::new();
    let at = repo.commit(&[], &[("inner/dir/go.mod", "module b.example/vanity\n")]);
    repo.tag("inner/dir/v1.2.3", at);
    let path = ModulePath::parse("b.example/vanity").unwrap();
    let vanity = Module::new(path.clone(), "b.example/vanity", "inner/dir", Arc::new(repo)).unwrap();
    let listing = vanity.versions(&job()).await.unwrap();
    assert_eq!(listing.versions, [version("v1.2.3")]);
    assert_eq!(vanity.files(&version("v1.2.3"), &job()).await.unwrap().dir, "inner/dir");
    let outside = Module::new(path, "b.example/vanity", "../up", Arc::new(FakeRepo::new()));
    assert!(outside.unwrap_err().is_not_found());
}
