//! Whether the agent answers: one question over its own port that asks nobody further.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long a sign of life may take on loopback.
const PATIENCE: Duration = Duration::from_secs(2);

/// The longest answer that is read, in bytes: many times that of an agent.
const ANSWER_MAX: u64 = 8 << 10;

/// What an agent that knows the word says of a path that asks for nothing. Without the word it speaks of the path alone.
const SIGN: &str = "not a GOPROXY path";

/// Whether an agent with this word answers on the port.
pub fn answers(port: u16, word: &str) -> bool {
    answer(port, word).is_ok_and(|text| text.contains(SIGN))
}

fn answer(port: u16, word: &str) -> io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /{word}/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut text = Vec::new();
    stream.take(ANSWER_MAX).read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
