//! Credentials and authorities: where they are found, where they go, and that nobody else sees them.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use testkit::{Authority, FakeUpstream, ServerCommand};

use crate::node::{BINARY, Node, command, get};

const MODULE: &str =
    "module example.com/a\nversion v1.0.0\n-- go.mod --\nmodule example.com/a\n-- a.go --\npackage a\n";
const INFO: &str = "/example.com/a/@v/v1.0.0.info";

/// An upstream behind TLS, and a folder with the files of the server in front of it.
struct World {
    upstream: FakeUpstream,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let upstream = FakeUpstream::builder().text(MODULE).tls().start();
        let world = Self { upstream, folder: tempfile::tempdir().unwrap() };
        world.write("ca.pem", world.upstream.ca_pem());
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    /// A server with these settings, to which those for the upstream are added.
    fn serve(&self, settings: &str, table: &str) -> ServerCommand {
        let url = self.upstream.url();
        let text = format!("upstream = \"{url}\"\n{settings}\n[[place]]\nurl = \"{url}\"\n{table}\n");
        let config = self.write("modkeep.toml", &text);
        command(&self.path("kept")).args(["--config", &config])
    }

    /// What `Authorization` the upstream was sent, after a question through the server.
    fn heard(&self, mut node: Node) -> Option<String> {
        assert_eq!(get(&format!("{}{INFO}", node.url())).0, 200);
        let told = node.process().output();
        assert!(!told.contains("hush"), "a secret is told: {told}");
        self.upstream.requests()[0].header("authorization").map(str::to_owned)
    }
}

#[test]
fn an_unknown_authority_is_trusted_by_ca_file_alone() {
    let world = World::new();
    let node = Node::with(world.serve("", ""));
    let (status, text) = get(&format!("{}{INFO}", node.url()));
    assert!(status == 502 && text.contains("certificate"), "{text}");
    assert!(node.stop().success());
    // A relative path begins at the file's folder.
    let node = Node::with(world.serve("ca-file = \"ca.pem\"", ""));
    assert_eq!(get(&format!("{}{INFO}", node.url())).0, 200);
}

#[test]
fn the_systems_authorities_can_be_named_by_the_usual_variable() {
    let world = World::new();
    let node = Node::with(world.serve("", "").env("SSL_CERT_FILE", world.path("ca.pem")));
    assert_eq!(get(&format!("{}{INFO}", node.url())).0, 200);
}

#[test]
fn a_password_in_a_file_is_sent_and_never_shown() {
    let world = World::new();
    world.write("password", "hush\n");
    let table = "username = \"me\"\npassword-file = \"password\"\nca-file = \"ca.pem\"";
    let heard = world.heard(Node::with(world.serve("", table)));
    assert_eq!(heard.as_deref(), Some("Basic bWU6aHVzaA=="));
}

#[test]
fn netrc_is_read_as_go_reads_it() {
    let world = World::new();
    let machine = world.upstream.url().replace("https://", "");
    let netrc = world.write("netrc", &format!("machine {machine} login me password hush\n"));
    let heard = world.heard(Node::with(world.serve("ca-file = \"ca.pem\"", "").env("NETRC", netrc)));
    assert_eq!(heard.as_deref(), Some("Basic bWU6aHVzaA=="));
}

#[test]
fn config_show_masks_and_no_error_repeats_a_secret() {
    let world = World::new();
    let url = world.upstream.url();
    let show = |table: &str, args: &[&str], code| {
        let config =
            world.write("m.toml", &format!("upstream = \"{url}\"\n[[place]]\nurl = \"{url}\"\n{table}"));
        let mut show = assert_cmd::Command::new(BINARY);
        show.env("GOENV", "off").args(args).args(["--config", &config]);
        let output = show.assert().code(code).get_output().clone();
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8(told).unwrap();
        assert!(!told.contains("hush"), "{told}");
        told
    };
    let user = "username = \"me\"\npassword = \"hush\"\n";
    assert!(show(user, &["config", "show"], 0).contains("asked as me with a password (***)"));
    assert!(show("token = \"hush\"\n", &["config", "show", "--json"], 0).contains("\"token\": \"***\""));
    let kept = world.path("kept").to_str().unwrap().to_owned();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", &kept];
    assert!(show("token = \"hush hush\"\n", &serve, 78).contains("a token must be"));
    assert!(show("token = \"hush\"\nca-file = \"m.toml\"\n", &serve, 78).contains("m.toml cannot be used"));
}

