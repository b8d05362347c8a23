//! Many clients that read one large answer slowly, as a crowd on thin lines does.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::request;

/// What each reader takes in one turn.
const SIP_BYTES: usize = 64 << 10;

/// The pause between two turns.
const PAUSE: Duration = Duration::from_millis(100);

/// Readers in the middle of an answer.
#[derive(Debug)]
pub(crate) struct SlowReaders {
    streams: Vec<TcpStream>,
}

impl SlowReaders {
    /// Opens `count` connections and asks for `path` on each.
    pub(crate) fn ask(address: SocketAddr, path: &str, count: usize) -> io::Result<Self> {
        let one = || {
            let mut stream = TcpStream::connect(address)?;
            stream.write_all(&request(address, path))?;
            stream.set_nonblocking(true)?;
            Ok(stream)
        };
        Ok(Self { streams: (0..count).map(|_| one()).collect::<io::Result<_>>()? })
    }

    /// Reads for `duration`, a sip from each reader in turn, and returns how many of them got something in that time and
    /// were not hung up on.
    pub(crate) fn read(&mut self, duration: Duration) -> usize {
        let (begin, mut buffer) = (Instant::now(), vec![0; SIP_BYTES]);
        let mut got = vec![false; self.streams.len()];
        while begin.elapsed() < duration {
            for (stream, got) in self.streams.iter_mut().zip(&mut got) {
                match stream.read(&mut buffer) {
                    Ok(0) => *got = false,
                    Ok(_) => *got = true,
                    // Nothing there at the moment, or broken, which shows by nothing ever coming.
                    Err(_) => {}
                }
            }
            std::thread::sleep(PAUSE);
        }
        got.into_iter().filter(|got| *got).count()
    }
}
