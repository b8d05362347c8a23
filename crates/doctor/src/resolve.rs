//! Finding the addresses of a host.

use std::fmt;
use std::io;
use std::net::IpAddr;

/// Who is asked for addresses.
#[async_trait::async_trait]
pub trait Resolve: fmt::Debug + Send + Sync {
    /// The addresses of a host, best first.
    ///
    /// # Errors
    /// The host has none, or nobody could tell.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The resolver of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

#[async_trait::async_trait]
impl Resolve for System {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}