#[test]
fn a_place_that_knows_us_owns_what_it_has_answered() {
    let mut world = World::new();
    let public = FakeUpstream::builder().text(MODULE).start();
    let url = world.upstream.url();
    let text = format!(
        "upstream = \"{url}|{}\"\n[[place]]\nurl = \"{url}\"\ntoken = \"hush\"\nca-file = \"ca.pem\"\n",
        public.url()
    );
    let config = world.write("modkeep.toml", &text);
    let node = Node::with(command(&world.path("kept")).args(["--config", &config]));
    assert_eq!(get(&format!("{}{INFO}", node.url())).0, 200);
    world.upstream.stop();
    assert_eq!(get(&format!("{}/example.com/a/@v/v1.0.0.zip", node.url())).0, 502);
    assert!(public.requests().is_empty(), "a stranger's module of the same name is not taken");
}

#[test]
fn https_goes_through_the_proxy_of_the_environment_as_a_tunnel() {
    let authority = Authority::new();
    let upstream = FakeUpstream::builder().text(MODULE).tls_of(&authority, &["proxied.example"]).start();
    let folder = tempfile::tempdir().unwrap();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let to = upstream.address();
    let asked = std::thread::spawn(move || tunnel_once(&proxy, to));
    std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
    let place = "[[place]]\nurl = \"proxied.example\"\nca-file = \"ca.pem\"\ntoken = \"hush\"\n";
    let node = serve_proxied(folder.path(), &format!("upstream = \"proxied.example\"\n{place}"), address, "");
    assert_eq!(get(&format!("{}{INFO}", node.url())).0, 200);
    assert_eq!(asked.join().unwrap(), "CONNECT proxied.example:443 HTTP/1.1");
    assert_eq!(upstream.requests()[0].header("authorization"), Some("Bearer hush"));
}

#[test]
fn a_place_in_no_proxy_is_asked_directly_also_with_a_pool_of_its_own() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    proxy.set_nonblocking(true).unwrap();
    let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("ca.pem"), world.upstream.ca_pem()).unwrap();
    let place = "[[place]]\nurl = \"unknown.invalid\"\nca-file = \"ca.pem\"\n";
    let config = format!("upstream = \"unknown.invalid\"\n{place}");
    let node = serve_proxied(folder.path(), &config, proxy.local_addr().unwrap(), "unknown.invalid");
    assert_eq!(get(&format!("{}{INFO}", node.url())).0, 502, "there is no such host");
    assert!(proxy.accept().is_err(), "the proxy was not asked");
}

fn serve_proxied(folder: &Path, config: &str, proxy: SocketAddr, no_proxy: &str) -> Node {
    let path = folder.join("modkeep.toml");
    std::fs::write(&path, config).unwrap();
    let serve = command(&folder.join("kept")).args(["--config", path.to_str().unwrap()]);
    Node::with(serve.env("HTTPS_PROXY", format!("http://{proxy}")).env("NO_PROXY", no_proxy))
}

/// Plays the proxy for one tunnel that leads to `to`, whatever was asked for: the first line of the request.
fn tunnel_once(proxy: &TcpListener, to: SocketAddr) -> String {
    let (mut client, _) = proxy.accept().unwrap();
    let mut head = BufReader::new(client.try_clone().unwrap()).lines().map_while(Result::ok);
    let first = head.next().unwrap();
    head.find(String::is_empty).unwrap();
    let server = std::net::TcpStream::connect(to).unwrap();
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let ways = [(&client, &server), (&server, &client)]
        .map(|(a, b)| (a.try_clone().unwrap(), b.try_clone().unwrap()));
    for (mut from, mut into) in ways {
        std::thread::spawn(move || std::io::copy(&mut from, &mut into));
    }
    first
}
