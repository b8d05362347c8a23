//! The h1 hash of a set of files (protocol.md F1), and SHA-256 in hexadecimal.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The h1 hash of files given as (name, content), in any order.
pub fn h1<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort_by_key(|(name, _)| *name);
    let mut lines = Sha256::new();
    for (name, content) in files {
        lines.update(format!("{}  {name}\n", sha256_hex(content)));
    }
    format!("h1:{}", STANDARD.encode(lines.finalize()))
}
