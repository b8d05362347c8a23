//! The grammar of GOSUMDB: which checksum database to believe, by which key (protocol.md G1, G7, G8).

mod key;
mod setting;

pub use key::{KeyError, VerifierKey};
pub use setting::{DEFAULT, SumDb, SumDbError, SumDbSetting};
