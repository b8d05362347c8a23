//! The relay, with sockets and with git.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testkit::repo::GitHttps;
use testkit::{Relay, RelaySpec};

use super::{git, sample, success};

/// Answers each connection with what it sends.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || std::io::copy(&mut &stream, &mut &stream));
        }
    });
    address
}

/// How long it takes until everything is back.
fn round_trip(relay: &Relay, bytes: usize) -> Duration {
    let begin = Instant::now();
    let mut stream = TcpStream::connect(relay.address()).expect("a connection");
    let mut writer = stream.try_clone().expect("a second handle");
    let writing = thread::spawn(move || {
        writer.write_all(&vec![7; bytes]).expect("it is taken");
        writer.shutdown(std::net::Shutdown::Write).expect("an end");
    });
    let mut back = Vec::new();
    stream.read_to_end(&mut back).expect("it comes back");
    writing.join().expect("a writer");
    assert_eq!(back.len(), bytes);
    begin.elapsed()
}

#[test]
fn a_byte_takes_the_delay_and_the_handshake() {
    let relay = Relay::start(echo(), RelaySpec::ISSUE);
    let took = round_trip(&relay, 1);
    assert!(took >= Duration::from_millis(100), "{took:?}: 50 to connect, 25 there, 25 back");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!((relay.connections(), relay.up_bytes(), relay.down_bytes()), (1, 1, 1));
}

#[test]
fn connections_share_the_line() {
    let spec = RelaySpec { bytes_per_second: 10_000_000, ..RelaySpec::NONE };
    let relay = Relay::start(echo(), spec);
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| round_trip(&relay, 500_000));
        }
    });
    let took = begin.elapsed();
    assert!(took >= Duration::from_millis(190), "{took:?}: two megabytes at ten a second");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!((relay.connections(), relay.down_bytes()), (4, 2_000_000));
}

#[test]
fn git_goes_through() {
    let (server, repo, folder) = (GitHttps::start(), sample(), TempDir::new().expect("a folder"));
    server.serve("/ex/repo", &repo);
    let relay = Relay::start(SocketAddr::from(([127, 0, 0, 1], server.port())), RelaySpec::NONE);
    let ca = server.ca_file();
    let url = format!("https://localhost:{}/ex/repo", relay.address().port());
    let env = [("GIT_SSL_CAINFO", ca.to_str().expect("a path"))];
    success(&git(folder.path(), &env, &["clone", "--bare", &url, "clone"]));
    assert!(relay.down_bytes() > server.sent_bytes(), "TLS adds to it");
}
