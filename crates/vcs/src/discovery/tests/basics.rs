//! What go's rules say, against honest hosts.

use gomod::repository::{GoVcs, Vcs};
use source::upstream::Netrc;
use testkit::upstream::Request;

use super::*;

#[tokio::test]
async fn the_page_of_a_path_leads_to_its_repository() {
    let mut world = World::new();
    let host = world.host("a.test");
    serve(&host, "x", 404, &tag("a.test/x git https://b.test/x"));
    let root = world.locate("a.test/x").await.unwrap();
    assert_eq!(told(&root), "a.test/x git https://b.test/x ");
    let Located::Repository(root) = root else { panic!("a repository") };
    assert_eq!(
        root.ways,
        [Route { url: "https://b.test/x".to_owned(), is_vouched: false, is_private: false }]
    );
    assert!(!root.is_private && !root.is_insecure);
    assert_eq!(host.requests().len(), 1);
}

#[tokio::test]
async fn a_bare_host_is_asked_for_its_root() {
    let mut world = World::new();
    let host = world.host("a.test");
    serve(&host, "", 200, &tag("a.test hg https://b.test/x"));
    assert_eq!(told(&world.locate("a.test").await.unwrap()), "a.test hg https://b.test/x ");
}

#[tokio::test]
async fn folders_and_proxies_are_told() {
    let mut world = World::new();
    let host = world.host("a.test");
    serve(&host, "x", 200, &tag("a.test/x git https://b.test/x inner/dir"));
    serve(&host, "y", 200, &(tag("a.test/y git https://b.test/y") + &tag("a.test/y mod https://proxy.test")));
    assert_eq!(told(&world.locate("a.test/x").await.unwrap()), "a.test/x git https://b.test/x inner/dir");
    assert_eq!(told(&world.locate("a.test/y").await.unwrap()), "a.test/y mod https://proxy.test");
}

#[tokio::test]
async fn modules_of_one_repository_ask_its_page_once() {
    let mut world = World::new();
    let host = world.host("a.test");
    for path in ["x", "x/one", "x/two"] {
        serve(&host, path, 200, &tag("a.test/x git https://b.test/x"));
    }
    let gate = host.hold("/x");
    let discovery = Arc::new(world.discovery());
    let mut asked = tokio::task::JoinSet::new();
    for path in ["a.test/x", "a.test/x/one", "a.test/x/one", "a.test/x/two"] {
        let discovery = discovery.clone();
        asked.spawn(async move { locate(&discovery, path).await.unwrap() });
    }
    gate.arrived(1).await;
    gate.release();
    for root in asked.join_all().await {
        assert_eq!(told(&root), "a.test/x git https://b.test/x ");
    }
    assert_eq!(["/x", "/x/one", "/x/two"].map(|path| host.count(path)), [1, 1, 1]);
}

#[tokio::test]
async fn a_host_that_says_no_is_told_apart_from_one_that_says_nothing() {
    let mut world = World::new();
    let host = world.host("a.test");
    for (path, status) in [("gone", 404), ("shut", 403), ("broken", 503), ("empty", 200)] {
        serve(&host, path, status, "<html></html>");
    }
    serve(&host, "torn", 200, "<a");
    for (path, kind, message) in [
        ("gone", FailureKind::NotFound, "reading https://a.test/gone?go-get=1: 404 Not Found"),
        ("shut", FailureKind::Refused, "reading https://a.test/shut?go-get=1: 403 Forbidden"),
        ("broken", FailureKind::Unavailable, "reading https://a.test/broken?go-get=1: 503"),
        ("empty", FailureKind::NotFound, "parse https://a.test/empty?go-get=1: no go-import meta tags ()"),
        ("torn", FailureKind::NotFound, "XML syntax error on line 1: unexpected EOF"),
    ] {
        let (told, text) = world.refusal(&format!("a.test/{path}")).await;
        assert_eq!(told, kind, "{text}");
        assert!(text.starts_with(&format!("unrecognized import path \"a.test/{path}\": ")), "{text}");
        assert!(text.contains(message), "{text}");
    }
    assert_eq!(host.count("/shut"), 2, "a no counts when it is repeated");
}

#[tokio::test]
async fn paths_that_go_knows_ask_nobody() {
    let world = World::new();
    let root = world.locate("github.com/a/b/v2").await.unwrap();
    assert_eq!(told(&root), "github.com/a/b git https://github.com/a/b ");
    for (path, message) in [
        ("github.com/a", "invalid github.com import path \"github.com/a\""),
        ("github.com/a/b.git", "invalid version control suffix in github.com/ path"),
        ("example.net/a", "no modules at example.net"),
    ] {
        assert_eq!(world.refusal(path).await, (FailureKind::NotFound, message.to_owned()));
    }
}

