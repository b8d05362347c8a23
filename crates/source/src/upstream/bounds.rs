//! `Bounds`: where a client may go whose places were named by strangers.

use std::fmt;

use reqwest::dns::Resolve;
use url::Url;

/// Where a client may go. Names are held to it as they are looked up, which is its [`Resolve`]; addresses, here.
pub trait Bounds: Resolve + fmt::Debug + Send + Sync + 'static {
    /// Whether a request may be sent to this URL, to which a place was redirected perhaps. Only a host that is an address counts.
    ///
    /// # Errors
    /// Why not, for people.
    fn check(&self, url: &Url) -> Result<(), String>;
}
