//! One keep-alive connection of the load generator.

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use super::answer::Answer;

/// A connection with at most one request under way.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    answer: Answer,
    body_bytes: u64,
    is_over: bool,
}

impl Connection {
    /// Connects, waiting for it: that is no part of what is measured.
    pub(crate) fn open(address: SocketAddr, registry: &Registry, token: Token) -> Self {
        let stream = std::net::TcpStream::connect(address).expect("the server accepts connections");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        stream.set_nonblocking(true).expect("O_NONBLOCK");
        let mut stream = TcpStream::from_std(stream);
        registry.register(&mut stream, token, Interest::READABLE).expect("epoll");
        Self { stream, answer: Answer::default(), body_bytes: 0, is_over: false }
    }

    /// Sends a request, which is small enough to fit whole into an empty socket buffer.
    pub(crate) fn send(&mut self, request: &[u8]) -> io::Result<()> {
        self.answer = Answer::default();
        self.stream.write_all(request)
    }

    /// Reads what is there. Returns the status when the answer is whole.
    ///
    /// A read that does not fill the buffer has emptied the socket: the next bytes will wake us, so that no system call is
    /// spent on being told that there is nothing.
    pub(crate) fn receive(&mut self, buffer: &mut [u8]) -> io::Result<Option<u16>> {
        loop {
            let count = match self.stream.read(buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.body_bytes += self.answer.take(&buffer[..count])?;
            if self.answer.is_whole() {
                self.is_over = self.answer.closes;
                return Ok(Some(self.answer.status));
            }
            if count < buffer.len() {
                return Ok(None);
            }
        }
    }

    /// Bytes of bodies so far.
    pub(crate) fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    /// Whether the server closes it behind the last answer.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }
}
