//! One HTTP/1.1 answer as it comes in: where it ends, its status, how much body it has. The body itself is dropped.

use std::io;

/// Fields of a head; no server here sends a third of them.
const FIELDS_MAX: usize = 64;

/// The longest head or chunk line that is put together from pieces.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// An answer under way.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// What has come of a head or of a chunk's line.
    pending: Vec<u8>,
    part: Part,
    /// The status code; 0 until the head is there.
    pub(crate) status: u16,
    /// Whether the server closes the connection behind it.
    pub(crate) closes: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Part {
    #[default]
    Head,
    /// So many bytes of the body are to come.
    Body(u64),
    /// The line with the size of the next chunk.
    ChunkLine,
    /// So many bytes of a chunk and its line end are to come.
    Chunk(u64),
    /// So many bytes behind the last chunk are to come.
    End(u64),
    Done,
}

impl Answer {
    /// Takes in bytes in order of arrival. Returns how many of them were body.
    pub(crate) fn take(&mut self, mut bytes: &[u8]) -> io::Result<u64> {
        let mut body = 0;
        while !bytes.is_empty() {
            let taken = match self.part {
                Part::Head => self.take_head(bytes)?,
                Part::ChunkLine => self.take_line(bytes)?,
                Part::Body(left) | Part::Chunk(left) | Part::End(left) => {
                    let piece = left.min(bytes.len() as u64);
                    body += piece;
                    self.part = self.part.after(piece);
                    usize::try_from(piece).unwrap_or(bytes.len())
                }
                Part::Done => return Err(malformed("bytes behind its end")),
            };
            bytes = &bytes[taken..];
        }
        Ok(body)
    }

    /// Whether all of it is there.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.part, Part::Done)
    }

    fn take_head(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.pending.len();
        if before == 0
            && let Some(length) = self.head(bytes)?
        {
            return Ok(length);
        }
        self.keep(bytes)?;
        let pending = std::mem::take(&mut self.pending);
        if let Some(length) = self.head(&pending)? {
            return Ok(length - before);
        }
        self.pending = pending;
        Ok(bytes.len())
    }

    /// Understands a head that is whole, and gives its length.
    fn head(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut head = httparse::Response::new(&mut fields);
        let parsed = head.parse(bytes).map_err(|error| malformed(&error.to_string()))?;
        let httparse::Status::Complete(length) = parsed else { return Ok(None) };
        self.status = head.code.unwrap_or_default();
        let value = |name: &str| {
            let field = head.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
            std::str::from_utf8(field.value).ok()
        };
        self.closes = value("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        self.part = match value("content-length").and_then(|length| length.parse().ok()) {
            Some(length) => Part::Body(length).after(0),
            None if value("transfer-encoding").is_some() => Part::ChunkLine,
            None => return Err(malformed("neither length nor chunks")),
        };
        Ok(Some(length))
    }

    fn take_line(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        self.keep(&bytes[..end.unwrap_or(bytes.len())])?;
        if end.is_some() {
            let size =
                httparse::parse_chunk_size(&self.pending).map_err(|_| malformed("a chunk without size"))?;
            self.pending.clear();
            self.part = match size {
                httparse::Status::Complete((_, 0)) => Part::End(2),
                httparse::Status::Complete((_, size)) => Part::Chunk(size.saturating_add(2)),
                httparse::Status::Partial => return Err(malformed("a chunk without size")),
            };
        }
        Ok(end.unwrap_or(bytes.len()))
    }

    fn keep(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.pending.len() + bytes.len() > HEAD_BYTES_MAX && self.pending.len() > HEAD_BYTES_MAX / 2 {
            return Err(malformed("a head without end"));
        }
        self.pending.extend_from_slice(bytes);
        Ok(())
    }
}

impl Part {
    /// What is to come after `piece` bytes more.
    fn after(self, piece: u64) -> Self {
        match self {
            Self::Body(left) if left == piece => Self::Done,
            Self::Body(left) => Self::Body(left - piece),
            Self::Chunk(left) if left == piece => Self::ChunkLine,
            Self::Chunk(left) => Self::Chunk(left - piece),
            Self::End(left) if left == piece => Self::Done,
            Self::End(left) => Self::End(left - piece),
            other => other,
        }
    }
}

fn malformed(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not an HTTP answer: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer, and its body bytes, fed in pieces of `size`.
    fn fed(text: &str, size: usize) -> io::Result<(Answer, u64)> {
        let mut answer = Answer::default();
        let mut body = 0;
        for piece in text.as_bytes().chunks(size) {
            body += answer.take(piece)?;
        }
        Ok((answer, body))
    }

    #[test]
    fn an_answer_ends_where_its_length_says_however_it_is_cut() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
        for size in 1..=text.len() {
            let (answer, body) = fed(text, size).unwrap();
            assert_eq!(
                (answer.status, answer.is_whole(), answer.closes, body),
                (200, true, true, 5),
                "{size}"
            );
        }
        assert!(!fed(&text[..text.len() - 1], 9).unwrap().0.is_whole());
        assert!(fed(&format!("{text}x"), 9).is_err());
    }

    #[test]
    fn chunks_are_followed_to_the_last_one() {
        let text = "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\n\r\n";
        for size in 1..=text.len() {
            let (answer, _) = fed(text, size).unwrap();
            assert_eq!((answer.status, answer.is_whole()), (404, true), "{size}");
        }
    }

    #[test]
    fn an_empty_body_ends_with_the_head() {
        assert!(fed("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 99).unwrap().0.is_whole());
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for text in [
            "SSH-2.0-x\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\n",
        ] {
            assert!(fed(text, 7).is_err(), "{text:?}");
        }
    }
}
