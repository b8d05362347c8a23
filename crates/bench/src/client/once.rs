//! One request on a connection of its own.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::answer::Answer;
use super::request;

/// How long one read may take: what takes longer is told as failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// A whole answer, its body dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Got {
    /// The status code.
    pub(crate) status: u16,
    /// Bytes of the body.
    pub(crate) body_bytes: u64,
}

/// Asks once and reads the answer to its end.
pub(crate) fn get(address: SocketAddr, path: &str) -> io::Result<Got> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&request(address, path))?;
    let (mut answer, mut body_bytes) = (Answer::default(), 0);
    let mut buffer = vec![0; 64 << 10];
    while !answer.is_whole() {
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => body_bytes += answer.take(&buffer[..count])?,
        }
    }
    Ok(Got { status: answer.status, body_bytes })
}
