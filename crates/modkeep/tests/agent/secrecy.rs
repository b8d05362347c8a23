//! The address is a secret of the user.

use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;

use super::scene::{DEPENDENCY, EVAL, NOBODY, User, upstream};

/// The answer to one request, with its head.
fn answer(port: u16, path: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn who_does_not_know_it_gets_nothing() {
    let (user, upstream) = (User::new(), upstream());
    user.agent(&upstream.url(), &["start"]).run().success();
    let url = user.url();
    let (host, word) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (with, without) = (format!("/{word}/{DEPENDENCY}/@v/list"), format!("/{DEPENDENCY}/@v/list"));
    let asked = |path: &str, host: &str| answer(user.port, path, host);
    for (path, host, status) in [
        (&without, host, "404"),
        (&"/".to_owned(), host, "404"),
        (&with, "evil.example", "421"),
        (&with, &format!("localhost:{}", user.port), "421"),
    ] {
        let answer = asked(path, host);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")) && !answer.contains(word),
            "{path} {host}: {answer}"
        );
    }
    assert!(upstream.requests().is_empty());
    assert!(asked(&with, host).starts_with("HTTP/1.1 200"));
}

#[test]
fn its_files_are_for_the_user_alone_and_are_refused_when_they_are_not() {
    let (user, upstream) = (User::new(), upstream());
    let started = user.agent(&upstream.url(), &["start"]).run().success();
    user.build(&upstream.url()).success();
    let word = fs::read_to_string(user.state("word")).unwrap();
    for name in ["", "word", "running", "agent.log"] {
        let mode = user.state(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
    for text in
        [started.stdout, fs::read_to_string(user.state("agent.log")).unwrap(), user.running().to_string()]
    {
        assert!(!text.contains(word.trim_end()), "{text}");
    }
    user.agent(&upstream.url(), &["stop"]).run().success();
    fs::set_permissions(user.state("word"), Permissions::from_mode(0o644)).unwrap();
    for command in ["start", "env"] {
        let output = user.agent(&upstream.url(), &[command]).run().failure();
        assert_eq!(output.status.code(), Some(78), "{}", output.stderr);
        assert!(output.stderr.contains("can be used by other users"), "{}", output.stderr);
    }
}

#[test]
fn a_run_of_modkeep_go_in_such_a_shell_asks_the_users_list_itself_and_tells_no_word() {
    let user = User::new();
    user.agent(NOBODY, &["start"]).run().success();
    let word = fs::read_to_string(user.state("word")).unwrap();
    let script = format!("{EVAL} \"$MODKEEP\" go --rungs=upstream --report=report.json build .");
    let output = user.shell(NOBODY, &script).run().failure();
    let report = fs::read_to_string(user.project.join("report.json")).unwrap();
    assert_eq!(output.status.code(), Some(75), "{}", output.stderr);
    for text in [&output.stderr, &report] {
        assert!(text.contains(NOBODY) && !text.contains(word.trim_end()), "{text}");
    }
}
