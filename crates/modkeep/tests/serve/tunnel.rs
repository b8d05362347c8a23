//! An HTTP proxy that leads every name to one address: so that hosts can be called what a test likes.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Starts one, which ends with the test, and returns its URL.
pub(crate) fn leading_to(port: u16) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let target = SocketAddr::from(([127, 0, 0, 1], port));
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || lead(client, target));
        }
    });
    format!("http://{address}")
}

fn lead(mut client: TcpStream, target: SocketAddr) -> io::Result<()> {
    let mut head = BufReader::new(client.try_clone()?);
    let mut line = String::new();
    while head.read_line(&mut line)? > 2 {
        line.clear();
    }
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let server = TcpStream::connect(target)?;
    let (mut to_server, mut from_server, mut to_client) = (server.try_clone()?, server, client.try_clone()?);
    let back = thread::spawn(move || {
        let copied = io::copy(&mut from_server, &mut to_client);
        to_client.shutdown(Shutdown::Write).and(copied)
    });
    io::copy(&mut head, &mut to_server)?;
    to_server.shutdown(Shutdown::Write)?;
    back.join().map_err(|_| io::Error::other("a thread stopped"))?.map(drop)
}
