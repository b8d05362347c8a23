//! The grammar of GOSUMDB: which checksum database to believe, by which key (protocol.md G1, G7, G8), and what it answers
//! (G5, G6, G14).

mod key;
mod name;
pub mod records;
mod setting;

pub(crate) use key::{ED25519, is_name, parse_hash};
pub use key::{KeyError, VerifierKey};
pub use name::{DatabaseName, NameError};
pub use records::{Lookup, LookupError, RecordsError, Sums, format_lookup, split_records};
pub use setting::{DEFAULT, SumDb, SumDbError, SumDbSetting};
