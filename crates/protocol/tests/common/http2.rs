//! HTTP/2 frames by hand: for clients that no library would be.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What every connection begins with.
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The types of frames that the tests look for.
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;

const ACK: u8 = 1;
const END_STREAM_AND_HEADERS: u8 = 1 | 4;

fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = size[1..].to_vec();
    frame.extend([kind, flags, 0, 0, 0, stream]);
    frame.extend(payload);
    frame
}

/// The preface, with settings that let the server send so many bytes of each answer.
pub(crate) fn begin(window: u8) -> Vec<u8> {
    let initial_window_size = [0, 4, 0, 0, 0, window];
    [PREFACE, &frame(SETTINGS, 0, 0, &initial_window_size)].concat()
}

/// A GET on the first stream.
pub(crate) fn get(path: &str) -> Vec<u8> {
    let length = |text: &str| u8::try_from(text.len()).unwrap();
    // HPACK: `:method GET` and `:scheme http` by their index, `:path` and `:authority` as literals.
    let mut head = vec![0x82, 0x86, 0x04, length(path)];
    head.extend(path.as_bytes());
    head.extend([0x01, 1, b'x']);
    frame(HEADERS, END_STREAM_AND_HEADERS, 1, &head)
}

/// A ping of the client.
pub(crate) fn ping() -> Vec<u8> {
    frame(PING, 0, 0, &[7; 8])
}

/// Reads frames up to the first of this type.
pub(crate) async fn read_until(connection: &mut TcpStream, kind: u8) {
    while read(connection).await.expect("the frame comes before the end") != kind {}
}

/// Reads and answers pings until the server closes the connection.
pub(crate) async fn answer_pings_until_closed(mut connection: TcpStream) {
    let pong = frame(PING, ACK, 0, &[7; 8]);
    while let Some(kind) = read(&mut connection).await {
        let sent = connection.write_all(&if kind == PING { pong.clone() } else { ping() }).await;
        if sent.is_err() {
            return;
        }
    }
}

/// The type of the next frame; `None` at the end of the connection.
async fn read(connection: &mut TcpStream) -> Option<u8> {
    let mut head = [0; 9];
    connection.read_exact(&mut head).await.ok()?;
    let size = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(size).unwrap()];
    connection.read_exact(&mut payload).await.ok()?;
    Some(head[3])
}
