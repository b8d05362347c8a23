//! From a real repository to a zip.

use gomod::{ModulePath, ModuleVersion};
use source::{FailureKind, Spool};
use testkit::repo::{GitDaemon, GitHttps, GitRepo, Tree, git_command};
use vcs::{Access, GitOptions, Module, Need, RepoError};

use crate::kit::{Kit, job, with_access, with_ca, with_files};

const PATH: &str = "example.com/a";

/// The bytes of the zip of the newest commit, fetched into a cache of its own.
async fn zip(kit: &Kit, url: &str) -> Result<Vec<u8>, RepoError> {
    let repo = kit.open(url);
    let path = ModulePath::parse(PATH).unwrap();
    let module = Module::new(path.clone(), PATH, "", repo.clone())?;
    let revision = gomod::Revision::parse("main").unwrap();
    let info = module.info(&revision, Need::Files, &job()).await?;
    let files = module.files(&info.version, &job()).await?;
    let version = ModuleVersion::new(path, info.version).unwrap();
    let spool = Spool::new(kit.home.path());
    let built = vcs::zip(&*repo, &files, &version, &spool, &job()).await?;
    Ok(source::Body::from(built.body).into_bytes(1 << 20).await.unwrap().to_vec())
}

#[tokio::test]
async fn a_commit_gives_the_same_bytes_however_it_comes() {
    let repo = GitRepo::create(|history| {
        let tree = Tree::new()
            .file("go.mod", format!("module {PATH}\n"))
            .file(".gitattributes", "*.txt text eol=crlf\n*.go ident\n")
            .file("a.go", "package a // $Id$\n")
            .executable("run.sh", "exit\n")
            .file("b.txt", "one\ntwo\n".repeat(20_000));
        let commit = history.commit(&[], &tree);
        history.branch("main", commit);
    });
    let (server, dumb, daemon) = (GitHttps::start(), GitHttps::start(), GitDaemon::start());
    server.serve("/a", &repo);
    dumb.serve_dumb("/a", &repo);
    daemon.serve("/a", &repo);
    let by_git = with_access(Access { extra_protocols: vec!["git".into()], ..Access::default() });
    let ways = [
        (Kit::new(with_files()), repo.url()),
        (Kit::new(with_files()), repo.url()),
        (Kit::new(with_ca(&server)), server.url("/a")),
        (Kit::new(with_ca(&dumb)), dumb.url("/a")),
        (Kit::new(by_git), daemon.url("/a")),
    ];
    let mut zips = Vec::new();
    for (kit, url) in &ways {
        zips.push(zip(kit, url).await.unwrap());
    }
    assert!(zips.iter().all(|zip| *zip == zips[0] && zip.len() > 100));
}

#[tokio::test]
async fn a_file_that_unpacks_to_more_than_a_module_may_have_is_refused() {
    let repo = GitRepo::create(|history| {
        let commit = history.commit(&[], &Tree::new().file("go.mod", format!("module {PATH}\n")));
        history.branch("main", commit);
    });
    // 600 MB of nothing: some hundred kilobytes on the way.
    let bomb = bomb(&repo, 600 << 20);
    repo.git(&["update-ref", "refs/heads/main", &bomb]);
    let kit = Kit::new(GitOptions { repository_bytes_max: 10 << 20, ..with_files() });
    let error = zip(&kit, &repo.url()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
    assert!(error.message.contains("create zip"), "{error}");
}

/// A commit with a file of so many zeros.
fn bomb(repo: &GitRepo, bytes: u64) -> String {
    let path = repo.path().join("zeros");
    std::fs::File::create(&path).unwrap().set_len(bytes).unwrap();
    let git = |args: &[&str]| {
        let output = git_command()
            .arg("--git-dir")
            .arg(repo.path())
            .args(["-c", "core.compression=1", "-c", "core.bigFileThreshold=1m"])
            .args(["-c", "user.name=x", "-c", "user.email=x"])
            .args(args)
            .env("GIT_INDEX_FILE", repo.path().join("bomb-index"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let blob = git(&["hash-object", "-w", "--no-filters", path.to_str().unwrap()]);
    std::fs::remove_file(path).unwrap();
    git(&["read-tree", "main"]);
    git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},zeros.bin")]);
    let tree = git(&["write-tree"]);
    git(&["commit-tree", "-m", "bomb", "-p", "main", &tree])
}
