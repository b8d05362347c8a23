//! How a [`Goproxy`](crate::Goproxy) answers, as far as that can be chosen.

use std::sync::Arc;
use std::time::Duration;

use gomod::gosumdb::DatabaseName;
use source::Foresight;

use crate::observe::Observers;
use crate::redirect::Redirects;
use crate::route::Prefix;

/// The status that tells "could not find out" (protocol.md B22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnavailableStatus {
    /// 502: go stops there, unless `|` stands behind this server in its list. The truth.
    #[default]
    BadGateway,
    /// 404: go goes on to the next member of its list. Dangerous: go then takes an outage for "does not exist", so
    /// that it may choose an older version or ask `direct` for a name that was to stay private.
    NotFound,
}

/// What can be chosen. The default answers at the root, truthfully, and redirects nothing.
#[derive(Debug, Clone)]
pub struct Options {
    /// The path below which modules are answered.
    pub prefix: Prefix,
    /// The names under which requests may ask for this server (their `Host`); any, when there are none. Against pages of strangers
    /// that have a browser ask loopback under a name of theirs.
    pub hosts: Vec<String>,
    /// The checksum databases that are answered for; the source knows them.
    pub databases: Vec<DatabaseName>,
    /// How long a question may take; one that takes longer is told as a failure.
    pub ask_timeout: Duration,
    /// How long caches between here and the client may repeat what can change (lists, `@latest`, branches) and what does not
    /// exist. Zero: they have to ask each time.
    pub repeat_for: Duration,
    /// How "could not find out" is told.
    pub unavailable: UnavailableStatus,
    /// Which modules are to be fetched elsewhere.
    pub redirects: Redirects,
    /// Who is told of each request.
    pub observers: Observers,
    /// Who is told what clients say that they will ask (`POST PREFIX/ahead`); nobody, where nobody looks ahead.
    pub foresight: Option<Arc<dyn Foresight>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            prefix: Prefix::default(),
            hosts: Vec::new(),
            databases: Vec::new(),
            ask_timeout: Duration::from_mins(10),
            repeat_for: Duration::from_secs(10),
            unavailable: UnavailableStatus::default(),
            redirects: Redirects::default(),
            observers: Observers::default(),
            foresight: None,
        }
    }
}
