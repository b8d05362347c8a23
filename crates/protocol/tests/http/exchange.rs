//! One request and its answer, byte for byte: clients like reqwest and go hide what this is about.

use std::net::SocketAddr;

use crate::common::{closed, connect};

/// An answer as it was sent.
pub(crate) struct Reply {
    head: String,
    /// The bytes behind the head.
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The header's value. A header that comes twice is a mistake in any of these answers.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let value = values.next();
        assert_eq!(values.next(), None, "{}", self.head);
        value
    }

    /// The head's lines without `Date`, sorted.
    pub(crate) fn headers(&self) -> Vec<&str> {
        let mut lines: Vec<&str> =
            self.head.lines().skip(1).filter(|line| !line.starts_with("date: ")).collect();
        lines.sort_unstable();
        lines
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Asks with these headers, on a connection of its own.
pub(crate) async fn ask(node: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    request.extend(headers.iter().flat_map(|(name, value)| [*name, ": ", *value, "\r\n"]));
    request.push_str("\r\n");
    let answer = closed(connect(node, request).await).await;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    Reply { head, body: answer[end + 4..].to_vec() }
}

/// A GET.
pub(crate) async fn get(node: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Reply {
    ask(node, "GET", path, headers).await
}

/// A HEAD. No byte may come behind its head.
pub(crate) async fn head(node: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Reply {
    let reply = ask(node, "HEAD", path, headers).await;
    assert!(reply.body.is_empty(), "{:?}", reply.body);
    reply
}
