use super::*;

/// A repository with one of everything.
fn sample() -> (GitRepo, Vec<Object>) {
    let mut objects = Vec::new();
    let repo = GitRepo::create(|history| {
        let tree = Tree::new().file("a b", "x").executable("run", "").symlink("link", "../out");
        let first = history.commit(&[], &tree.submodule("sub", &"ab".repeat(20)).file(b"q\"\n\xff", "odd"));
        let side = history.commit(&[], &Tree::new());
        let merge = history.change(&[first, side], &Tree::new().delete("run"));
        history.branch("main", merge);
        history.branch("-x", first);
        history.tag("v1.0.0", first);
        let tag = history.annotated("v1.1.0", merge);
        history.annotated("v1.2.0", tag);
        history.reference("refs/pull/1/head", side);
        objects = vec![first, side, merge];
    });
    (repo, objects)
}

#[test]
fn everything_is_as_it_was_described() {
    let (repo, objects) = sample();
    let tree = repo.git(&["ls-tree", "-z", "v1.0.0"]);
    let kinds: Vec<&str> = tree.split('\0').filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(kinds, ["100644", "120000", "100644", "100755", "160000", ""]);
    assert_eq!(repo.git(&["show", "v1.0.0:link"]), "../out");
    assert_eq!(repo.git(&["ls-tree", "--name-only", "main"]).lines().count(), 4, "without `run`");
    assert_eq!(repo.git(&["rev-list", "--count", "main"]), "3\n");
    assert_eq!(repo.git(&["rev-parse", "v1.2.0^{commit}"]).trim(), repo.hash(objects[2]));
    let refs = repo.git(&["for-each-ref", "--format=%(refname)"]);
    let expected =
        "refs/heads/-x refs/heads/main refs/pull/1/head refs/tags/v1.0.0 refs/tags/v1.1.0 refs/tags/v1.2.0";
    assert_eq!(refs.split_whitespace().collect::<Vec<_>>().join(" "), expected);
    repo.git(&["fsck", "--strict", "--no-dangling"]);
}

#[test]
fn hashes_and_times_are_the_same_everywhere() {
    let (repo, objects) = sample();
    assert_eq!(repo.stamp(objects[2]), "20240101000200-68fb2ef31c72");
}

#[test]
fn branches_and_tags_move_and_go() {
    let (mut repo, objects) = sample();
    repo.update(|history| {
        history.branch("main", objects[0]);
        history.tag("v1.0.0", objects[1]);
        history.delete("refs/tags/v1.1.0");
        let later = history.commit(&[objects[2]], &Tree::new().file("later", ""));
        history.branch("later", later);
    });
    assert_eq!(repo.git(&["rev-parse", "main"]).trim(), repo.hash(objects[0]));
    assert_eq!(repo.git(&["rev-parse", "v1.0.0"]).trim(), repo.hash(objects[1]));
    assert_eq!(repo.git(&["tag", "--list"]), "v1.0.0\nv1.2.0\n");
    assert_eq!(repo.git(&["rev-list", "--count", "later"]), "4\n");
}

#[test]
fn names_may_be_of_sha256() {
    let folder = TempDir::new().expect("a folder");
    let repo = GitRepo::create_sha256_at(folder.path().join("r"), |history| {
        let commit = history.commit(&[], &Tree::new().file("a", "a"));
        history.branch("main", commit);
    });
    assert_eq!(repo.git(&["rev-parse", "HEAD"]).trim().len(), 64);
}

#[test]
fn head_names_a_branch_or_a_commit() {
    let (repo, objects) = sample();
    assert_eq!(repo.git(&["symbolic-ref", "HEAD"]), "refs/heads/main\n");
    repo.detach_head(objects[1]);
    assert_eq!(repo.git(&["rev-parse", "HEAD"]).trim(), repo.hash(objects[1]));
}

#[test]
#[should_panic(expected = "git fast-import")]
fn a_word_that_git_dislikes_stops_the_test() {
    GitRepo::create(|history| {
        let commit = history.commit(&[], &Tree::new());
        history.branch("a..b", commit);
    });
}
