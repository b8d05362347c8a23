//! Going to upstreams through an HTTP proxy, as go does with `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`.
//!
//! The values are given, not read here: only the binary reads the environment.

use std::fmt;

use reqwest::{ClientBuilder, NoProxy, Proxy};

/// What is never asked through a proxy, whatever the settings say: this machine itself.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1";

/// Which proxy to go through for which URL. By default none.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For `http` URLs; the value of `HTTP_PROXY`.
    pub http: Option<String>,
    /// For `https` URLs; the value of `HTTPS_PROXY`.
    pub https: Option<String>,
    /// Hosts, domains and networks that are asked directly, with `,` between them; the value of `NO_PROXY`.
    pub no_proxy: String,
}

impl Proxies {
    /// Hosts, domains and networks that are asked directly, this machine among them.
    pub fn exceptions(&self) -> String {
        format!("{THIS_MACHINE},{}", self.no_proxy)
    }

    /// Makes the client use these and no others.
    pub(super) fn add_to(&self, builder: ClientBuilder) -> Result<ClientBuilder, reqwest::Error> {
        let except = NoProxy::from_string(&self.exceptions());
        let mut builder = builder.no_proxy();
        for proxy in [self.http.as_ref().map(Proxy::http), self.https.as_ref().map(Proxy::https)] {
            if let Some(proxy) = proxy.transpose()? {
                builder = builder.proxy(proxy.no_proxy(except.clone()));
            }
        }
        Ok(builder)
    }
}

/// A proxy's URL may hold a password, so that only whether there is one is shown.
impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { http, https, no_proxy } = self;
        let (http, https) = (http.is_some(), https.is_some());
        f.debug_struct("Proxies")
            .field("http", &http)
            .field("https", &https)
            .field("no_proxy", no_proxy)
            .finish()
    }
}
