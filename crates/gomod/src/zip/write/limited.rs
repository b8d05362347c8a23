//! An output that takes only so much.

use std::io::{self, Write};

/// Passes on up to a number of bytes; more is an error that says so.
#[derive(Debug)]
pub(super) struct Limited<W> {
    out: W,
    left: u64,
}

/// More was written than the limit allows.
#[derive(Debug, thiserror::Error)]
#[error("too large")]
pub(super) struct OverLimit;

impl<W> Limited<W> {
    pub(super) fn new(out: W, limit: u64) -> Self {
        Self { out, left: limit }
    }

    pub(super) fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write> Write for Limited<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.left {
            return Err(io::Error::other(OverLimit));
        }
        let written = self.out.write(bytes)?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether it was the limit that failed, and not what was written to.
pub(super) fn is_over_limit(error: &io::Error) -> bool {
    matches!(error.get_ref(), Some(inner) if inner.is::<OverLimit>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_byte_is_taken_and_the_next_is_not() {
        let mut limited = Limited::new(Vec::new(), 4);
        limited.write_all(b"abc").unwrap();
        assert!(is_over_limit(&limited.write_all(b"de").unwrap_err()));
        limited.write_all(b"d").unwrap();
        assert!(is_over_limit(&limited.write_all(b"e").unwrap_err()));
        assert_eq!(limited.into_inner(), b"abcd");
    }

    #[test]
    fn a_full_disk_is_something_else() {
        assert!(!is_over_limit(&io::ErrorKind::FileTooLarge.into()));
        assert!(!is_over_limit(&io::Error::other("disk")));
    }
}
