//! The grammar of GOPROXY: places to ask, and after which failures to go on to the next (protocol.md B1, B2).

mod host;
mod list;
mod url;

pub use list::{Fallback, ListError, ListFlaw, Member, Place, ProxyList};
pub use url::{PlaceUrl, UrlFlaw};