#[tokio::test]
async fn a_path_with_a_suffix_is_had_by_the_scheme_that_works() {
    let mut world = World::new();
    let host = world.host("a.test");
    host.on(|request: &Request| (request.path == "/x/info/refs").then(|| Reply::text(401, "who?").into()));
    assert_eq!(told(&world.locate("a.test/x.git/sub").await.unwrap()), "a.test/x.git git https://a.test/x ");
    assert_eq!(host.requests()[0].raw_path, "/x/info/refs?service=git-upload-pack");
    let none = (FailureKind::NotFound, "no secure protocol found for repository".to_owned());
    assert_eq!(world.refusal("a.test/y.git").await, none);
    world.options.ssh_available = true;
    assert_eq!(told(&world.locate("a.test/y.git").await.unwrap()), "a.test/y.git git git+ssh://a.test/y ");
    let hg = world.refusal("a.test/y.svn").await;
    assert_eq!(hg.1, "GOVCS disallows using svn for public a.test/y.svn; see 'go help vcs'");
}

#[tokio::test]
async fn the_operators_table_is_asked_first() {
    let mut world = World::new();
    let rule = |prefix: &str, url: &str| RepositoryRule {
        prefix: prefix.to_owned(),
        vcs: Vcs::Subversion,
        url: url.to_owned(),
        subdir: "go".to_owned(),
    };
    world.options.repositories = vec![
        rule("github.com/a", "file:///a"),
        rule("github.com/a/b", "svn://10.0.0.1/b"),
        rule("a.test", "x:"),
    ];
    let root = world.locate("github.com/a/b/c").await.unwrap();
    assert_eq!(told(&root), "github.com/a/b/c svn svn://10.0.0.1/b go/c");
    let Located::Repository(root) = root else { panic!("a repository") };
    assert_eq!(root.ways, [Route::vouched("svn://10.0.0.1/b")]);
    let discovery = world.discovery();
    assert!(discovery.check_reach(&root.ways[0], &job(Duration::from_secs(1))).await.is_ok());
    for (path, expected) in [
        ("github.com/a", "github.com/a svn file:///a go"),
        ("github.com/a/v2", "github.com/a svn file:///a go"),
        ("github.com/a/x/y/v2", "github.com/a/x/y svn file:///a go/x/y"),
    ] {
        assert_eq!(told(&world.locate(path).await.unwrap()), expected);
    }
    assert_eq!(
        told(&world.locate("github.com/ab/x").await.unwrap()),
        "github.com/ab/x git https://github.com/ab/x "
    );
}

#[tokio::test]
async fn govcs_is_about_the_prefix_of_the_tag() {
    let mut world = World::new();
    let host = world.host("a.test");
    serve(&host, "x", 200, &tag("a.test/x svn https://b.test/x"));
    let (kind, text) = world.refusal("a.test/x").await;
    assert_eq!(kind, FailureKind::NotFound);
    assert!(text.ends_with("GOVCS disallows using svn for public a.test/x; see 'go help vcs'"), "{text}");
    world.options.govcs = GoVcs::parse("a.test:svn").unwrap();
    assert!(world.locate("a.test/x").await.is_ok());
    world.options.govcs = GoVcs::default();
    assert!(world.private("a.test").locate("a.test/x").await.is_ok());
}

#[tokio::test]
async fn credentials_are_sent_to_the_host_they_are_for() {
    let mut world = World::new();
    let host = world.host("a.test");
    serve(&host, "x", 200, &tag("a.test/x git https://b.test/x"));
    world.options.netrc = Netrc::parse("machine a.test login me password pw");
    world.locate("a.test/x").await.unwrap();
    assert_eq!(host.requests()[0].header("authorization"), Some("Basic bWU6cHc="));
}

#[tokio::test]
async fn plain_http_and_any_certificate_need_goinsecure() {
    let mut world = World::new();
    let plain = world.plain_host("plain.test");
    serve(&plain, "x", 200, &tag("plain.test/x git http://b.test/x"));
    let stranger = FakeUpstream::builder().tls().start();
    world.options.hosts.insert("stranger.test".to_owned(), stranger.address());
    serve(&stranger, "x", 200, &tag("stranger.test/x git https://b.test/x"));
    for path in ["plain.test/x", "stranger.test/x"] {
        assert_eq!(world.refusal(path).await.0, FailureKind::Unavailable, "{path}");
    }
    assert_eq!(plain.count("") + stranger.count(""), 0);
    let world = world.insecure("plain.test,stranger.test");
    assert_eq!(told(&world.locate("plain.test/x").await.unwrap()), "plain.test/x git http://b.test/x ");
    let root = world.locate("stranger.test/x").await.unwrap();
    assert!(matches!(root, Located::Repository(Root { is_insecure: true, .. })), "{root:?}");
}

#[tokio::test]
async fn nothing_learnt_without_a_certificate_is_told_to_those_who_want_one() {
    let mut world = World::new();
    let stranger = FakeUpstream::builder().tls().start();
    world.options.hosts.insert("a.test".to_owned(), stranger.address());
    for path in ["x/loose", "x/strict", "x"] {
        serve(&stranger, path, 200, &tag("a.test/x git https://b.test/x"));
    }
    let discovery = world.insecure("a.test/x/loose").discovery();
    assert!(locate(&discovery, "a.test/x/loose").await.is_ok());
    assert_eq!(locate(&discovery, "a.test/x/strict").await.unwrap_err().kind, FailureKind::Unavailable);
}
