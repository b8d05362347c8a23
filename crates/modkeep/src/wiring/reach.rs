//! How every place is reached.

use std::sync::Arc;

use source::upstream::{Authorities, Authorizer, HttpClient, HttpOptions, Proxies};

use super::access::Keyring;
use super::proxies;
use crate::env::Env;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::{Settings, table};

/// How every place is reached.
pub(crate) struct Reach {
    /// Through whom.
    proxies: Proxies,
    /// Whom to trust besides the system's authorities.
    authorities: Authorities,
    /// Whom to ask who we are.
    authorizer: Option<Arc<dyn Authorizer>>,
}

impl Reach {
    /// What the environment and the settings say.
    pub(crate) fn of(settings: &Settings, env: &Env, keyring: &Keyring<'_>) -> Result<Self, Failed> {
        let authorities = keyring.authorities(settings.get(&table::CA_FILE)?.as_deref())?;
        Ok(Self { proxies: proxies::of(env)?, authorities, authorizer: keyring.authorizer() })
    }
}

/// How connections are made.
pub(crate) fn http_options(settings: &Settings, reach: Reach) -> Result<HttpOptions, Failed> {
    let Reach { proxies, authorities, authorizer } = reach;
    Ok(HttpOptions {
        connect_timeout: settings.get(&table::CONNECT_TIMEOUT)?,
        first_byte_timeout: settings.get(&table::FIRST_BYTE_TIMEOUT)?,
        idle_timeout: settings.get(&table::IDLE_TIMEOUT)?,
        authorities,
        proxies,
        authorizer,
        ..HttpOptions::default()
    })
}

pub(crate) fn client(options: &HttpOptions) -> Result<HttpClient, Failed> {
    HttpClient::new(options).map_err(|error| {
        Failed::new(
            Exit::Unavailable,
            Problem::from_error(&error).advise("install the system's CA certificates"),
        )
    })
}
