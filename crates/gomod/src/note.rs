//! Signed notes: a text, and below it who signed it (protocol.md G1, G2). Checksum databases sign their tree heads so.

mod open;
mod signer;

pub use open::{Note, NoteError, Signature};
pub use signer::{SignError, SignerKey, SignerKeyError};
