//! Serving https.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use testkit::{Authority, FakeUpstream, GoHome, Issued, ServerCommand};

use crate::node::{BINARY, Node, command, go};

const MODULE: &str =
    "module example.com/a\nversion v1.0.0\n-- go.mod --\nmodule example.com/a\n-- a.go --\npackage a\n";

/// A folder with a certificate and its key.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn of(issued: &Issued) -> Self {
        let files = Self { folder: tempfile::tempdir().unwrap() };
        files.write(issued);
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, issued: &Issued) {
        std::fs::write(self.path("cert.pem"), &issued.certificate).unwrap();
        std::fs::write(self.path("key.pem"), &issued.key).unwrap();
    }

    /// `modkeep serve` with this certificate.
    fn serve(&self, upstream: &str, data: &Path) -> ServerCommand {
        let [cert, key] = ["cert.pem", "key.pem"].map(|name| self.path(name).to_str().unwrap().to_owned());
        command(data).args(["--upstream", upstream, "--tls-cert", &cert, "--tls-key", &key])
    }
}

fn loopback(authority: &Authority) -> Issued {
    authority.issue(&["127.0.0.1"])
}

/// A client that trusts only this authority, with a connection pool of its own.
fn client(authority: &Authority) -> reqwest::Client {
    let certificate = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    reqwest::Client::builder().tls_certs_only([certificate]).build().unwrap()
}

async fn status(client: &reqwest::Client, node: &Node) -> Result<u16, reqwest::Error> {
    Ok(client.get(format!("{}/healthz", node.url())).send().await?.status().as_u16())
}

#[test]
fn go_downloads_over_https() {
    let upstream = FakeUpstream::builder().text(MODULE).start();
    let (authority, data) = (Authority::new(), tempfile::tempdir().unwrap());
    let files = Files::of(&loopback(&authority));
    std::fs::write(files.path("ca.pem"), authority.pem()).unwrap();
    let node = Node::secure(files.serve(&upstream.url(), data.path()));
    assert!(node.url().starts_with("https://"), "{}", node.url());
    let home = GoHome::fresh();
    let download = go(&home, &node.url(), &["mod", "download", "example.com/a@v1.0.0"]);
    download.clone().run().failure();
    download.trust(&files.path("ca.pem")).run().success();
    assert!(node.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_seen_by_new_connections_and_open_ones_go_on() {
    let (old, new, data) = (Authority::new(), Authority::new(), tempfile::tempdir().unwrap());
    let files = Files::of(&loopback(&old));
    let node = Node::secure(files.serve("off", data.path()));
    let open = client(&old);
    assert_eq!(status(&open, &node).await.unwrap(), 200);

    std::fs::write(files.path("cert.pem"), "half written").unwrap();
    let mut node = node;
    node.process().wait_for_line("{}cannot be used; going on with the old one{}");
    assert_eq!(status(&client(&old), &node).await.unwrap(), 200);

    files.write(&loopback(&new));
    node.process().wait_for_line("{}new connections are made with it{}");
    assert_eq!(status(&client(&new), &node).await.unwrap(), 200);
    assert!(
        status(&client(&old), &node).await.is_err(),
        "a new connection that trusts only the old authority"
    );
    assert_eq!(status(&open, &node).await.unwrap(), 200, "the connection from before");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_http_are_spoken() {
    let (authority, data) = (Authority::new(), tempfile::tempdir().unwrap());
    let node = Node::secure(Files::of(&loopback(&authority)).serve("off", data.path()));
    let url = format!("{}/healthz", node.url());
    let two = client(&authority).get(&url).send().await.unwrap();
    assert_eq!(two.version(), reqwest::Version::HTTP_2);
    let certificate = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let only_one = reqwest::Client::builder().tls_certs_only([certificate]).http1_only().build().unwrap();
    assert_eq!(only_one.get(&url).send().await.unwrap().version(), reqwest::Version::HTTP_11);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_silent_in_the_handshake_is_cut_and_harms_nobody() {
    let (authority, data) = (Authority::new(), tempfile::tempdir().unwrap());
    let files = Files::of(&loopback(&authority));
    let node = Node::secure(files.serve("off", data.path()).args(["--header-timeout", "1s"]));
    let mut silent: Vec<_> = (0..20).map(|_| TcpStream::connect(node.address()).unwrap()).collect();
    // The first bytes of a TLS record that never comes.
    silent[0].write_all(&[22, 3, 1, 2, 0]).unwrap();
    assert_eq!(status(&client(&authority), &node).await.unwrap(), 200);
    for mut connection in silent {
        connection.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
        assert_eq!(connection.read_to_end(&mut Vec::new()).unwrap_or(0), 0, "it is closed without a word");
    }
}

#[test]
fn a_pair_that_cannot_be_used_is_told_at_the_start() {
    let (authority, data) = (Authority::new(), tempfile::tempdir().unwrap());
    let (one, other) = (loopback(&authority), loopback(&authority));
    let files = Files::of(&Issued { certificate: one.certificate, key: other.key });
    let [cert, key] = ["cert.pem", "key.pem"].map(|name| files.path(name).to_str().unwrap().to_owned());
    let told = |args: &[&str]| {
        let mut serve = assert_cmd::Command::new(BINARY);
        serve.env("GOENV", "off").args([
            "serve",
            "--data",
            data.path().to_str().unwrap(),
            "--listen",
            "127.0.0.1:0",
        ]);
        let refused = serve.args(args).assert().code(78);
        String::from_utf8(refused.get_output().stderr.clone()).unwrap()
    };
    let mismatch = told(&["--tls-cert", &cert, "--tls-key", &key]);
    assert!(mismatch.contains(&cert) && mismatch.contains("key cannot be used"), "{mismatch}");
    assert!(!mismatch.contains("PRIVATE KEY-----\n"), "{mismatch}");
    let half = told(&["--tls-cert", &cert]);
    assert!(half.contains("`tls-cert` is set and `tls-key` is not") && half.contains("help:"), "{half}");
    let swapped = told(&["--tls-cert", &key, "--tls-key", &cert]);
    assert!(swapped.contains("no certificate in it"), "{swapped}");
}
