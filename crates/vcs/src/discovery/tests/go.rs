//! The same pages asked by the real go.
//!
//! go reaches the host through a proxy that leads every name to it (spec K5), and may start no git: the URL that it would
//! have used stands in what git says.

use std::net::SocketAddr;

use testkit::GoRun;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// The path of a page, its status, and the contents of its tags.
type Page = (&'static str, u16, &'static [&'static str]);

/// The module path that is asked for, and the pages.
const CASES: &[(&str, &[Page])] = &[
    ("a.test/own", &[("own", 200, &["a.test/own git https://b.test/own"])]),
    ("a.test/status", &[("status", 404, &["a.test/status git https://b.test/status"])]),
    (
        "a.test/up/sub",
        &[
            ("up/sub", 200, &["a.test/up git https://b.test/up"]),
            ("up", 200, &["a.test/up git https://b.test/up"]),
        ],
    ),
    (
        "a.test/lie/sub",
        &[
            ("lie/sub", 200, &["a.test/lie git https://b.test/1"]),
            ("lie", 200, &["a.test/lie git https://b.test/2"]),
        ],
    ),
    ("a.test/alone/sub", &[("alone/sub", 200, &["a.test/alone git https://b.test/1"]), ("alone", 200, &[])]),
    ("a.test/two", &[("two", 200, &["a.test git https://b.test/1", "a.test/two git https://b.test/2"])]),
    ("a.test/none", &[("none", 200, &[])]),
    ("a.test/other", &[("other", 200, &["a.test/else git https://b.test/1"])]),
    ("a.test/gone", &[("gone", 404, &[])]),
    ("a.test/cvs", &[("cvs", 200, &["a.test/cvs cvs https://b.test/1"])]),
    ("a.test/svn", &[("svn", 200, &["a.test/svn svn https://b.test/1"])]),
    ("a.test/file", &[("file", 200, &["a.test/file git file:///x"])]),
    ("a.test/scp", &[("scp", 200, &["a.test/scp git git@b.test:x"])]),
    ("a.test/slash", &[("slash", 200, &["a.test/slash git https://b.test/1 /x"])]),
    ("a.test/dash", &[("dash", 200, &["a.test/dash git https://b.test/1 -x"])]),
    ("a.test/five", &[("five", 200, &["a.test/five git https://b.test/1 x y"])]),
    ("github.com/a", &[]),
    ("github.com/a/b.git", &[]),
];

/// What both must say of a path: where its repository is, or that there is none, in these words.
fn expected(path: &str) -> &'static str {
    match path.rsplit('/').next().unwrap_or_default() {
        "own" => "https://b.test/own",
        "status" => "https://b.test/status",
        "sub" if path.contains("/up/") => "https://b.test/up",
        "sub" if path.contains("/lie/") => "disagree about go-import for a.test/lie",
        "sub" => "fetching a.test/alone: no go-import meta tag found",
        "two" => "multiple meta tags match import path \"a.test/two\"",
        "none" | "five" => "no go-import meta tags ()",
        "other" => "no go-import meta tags (meta tag a.test/else did not match import path a.test/other)",
        "gone" => "reading https://a.test/gone?go-get=1: 404 Not Found",
        "cvs" => "unknown vcs \"cvs\"",
        "svn" => "GOVCS disallows using svn for public a.test/svn",
        "file" => "file scheme disallowed",
        "scp" => "invalid repo root \"",
        "slash" => "invalid subdirectory \"/x\": leading slash",
        "dash" => "invalid subdirectory \"-x\": leading hyphen",
        "a" => "invalid github.com import path \"github.com/a\"",
        _ => "invalid version control suffix in github.com/ path",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn go_finds_the_same_and_says_the_same() {
    let mut world = World::new();
    let host = world.host("a.test");
    for (path, status, tags) in CASES.iter().flat_map(|(_, pages)| *pages) {
        serve(&host, path, *status, &tags.iter().map(|content| tag(content)).collect::<String>());
    }
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    let leading = tokio::spawn(lead_all_to(proxy, host.address()));
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("ca.pem");
    std::fs::write(&trusted, world.authority.pem()).unwrap();

    for (path, _) in CASES {
        let ours = match world.locate(path).await {
            Ok(located) => told(&located),
            Err(error) => {
                assert!(error.is_not_found(), "{path}: {error}");
                error.message
            }
        };
        let run = GoRun::new().proxy("direct").trust(&trusted).env("GOVCS", "");
        let run = run.env("HTTPS_PROXY", format!("http://{address}"));
        let theirs = run.args(["list", "-m", &format!("{path}@v1.0.0")]).run_async().await.stderr;
        let expected = expected(path);
        assert!(theirs.contains(expected), "{path}: go says {theirs}");
        assert!(ours.contains(expected), "{path}: we say {ours}");
    }
    leading.abort();
}

/// An HTTP proxy that connects to one address, whoever is asked for.
async fn lead_all_to(listener: TcpListener, target: SocketAddr) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let mut client = BufReader::new(client);
            let mut line = String::new();
            while client.read_line(&mut line).await? > 2 {
                line.clear();
            }
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            copy_bidirectional(&mut client, &mut TcpStream::connect(target).await?).await
        });
    }
}
